# SPDX-License-Identifier: MPL-2.0
"""Raw clients of every kind against a live kea-dhcp4: boot clients get what the table says, others see no hook."""

import pytest

from labkit import kea
from labkit.client import RawClient, bootp
from labkit.dhcp import ack, inform, nak, request

script = "http://198.18.77.1/real_boot_script.php?mac=${mac}"
wanted = (55, bytes([1, 3, 6, 12, 15, 43, 60, 66, 67, 128, 175]))
uuid = (97, b"\0" + bytes(range(16)))


def pxe(arch, vendor=None, *more):
    """The options of a PXE client of an architecture, in a ROM's order."""
    vendor = vendor or f"PXEClient:Arch:{arch:05}:UNDI:002001"
    return [(57, b"\x05\xc0"), (93, arch.to_bytes(2, "big")), (94, b"\x01\x02\x01"), (60, vendor.encode()), *more,
            wanted, uuid]


gpxe_features = (175, bytes.fromhex("b10501808610 0e180101130101150101eb03010001".replace(" ", "")))

# name: MAC, options, boot file, and what the reply says in 60 and 43
table = {
    "bios rom": ("52:54:00:00:01:01", pxe(0), "undionly.kpxe", "PXEClient"),
    "bios rom that says iPXE": ("52:54:00:00:01:02", pxe(0, None, (77, b"iPXE")), "undionly.kpxe", None),
    "gPXE": ("52:54:00:00:01:03", pxe(0, None, (77, b"gPXE"), gpxe_features), script, None),
    "gPXE as RFC 3004 has it": ("52:54:00:00:01:04", pxe(0, None, (77, b"\x04gPXE")), script, None),
    "UEFI x86-64 (7)": ("52:54:00:00:01:05", pxe(7), "snponly.efi", "PXEClient"),
    "UEFI x86-64 (9)": ("52:54:00:00:01:06", pxe(9), "snponly.efi", "PXEClient"),
    "UEFI arm64": ("52:54:00:00:01:07", pxe(11), "snponly-arm64.efi", "PXEClient"),
    "UEFI HTTP": ("52:54:00:00:01:08", pxe(16, "HTTPClient:Arch:00016:UNDI:003001"),
                  "http://198.18.77.1/snponly.efi", "HTTPClient"),
    "bare PXEClient": ("52:54:00:00:01:09", [(60, b"PXEClient"), wanted], "undionly.kpxe", "PXEClient"),
}

strangers = {
    "dhclient": ("52:54:00:00:02:01", [(12, b"host"), (55, bytes([1, 28, 2, 3, 15, 6, 119, 12]))]),
    "everything asked for": ("52:54:00:00:02:02", [(55, bytes(range(1, 120)))]),
    "windows": ("52:54:00:00:02:03", [(61, b"\x01\x52\x54\x00\x00\x02\x03"), (60, b"MSFT 5.0"), wanted]),
    "a user class of its own": ("52:54:00:00:02:04", [(77, b"\x05staff"), wanted]),
    "grub": ("52:54:00:00:02:05", [(55, bytes([1, 3, 6, 12, 15, 66, 67]))]),
    "raspberry pi rom": ("b8:27:eb:00:02:06", pxe(0)),
}


@pytest.fixture
def hooked(lab):
    lab.start_kea(kea.short_config())
    client = RawClient(lab.network)
    yield lab, client
    client.close()


def boot_file(reply):
    """What a client would load: option 67 before the file field, as both ROMs and gPXE do."""
    value = reply.get(67)
    return (value.rstrip(b"\0") if value else reply.file).decode()


def fresh_answers(lab, name, clients):
    """The raw OFFER and ACK of each client from a server that has just started, with xids that do not change."""
    answers = {}
    client = RawClient(lab.network)
    try:
        for number, (key, (mac, options)) in enumerate(clients.items()):
            offer = client.discover(mac, options, xid=bytes([number + 1]) * 4)
            assert offer is not None, f"{name}: no OFFER for {key}"
            taken = client.request(mac, offer, options)
            assert taken is not None, f"{name}: no ACK for {key}"
            answers[key] = (offer.raw, taken.raw)
    finally:
        client.close()
    return answers


