# SPDX-License-Identifier: MPL-2.0
"""Hostile packets against a live kea-dhcp4 with the hook, at debug level 99. Ids are those of ../README.md."""

import pytest

from labkit import corpus, kea
from labkit.client import bootp
from labkit.dhcp import ack, discover, inform, nak, request
from labkit.lab import Lab
from labkit.replay import Replay

bios = (60, b"PXEClient:Arch:00000:UNDI:002001")
wanted = (55, bytes([1, 3, 43, 60, 66, 67, 97, 175]))
mac = "52:54:00:00:08:01"


class Live:
    """One server for every test of a module; what it logged is looked at in the end."""

    def __init__(self, lab):
        config = kea.short_config()
        config["Dhcp4"]["multi-threading"] = {"enable-multi-threading": False}
        config["Dhcp4"]["loggers"] = [{"name": "kea-dhcp4", "severity": "DEBUG", "debuglevel": 99}]
        config["Dhcp4"]["subnet4"][0]["pools"] = [{"pool": "198.18.77.20 - 198.18.77.250"}]
        kea.chainload_parameters(config)["rules"] = [
            {"name": "named", "match": {"user-class": "template"},
             "boot": {"boot-file-name": "http://198.18.77.1/%{vendor-class}/%{hostname|none}?u=%{uuid|none}"}},
            {"name": "file", "match": {"user-class": "plain"}, "boot": {"boot-file-name": "boot/%{circuit-id:text}"}}]
        self.kea = lab.start_kea(config)
        self.replay = Replay(lab.network)
        self._xid = 0

    def send(self, options, kind=discover, client=mac, **fields):
        self._xid += 1
        payload = bootp(kind, client, options, xid=b"\x08\0" + self._xid.to_bytes(2, "big"), **fields)
        return self.replay.answer(payload), payload

    def file(self, options, **fields):
        """The boot file in the reply; None without a reply, and "" where the hook left it alone."""
        reply, _ = self.send(options, **fields)
        if reply is None:
            return None
        found = corpus.options(reply)
        return found[67].rstrip(b"\0").decode("latin-1") if 67 in found else reply[108:236].rstrip(b"\0").decode()


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with Lab(tmp_path_factory.mktemp("hostile") / "lab") as lab:
        server = Live(lab)
        yield server
        assert server.kea.is_running()
        text = server.kea.text()
        assert "CHAINLOAD_PACKET_FAILED" not in text and "HOOKS_CALLOUT_EXCEPTION" not in text
        server.replay.close()


script, firmware = corpus.script, "undionly.kpxe"
user_classes = {
    "absent": ([], firmware),
    "length 0": ([(77, b"")], firmware),
    "raw gPXE": ([(77, b"gPXE")], script),
    "RFC 3004 gPXE": ([(77, b"\x04gPXE")], script),
    "several items": ([(77, b"\x03abc\x04gPXE\x01z")], script),
    "an item of length 0": ([(77, b"\x04gPXE\x00")], firmware),
    "the last item overruns": ([(77, b"\x04gPXE\x09abc")], firmware),
    "the first octet is larger than the rest": ([(77, b"exr-config")], firmware),
    "a raw string whose first octet is a length": ([(77, b"\x04iPXE")], firmware),
    "255 octets": ([(77, b"g" * 255)], firmware),
    "in two pieces": ([(77, b"gP"), (77, b"XE")], script),
    "in eight pieces, an item crossing the cut":
        ([(77, piece) for piece in (b"\x02", b"a", b"b\x04", b"g", b"P", b"X", b"E", b"")], script),
    "pieces with another option between": ([(77, b"gP"), (12, b"host"), (77, b"XE")], script),
    "twice with different text": ([(77, b"gPXE"), (77, b"iPXE")], firmware),
    "NUL within": ([(77, b"gPXE\0x")], firmware),
    "NUL behind": ([(77, b"gPXE\0")], firmware),
    "not UTF-8": ([(77, bytes(range(0x80, 0x100)))], firmware),
    "upper case": ([(77, b"GPXE")], firmware),
    "with a space": ([(77, b"gPXE ")], firmware),
    "more items than are read": ([(77, b"\x01a" * 20 + b"\x04gPXE")], firmware),
    "a part of a longer word": ([(77, b"NotgPXE")], firmware),
    "the beginning of a longer word": ([(77, b"gPXE-custom")], firmware),
    "xNBA": ([(77, b"xNBA")], firmware),
}


