# SPDX-License-Identifier: MPL-2.0
"""What the configurations of docs/servers/ give to each kind of machine, on the wire."""

import pytest

from labkit import configurations, kea
from labkit.client import RawClient

script = "http://198.18.77.1/real_boot_script.php?mac=${mac}"
no_override = {"#dhcp-no-override": "dhcp-no-override"}


def start_dhcpd(lab):
    lab.start_dhcpd(configurations.read("dhcpd.conf"))


def start_dnsmasq(lab, **changes):
    lab.start_dnsmasq(configurations.read("dnsmasq.conf", lab.tftp_files, **changes))


def start_kea(lab):
    lab.start_kea(kea.parse_config(configurations.read("kea-classes.json")))


def asks(arch, *more):
    kind = b"HTTPClient" if arch in (16, 19) else b"PXEClient"
    return [(93, arch.to_bytes(2, "big")), (60, kind + b":Arch:%05d:UNDI:003000" % arch), *more,
            (55, bytes([1, 3, 43, 60, 66, 67, 175]))]


@pytest.fixture
def client(lab):
    made = RawClient(lab.network)
    yield made
    made.close()


@pytest.mark.parametrize("start", [start_dhcpd, start_dnsmasq, start_kea])
def test_each_kind_of_machine_gets_its_file(lab, client, start):
    start(lab)
    table = [(0, "undionly.kpxe"), (7, "snponly.efi"), (9, "snponly.efi"), (11, "snponly-arm64.efi"),
             (16, "http://198.18.77.1/snponly.efi"), (19, "http://198.18.77.1/snponly-arm64.efi")]
    for arch, file in table:
        offer = client.discover(f"52:54:00:77:00:{arch + 0x60:02x}", asks(arch))
        assert (offer.boot_file, offer.siaddr) == (file, "198.18.77.1"), arch
        assert ((offer.get(60) or b"").rstrip(b"\0") == b"HTTPClient") == (arch in (16, 19)), arch
    for number, (arch, user_class) in enumerate([(0, b"gPXE"), (7, b"gPXE"), (11, b"gPXE"), (0, b"\4gPXE")]):
        offer = client.discover(f"52:54:00:77:00:{number + 0x80:02x}", asks(arch, (77, user_class), (175, b"\xeb\3\1\0\0")))
        assert offer.boot_file == script, (arch, user_class)
        assert b"\xb0\1\1" in offer.get(175)
    assert client.discover("52:54:00:77:00:91", asks(0, (77, b"iPXE"))).boot_file == "undionly.kpxe"


@pytest.mark.parametrize("start", [start_dhcpd, start_dnsmasq, start_kea])
def test_a_machine_that_does_not_boot_is_given_no_file(lab, client, start):
    start(lab)
    offer = client.discover("52:54:00:77:00:92", [(12, b"laptop"), (55, bytes([1, 3, 6, 15]))])
    assert offer.boot_file == ""


@pytest.mark.parametrize("changes, in_field", [({}, False), (no_override, True)], ids=["without", "with"])
def test_no_override_keeps_the_names_in_their_fields(lab, client, changes, in_field):
    """So the two forms of dnsmasq.conf differ on the wire, and the firmware is shown both."""
    start_dnsmasq(lab, **changes)
    offer = client.discover("52:54:00:77:00:31", asks(0, (77, b"gPXE")))
    assert (offer.file == script.encode()) == in_field
    assert (offer.get(67) or b"").rstrip(b"\0") == (b"" if in_field else script.encode())


def test_windows_rule_wants_the_very_bytes_of_the_class(lab, client):
    served = lab.start_windows_rule(configurations.read("windows.md"))
    assert served.setup.classes == {b"gPXE": "gPXE"}
    for number, (user_class, is_member) in enumerate([(b"gPXE", True), (b"\x04gPXE", False), (b"gpxe", False),
                                                      (b"gPXE\0", False), (b"iPXE", False)]):
        mac = f"52:54:00:77:00:{number + 0x40:02x}"
        offer = client.discover(mac, [(77, user_class), (55, bytes([66, 67]))])
        assert offer.get(67).startswith(b"http://" if is_member else b"undionly.kpxe\0"), user_class
