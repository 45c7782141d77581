# SPDX-License-Identifier: MPL-2.0
"""What the configurations of kea-configs/ are for: each is asked by raw clients and gives what its comments say."""

import socket
from dataclasses import dataclass

import pytest

from labkit import configurations, kea, paths
from labkit.client import RawClient, bootp
from labkit.dhcp import discover
from labkit.pair import Pair, kill
from labkit.process import wait_until

server = "198.18.77.1"
script = f"http://{server}/real_boot_script.php"
by_mac = script + "?mac=${mac}"
# As QEMU's cards say it: HTTP and Linux, no HTTPS; then with HTTPS.
old_ipxe = bytes.fromhex("b1050110ec8139eb03010000130101180101")
new_ipxe = old_ipxe + b"\x14\x01\x01"
relay_a, relay_b, annex = "198.18.78.1", "198.18.79.1", "198.18.80.1"


@dataclass
class Asks:
    """A client, and what it is given."""
    file: str
    arch: int = 0
    user_class: bytes = b""
    mac: str = "52:54:00:77:00:61"
    features: bytes = b""
    relay: str = "0.0.0.0"
    port: bytes = b""  # what the relay calls it
    next_server: str = server
    address: str = ""  # the beginning of the one it must be given

    def options(self):
        kind = b"HTTPClient" if self.arch in (16, 19) else b"PXEClient"
        yield 93, self.arch.to_bytes(2, "big")
        yield 60, kind + f":Arch:{self.arch:05}:UNDI:003000".encode()
        if self.user_class:
            yield 77, self.user_class
        yield 55, bytes([1, 3, 12, 43, 60, 66, 67, 175])
        if self.features:
            yield 175, self.features
        if self.port:
            yield 82, bytes([1, len(self.port)]) + self.port

    def ask(self, client):
        return client.ask(bootp(discover, self.mac, list(self.options()), xid=socket.inet_aton("9.8.7.6"), flags=0,
                                giaddr=self.relay), self.mac)


gpxe, ipxe = b"gPXE", b"iPXE"
table = {
    "bios-uefi": [
        Asks("bios/undionly.kpxe"), Asks("ia32/snponly.efi", arch=6), Asks("x64/snponly.efi", arch=7),
        Asks("x64/snponly.efi", arch=9), Asks("arm64/snponly.efi", arch=11), Asks(by_mac, user_class=gpxe),
        Asks(by_mac, arch=7, user_class=gpxe), Asks(by_mac, arch=11, user_class=b"\4gPXE"),
    ],
    "http-boot": [
        Asks(f"http://{server}/efi/x64/snponly.efi", arch=16), Asks(f"http://{server}/efi/arm64/snponly.efi", arch=19),
        Asks(f"http://{server}/install/52-54-00-aa-00-01/grubx64.efi", arch=16, mac="52:54:00:aa:00:01"),
        Asks("snponly.efi", arch=7, mac="52:54:00:aa:00:01"), Asks("undionly.kpxe"), Asks(by_mac, user_class=gpxe),
    ],
    "reservations": [
        Asks("undionly.kpxe", mac="52:54:00:77:00:11", address="198.18.77.11"),
        Asks(f"http://{server}/install.php?host=build01", user_class=gpxe, mac="52:54:00:77:00:11"),
        Asks("special/undionly.kpxe", mac="52:54:00:77:00:12", address="198.18.77.12"),
        Asks(by_mac, user_class=gpxe, mac="52:54:00:77:00:12"),
        Asks("", mac="52:54:00:77:00:13", next_server="0.0.0.0", address="198.18.77.13"),
        Asks("", user_class=gpxe, mac="52:54:00:77:00:13", next_server="0.0.0.0"),
        Asks("undionly.kpxe"), Asks(by_mac, user_class=gpxe),
    ],
    "relays": [
        Asks("undionly.kpxe"), Asks(by_mac, user_class=gpxe),
        Asks("undionly.kpxe", relay=relay_a, address="198.18.78."),
        Asks(by_mac + "&hall=a", user_class=gpxe, relay=relay_a, port=b"hall-a"),
        Asks("undionly.kpxe", relay=relay_b, port=b"hall-b", address="198.18.79."),
        Asks(by_mac + "&port=hall-b", user_class=gpxe, relay=relay_b, port=b"hall-b"),
        Asks(by_mac, user_class=gpxe, relay=relay_b, port=b"hall-c"),
        Asks(f"http://{server}/annex.php?mac=${{mac}}&subnet=198.18.80.0%2F24", user_class=gpxe, relay=annex,
             address="198.18.80."),
    ],
    "ipxe-and-gpxe": [
        Asks("undionly.kpxe", user_class=ipxe, features=old_ipxe),
        Asks(f"http://{server}/boot.ipxe?mac=${{mac:hexhyp}}", user_class=ipxe, features=new_ipxe),
        Asks(f"http://{server}/boot.ipxe?mac=${{mac:hexhyp}}", arch=7, user_class=ipxe, features=old_ipxe),
        Asks("snponly.efi", arch=7), Asks(by_mac, user_class=gpxe, features=old_ipxe),
        Asks("ipxe/undionly.kpxe", mac="52:54:00:77:01:01"),
        Asks(by_mac, user_class=gpxe, mac="52:54:00:77:01:01"),
    ],
    "from-dhcpd": [
        Asks("undionly.kpxe"), Asks("snponly.efi", arch=7), Asks(script, user_class=gpxe),
        Asks("kiosk/undionly.kpxe", mac="52:54:01:00:00:01"), Asks(script, user_class=gpxe, mac="52:54:01:00:00:01"),
        Asks("undionly.kpxe", mac="52:54:00:77:00:11", address="198.18.77.11"),
        Asks(f"http://{server}/install.php?host=build01", user_class=gpxe, mac="52:54:00:77:00:11"),
        Asks("old.kpxe", mac="52:54:00:77:00:22", next_server="198.18.77.2"),
        Asks(script, user_class=gpxe, mac="52:54:00:77:00:22"),
    ],
    "from-dnsmasq": [
        Asks("undionly.kpxe"), Asks("snponly.efi", arch=7), Asks(script, user_class=gpxe),
        Asks("lab/undionly.kpxe", mac="52:54:00:77:00:31", address="198.18.77.31"),
        Asks(script, user_class=gpxe, mac="52:54:00:77:00:31"),
        Asks("", mac="52:54:02:00:00:01", next_server="0.0.0.0"),
        Asks("", user_class=gpxe, mac="52:54:02:00:00:01", next_server="0.0.0.0"),
    ],
}
# Those whose answers other tests ask for, or which need more than one server.
elsewhere = {"short": "test_hook_live.py", "scopes": "test_hook_policy.py", "ha-1": "below", "ha-2": "below"}


