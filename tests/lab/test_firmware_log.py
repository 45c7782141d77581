# SPDX-License-Identifier: MPL-2.0
"""What the firmware tells of itself: to a log server, and afterwards in the shell."""

import re

import pytest

from labkit import dnsmasq, expect
from labkit.network import server_address

syslog_port = 514


@pytest.fixture
def site(lab):
    lab.plug()
    lab.start_router()
    lab.serve_firmware()
    (lab.tftp_files / "script.gpxe").write_text("\n".join(
        ["#!gpxe", "echo The script speaks", f"imgfetch tftp://{server_address}/absent ||", "shell", ""]))
    lab.start_tftpd_hpa()
    return lab


def boot(site, *options):
    site.start_dnsmasq(dnsmasq.full_server(*dnsmasq.gives("undionly.kpxe"), *options))
    machine = site.start_machine(nic="rtl8139")
    machine.expect(expect.banner, 60)
    machine.expect("gPXE> ", 60, may_grow=False)
    return machine


def told(site):
    return [datagram.payload.decode() for datagram in site.capture.udp()
            if (datagram.target, datagram.target_port) == (server_address, syslog_port)]


def test_log_server_of_option_7_hears_the_boot_from_its_first_line_on(site):
    boot(site, f"dhcp-option=option:log-server,{server_address}", "dhcp-host=52:54:00:77:00:01,rack7")
    lines = told(site)
    assert all(line.startswith("<30>rack7 chainload: ") and line.isprintable() for line in lines), lines
    texts = [line.split(": ", 1)[1] for line in lines]
    assert expect.banner.match(texts[0])
    assert texts.count("The script speaks") == 1
    assert any(text.startswith(f"tftp://{server_address}/script.gpxe... ok") for text in texts)
    assert texts[-1] == f"tftp://{server_address}/absent...", texts


@pytest.mark.slow
def test_without_a_log_server_nothing_is_sent_and_dmesg_shows_the_boot(site):
    machine = boot(site)
    machine.press("dmesg\r")
    machine.expect(expect.banner, 20)
    machine.expect(expect.configured, 20)
    machine.expect("The script speaks", 20)
    machine.expect(re.escape("gPXE> "), 20, may_grow=False)
    assert not told(site)