@pytest.mark.parametrize("name", table)
def test_boot_client_gets_what_the_table_says(hooked, name):
    lab, client = hooked
    mac, options, file, vendor = table[name]
    offer = client.discover(mac, options)
    for reply in (offer, client.request(mac, offer, options)):
        assert boot_file(reply) == file
        assert reply.siaddr == "198.18.77.1"
        told = reply.get(60)
        assert (told.decode() if told else None) == vendor or vendor is None
        if vendor == "PXEClient":
            assert reply.get(43) == bytes.fromhex("060108ff")
            assert reply.get(67) == file.encode() + b"\0"
        else:
            assert not (reply.get(67) or b"").endswith(b"\0") or vendor is None
        if uuid in options:
            assert reply.get(97) == uuid[1]
    assert [(decision.mac, decision.file) for decision in lab.kea.decisions()] == [(mac, file)] * 2


def test_gpxe_is_told_not_to_wait_for_a_proxy(hooked):
    _, client = hooked
    mac, options, *_ = table["gPXE"]
    offer = client.discover(mac, options)
    assert bytes.fromhex("b00101") in offer.get(175)
    assert offer.get(60) is None and offer.get(43) is None
    assert offer.get(67) == script.encode()


def test_strangers_get_the_very_bytes_they_get_without_the_hook(lab):
    config = kea.short_config()
    lab.start_kea(config)
    with_hook = fresh_answers(lab, "with the hook", strangers)
    assert lab.kea.decisions() == []
    lab.kea.stop()
    (lab.run / "kea/kea-dhcp4.log").unlink()
    lab.start_kea(kea.without_hook(config))
    without_hook = fresh_answers(lab, "without the hook", strangers)
    assert with_hook == without_hook


def test_informs_and_refusals_to_boot_clients_are_left_alone(lab):
    """The server says no (a NAK), or the client has its address already (an INFORM): neither is a boot."""
    config = kea.short_config()
    config["Dhcp4"]["authoritative"] = True
    mac, options, *_ = table["bios rom"]
    foreign_address = (50, bytes([10, 0, 0, 1]))
    answers = []
    for tried in (config, kea.without_hook(config)):
        (lab.run / "kea/kea-dhcp4.log").unlink(missing_ok=True)
        server = lab.start_kea(tried)
        client = RawClient(lab.network)
        refused = client.ask(bootp(request, mac, [*options, foreign_address]), mac)
        informed = client.ask(bootp(inform, mac, options, ciaddr="198.18.77.150"), mac)
        client.close()
        assert server.decisions() == []
        server.stop()
        assert refused.type == nak and informed.type == ack
        answers.append((refused.raw, informed.raw))
    assert answers[0] == answers[1]


def test_many_threads_answer_as_one_does(lab):
    config = kea.short_config()
    config["Dhcp4"]["multi-threading"] = {"enable-multi-threading": True, "thread-pool-size": 2}
    lab.start_kea(config)
    client = RawClient(lab.network)
    try:
        for mac, options, file, _ in table.values():
            assert boot_file(client.discover(mac, options)) == file
    finally:
        client.close()


def test_status_and_explain_answer_over_the_control_socket(hooked):
    lab, client = hooked
    status = lab.kea.command("chainload-status")
    assert status["result"] == 0 and "version" in status["arguments"]
    mac, options, file, _ = table["bios rom"]
    explained = lab.kea.command("chainload-explain", {"facts": {"mac": mac, "vendor-class": "PXEClient", "arch": 0}})
    assert explained["result"] == 0
    assert file in str(explained["arguments"])
    refused = lab.kea.command("chainload-explain", {"packet": "not hex"})
    assert refused["result"] == 1 and "packet" in refused["text"]
