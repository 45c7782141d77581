# SPDX-License-Identifier: MPL-2.0
"""The DHCP clients of Linux distributions against Kea with the library: left alone, unless they say that they boot."""

import pytest

from labkit import interop, kea
from labkit.dhcp import Message
from labkit.host import variable
from labkit.untouched import is_untouched

mac = "52:54:00:77:00:51"
script = "http://198.18.77.1/real_boot_script.php?mac=${mac}"
library = "Kea with the library"


def row(client, outcome):
    return interop.row("hook", library, client, outcome)


@pytest.fixture
def host(lab):
    lab.start_kea(kea.short_config())
    return lab.start_host(mac)


def left_alone(lab, host):
    """No decision was made, and every message the client sent has the very answer it has without the library."""
    assert lab.kea.decisions() == []
    queries = host.requests()
    host.stop()  # or the bridge might send the answers there
    lab.kea.stop()
    return is_untouched(lab, kea.short_config(), queries)


def sends(user_class):
    """dhclient's statement for these octets."""
    return 'send user-class "' + "".join(f"\\{octet:03o}" for octet in user_class) + '"'


def said(host):
    """The user class of the first message, as it was sent."""
    return Message(host.requests()[0]).user_class


def files(lab):
    return {decision.file for decision in lab.kea.decisions()}


@row("dhclient", "left alone")
def test_dhclient_is_left_alone(lab, host):
    lease = host.dhclient("request subnet-mask, routers, domain-name-servers, host-name, bootfile-name, tftp-server-name")
    assert "fixed-address 198.18.77." in lease and "filename" not in lease
    assert left_alone(lab, host)


@row("dhclient with a user class of its own, raw and as RFC 3004 has it", "left alone")
@pytest.mark.parametrize("user_class", [b"staff", b"\5staff"], ids=["raw", "rfc3004"])
def test_dhclient_of_another_user_class_is_left_alone(lab, host, user_class):
    lease = host.dhclient(sends(user_class), "request subnet-mask, bootfile-name")
    assert said(host) == user_class
    assert "fixed-address" in lease and "filename" not in lease
    assert left_alone(lab, host)


@row("dhclient with user class gPXE, raw and as RFC 3004 has it", "the script's address")
@pytest.mark.parametrize("user_class", [b"gPXE", b"\4gPXE"], ids=["raw", "rfc3004"])
def test_dhclient_that_says_gpxe_gets_the_script(lab, host, user_class):
    lease = host.dhclient(sends(user_class), "request subnet-mask, bootfile-name")
    assert said(host) == user_class
    quoted = script.replace("$", "\\$")
    assert f'filename "{script}"' in lease and f'option bootfile-name "{quoted}"' in lease
    assert files(lab) == {script}


@row("dhcpcd", "left alone")
def test_dhcpcd_is_left_alone(lab, host):
    told = host.dhcpcd("option subnet_mask, routers, bootfile_name")
    assert variable(told, "new_ip_address").startswith("198.18.77.")
    assert variable(told, "new_bootfile_name") is None
    assert left_alone(lab, host)


@row("dhcpcd with user class gPXE (it sends RFC 3004)", "the script's address")
def test_dhcpcd_that_says_gpxe_gets_the_script(lab, host):
    told = host.dhcpcd("userclass gPXE", "option bootfile_name")
    assert said(host) == b"\4gPXE"
    assert variable(told, "new_bootfile_name") == script
    assert files(lab) == {script}


@row("udhcpc", "left alone")
def test_udhcpc_is_left_alone(lab, host):
    told = host.udhcpc("-O", "bootfile")
    assert variable(told, "ip").startswith("198.18.77.") and variable(told, "boot_file") is None
    assert left_alone(lab, host)


@row("udhcpc with user class gPXE", "the script's address")
def test_udhcpc_that_says_gpxe_gets_the_script(lab, host):
    told = host.udhcpc("-x", "0x4d:67505845", "-O", "bootfile")
    assert variable(told, "boot_file") == script
    assert files(lab) == {script}


@row("udhcpc with vendor class PXEClient", "the firmware for a BIOS")
def test_udhcpc_that_says_pxeclient_gets_the_firmware(lab, host):
    told = host.udhcpc("-V", "PXEClient", "-O", "bootfile")
    assert variable(told, "boot_file") == "undionly.kpxe" and variable(told, "siaddr") == "198.18.77.1"
    assert files(lab) == {"undionly.kpxe"}