@pytest.mark.parametrize("name", user_classes)
def test_user_class_row(live, name):
    more, file = user_classes[name]
    assert live.file([(93, b"\0\0"), bios, wanted, *more]) == file


def test_user_class_in_the_fields_that_option_52_lends(live):
    payload = bytearray(bootp(discover, mac, [(52, b"\x01"), (93, b"\0\0"), bios, wanted], xid=b"\x08\x52\0\1"))
    payload[108:108 + 7] = b"\x4d\x04gPXE\xff"
    reply = live.replay.answer(bytes(payload))
    assert corpus.options(reply)[67] == script.encode()


vendor_classes = {
    "length 0": ([(60, b""), (93, b"\0\0")], firmware),
    "bare PXEClient": ([(60, b"PXEClient")], firmware),
    "architecture is no number": ([(60, b"PXEClient:Arch:xyz:UNDI:002001")], ""),
    "six digits": ([(60, b"PXEClient:Arch:000000:UNDI:002001")], ""),
    "hexadecimal digits": ([(60, b"PXEClient:Arch:0001b:UNDI:003000")], ""),
    "contradicts option 93 about HTTP": ([(60, b"PXEClient:Arch:00016:UNDI:003001"), (93, b"\0\x10")], "snponly.efi"),
    "a product id behind it": ([(60, b"PXEClient:Arch:00009:UNDI:003010:PID:N9K"), (93, b"\0\x09")], "snponly.efi"),
    "255 octets": ([(60, b"PXEClient".ljust(255, b"x"))], firmware),
    "NUL behind": ([(60, b"PXEClient\0")], firmware),
    "not at the beginning": ([(60, b"xPXEClient")], ""),
    "HTTPClient": ([(60, b"HTTPClient:Arch:00016:UNDI:003001"), (93, b"\0\x10")], "http://198.18.77.1/snponly.efi"),
    "U-Boot": ([(60, b"U-Boot.armv8"), (93, b"\0\x16")], ""),
}


@pytest.mark.parametrize("name", vendor_classes)
def test_vendor_class_row(live, name):
    given, file = vendor_classes[name]
    assert live.file([*given, wanted]) == file


architectures = {
    "a list": (b"\0\x06\0\x07", "snponly.efi"), "unknown": (b"\0\x63", ""), "the largest": (b"\xff\xff", ""),
    "more than are read": (b"\0\x63" * 8 + b"\0\x07", ""), "9 counts as 7": (b"\0\x09", "snponly.efi"),
}


@pytest.mark.parametrize("name", architectures)
def test_architecture_row(live, name):
    value, file = architectures[name]
    assert live.file([(93, value), (60, b"PXEClient"), wanted]) == file


@pytest.mark.parametrize("code,length", [(93, 0), (93, 1), (93, 3), (93, 5), (93, 254), (57, 1), (94, 2), (97, 0), (97, 1),
                                         (97, 16), (97, 17), (97, 18), (43, 1), (175, 1), (175, 255), (82, 1)])
def test_K7_scalar_options_of_wrong_length(live, code, length):
    """The hook makes no difference to whether Kea answers; where it does, the UUID is echoed only when it is whole."""
    reply, _ = live.send([bios, wanted, (code, b"\1" * length)])
    if reply is None:
        # Kea 2.2 drops odd architectures and the like before any hook sees them.
        assert (code, length) in {(93, 0), (93, 1), (93, 3), (93, 5), (57, 1), (94, 2), (97, 0), (82, 1)}
        return
    echoed = corpus.options(reply).get(97)
    assert echoed == (b"\1" * 17 if (code, length) == (97, 17) else None)