def test_every_configuration_is_asked():
    names = {path.stem.removeprefix("chainload-") for path in (paths.root / "kea-configs").glob("*.json")}
    assert names == {*table, *elsewhere}


def configuration(name):
    return kea.read_config(paths.root / f"kea-configs/chainload-{name}.json")


def gives(lab, config, clients):
    """Asserts that a server with this configuration gives all of them what is theirs."""
    lab.start_kea(config)
    answers(lab, clients)


def answers(lab, clients):
    client = RawClient(lab.network)
    try:
        for asks in clients:
            offer = asks.ask(client)
            assert offer is not None, f"no OFFER for {asks}"
            assert (offer.boot_file, offer.siaddr) == (asks.file, asks.next_server), asks
            assert offer.yiaddr.startswith(asks.address), asks
    finally:
        client.close()


@pytest.mark.parametrize("name", table)
def test_configuration_gives_what_it_says(lab, name):
    gives(lab, configuration(name), table[name])


def test_pair_gives_the_same_after_the_first_server_is_gone(lab):
    pair = Pair.of(lab, configuration("ha-1"), configuration("ha-2"))
    clients = [Asks("undionly.kpxe"), Asks("snponly.efi", arch=7), Asks(by_mac, user_class=gpxe)]
    answers(lab, clients)
    assert len(pair.first.decisions()) == 3 and pair.second.decisions() == []
    kill(pair.first)
    wait_until(lambda: pair.second.command("ha-heartbeat")["arguments"]["state"] == "partner-down", 60,
               "the second server to take over")
    answers(lab, clients)
    assert len(pair.second.decisions()) == 3


def test_client_classes_without_the_library_give_what_they_say(lab):
    """docs/servers/kea-classes.json, on every version of Kea."""
    gives(lab, kea.parse_config(configurations.read("kea-classes.json")), [
        Asks("undionly.kpxe"), Asks("snponly.efi", arch=7), Asks("snponly-arm64.efi", arch=11),
        Asks(f"http://{server}/snponly.efi", arch=16), Asks(by_mac, user_class=gpxe),
        Asks(by_mac, arch=7, user_class=b"\4gPXE"), Asks("undionly.kpxe", user_class=ipxe)])