@pytest.mark.parametrize("size", [0, 64, 575, 576, 1500, 0xFF00])
def test_maximum_message_size_row(live, size):
    reply, _ = live.send([(93, b"\0\0"), bios, wanted, (57, size.to_bytes(2, "big")), (77, b"gPXE")])
    assert corpus.options(reply)[67] == script.encode()
    assert len(reply) <= max(576, min(size, 1500)) - 28


def test_K1_every_option_with_garbage_at_debug_level_99(live):
    for code in range(1, 255):
        for value in (b"", b"\0", b"\xff" * 17, b"%n%s{}\"\n\0\x80", bytes(range(256))[:255]):
            live.send([(93, b"\0\0"), bios, wanted, (code, value)])
    assert live.file([(93, b"\0\0"), bios, wanted]) == firmware


def test_K3_client_ids_and_host_names_that_break_others(live):
    for more in ([(61, b"\xff" * 255)], [(61, b"\xff\0\0\0\1" + b"\0\2" * 125)], [(61, b"")], [(12, b"." * 255)],
                 [(12, b"\0")], [(81, b"\x04\0\0" + b"\xff" * 250)], [(12, b"a" * 255)]):
        live.send([(93, b"\0\0"), bios, wanted, *more])
    assert live.file([(93, b"\0\0"), bios, wanted]) == firmware


def test_K5_any_requested_option_to_any_kind_of_client(live):
    """Broadcast and unicast, relayed from a known network and from an unknown one, each option asked for."""
    for fields in ({}, {"flags": 0}, {"ciaddr": "198.18.77.99"}, {"ciaddr": "203.0.113.9"}):
        for kind in (discover, request, inform):
            for first in range(0, 256, 64):
                live.send([(93, b"\0\0"), bios, (55, bytes(range(first, first + 64)))], kind, **fields)
    for relay in (bytes([198, 18, 77, 1]), bytes([203, 0, 113, 1]), b"\xff" * 4):
        for code in (*range(0, 256, 5), 108):
            payload = bytearray(bootp(discover, mac, [(93, b"\0\0"), bios, (55, bytes([code, 67]))], xid=b"\x08\x55\0\1"))
            payload[24:28] = relay
            live.replay.answer(bytes(payload))
    assert live.file([(93, b"\0\0"), bios, wanted]) == firmware


def test_every_message_type_but_those_of_a_boot_is_left_alone(live):
    for kind in (0, 2, 4, 5, 6, 7, 9, 10, 13, 18, 106, 255):
        reply, _ = live.send([(93, b"\0\0"), bios, wanted], kind)
        assert reply is None or 67 not in corpus.options(reply), kind


def test_hardware_types_of_every_kind(live):
    for htype, hlen in ((0, 0), (1, 0), (1, 16), (6, 6), (32, 0), (255, 255), (1, 255)):
        payload = bytearray(bootp(discover, mac, [(93, b"\0\0"), bios, wanted, (61, b"\1abcdef")], xid=b"\x08\x56\0\1"))
        payload[1:3] = bytes([htype, hlen])
        live.replay.answer(bytes(payload))
    assert live.file([(93, b"\0\0"), bios, wanted]) == firmware


def test_every_truncation_of_a_packet(live):
    whole = bootp(discover, mac, [(93, b"\0\0"), bios, (77, b"gPXE"), wanted], xid=b"\x08\x57\0\1").rstrip(b"\0")
    for length in range(240, len(whole)):
        live.replay.answer(whole[:length])
    assert live.file([(93, b"\0\0"), bios, wanted]) == firmware


templates = {
    "plain": (b"web", "web"), "newline": (b"a\nb", "a%0Ab"), "carriage return": (b"a\rb", "a%0Db"),
    "NUL": (b"a\0b", "a%00b"), "up": (b"../../etc/passwd", "..%2F..%2Fetc%2Fpasswd"), "encoded": (b"%2e%2e%2f", "%252e%252e%252f"),
    "another host": (b"//evil", "%2F%2Fevil"), "a URL": (b"http://evil/", "http%3A%2F%2Fevil%2F"),
    "a user": (b"@evil.host/", "%40evil.host%2F"), "a query": (b"?x=#", "%3Fx%3D%23"), "a setting": (b"${mac}", "%24%7Bmac%7D"),
    "a variable": (b"%{mac}", "%25%7Bmac%7D"), "braces": (b"{{", "%7B%7B"), "a format": (b"%n%s", "%25n%25s"),
    "quotes": (b"\"'`;", "%22%27%60%3B"), "a space": (b"a b", "a%20b"), "0x80": (b"\x80", "%80"),
    "a look-alike slash": ("\u2215".encode(), "%E2%88%95"), "right to left": ("\u202e".encode(), "%E2%80%AE"),
}


@pytest.mark.parametrize("name", templates)
def test_template_row(live, name):
    """A client's word in a URL: percent-encoded, never expanded again, never scheme or host; or refused altogether."""
    value, encoded = templates[name]
    file = live.file([(93, b"\0\0"), (60, value), (77, b"template"), wanted])
    assert file in (f"http://198.18.77.1/{encoded}/none?u=none", ""), file
    if b".." not in value and not any(octet < 0x20 for octet in value):
        assert file != ""


def test_template_result_that_is_too_long_is_refused(live):
    assert live.file([(93, b"\0\0"), (60, b"x" * 255), (77, b"template"), wanted]) == ""
    assert live.file([(93, b"\0\0"), (60, b"x" * 80), (77, b"template"), wanted]).count("x") == 80


@pytest.mark.parametrize("value", [b"..", b"a/b", b"a\\b", b"../x", b"a\nb", b"\0", b"a\x80"])
def test_template_in_a_tftp_name_is_never_a_path(live, value):
    circuit = (82, bytes([1, len(value)]) + value)
    payload = bytearray(bootp(discover, mac, [(93, b"\0\0"), bios, (77, b"plain"), wanted, circuit], xid=b"\x08\x58\0\1"))
    payload[24:28] = bytes([198, 18, 77, 1])
    reply = live.replay.answer(bytes(payload), source_port=67)
    assert reply is not None and 67 not in corpus.options(reply)


@pytest.mark.parametrize("name", [b"", b".", b"..", b"a..b", b".a", b"a.", b"-", b"a" * 255, b"a_b", b"a b", b"<x>", b"\xff"])
def test_K6_host_names_that_sanitise_to_nothing(live, name):
    file = live.file([(93, b"\0\0"), (60, b"h"), (77, b"template"), wanted, (12, name)])
    assert file is None or file == "" or file.startswith("http://198.18.77.1/h/"), file
    if file:
        host = file.split("/")[4].split("?")[0]
        assert host and all(letter.isalnum() or letter in "-." for letter in host) and ".." not in host


def test_K8_what_is_logged_can_be_read_again(live):
    before = len(live.kea.text())
    nasty = b"\"\n2026-01-01 00:00:00.000 INFO forged {x} \0\x1b[2J\\"
    live.send([(93, b"\0\0"), bios, (77, nasty), wanted, (12, nasty)])
    live.send([(93, b"\0\0"), (60, nasty), (77, b"template"), wanted])
    ours = [line for line in live.kea.text()[before:].splitlines() if "CHAINLOAD_" in line]
    assert ours and all(line.isprintable() for line in ours)
    assert not any("\n2026-01-01" in line or line.startswith("2026-01-01") for line in ours)


def test_refusal_stays_as_it_is(live):
    reply, _ = live.send([(93, b"\0\0"), bios, wanted, (50, bytes([10, 0, 0, 1]))], request)
    assert reply is None or corpus.options(reply)[53] in (bytes([nak]), bytes([ack]))
    assert reply is None or corpus.options(reply)[53] != bytes([nak]) or 67 not in corpus.options(reply)


def test_flood_of_addresses_changes_nothing(live):
    for number in range(500):
        live.send([(93, b"\0\0"), bios, wanted], client=f"52:54:00:f1:{number >> 8:02x}:{number & 255:02x}")
    assert live.file([(93, b"\0\0"), bios, wanted]) == firmware


def test_same_machine_goes_through_its_stages_again_after_a_power_cycle(live):
    for _ in range(2):
        assert live.file([(93, b"\0\0"), bios, wanted]) == firmware
        assert live.file([(93, b"\0\0"), bios, wanted, (77, b"gPXE")]) == script
