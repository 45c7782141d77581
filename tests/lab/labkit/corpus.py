# SPDX-License-Identifier: MPL-2.0
"""The corpus of client packets, and what the short form promises each of them, read apart from the hook's own code."""

import json
import socket
from dataclasses import dataclass

from . import paths
from .client import bootp
from .dhcp import discover, inform, request

recorded = paths.root / "tests/corpus/recorded.jsonl"
# A larger collection that cannot be part of the project; tests use it where it lies beside the source tree.
beside = paths.root / "../shared/corpus/packets.jsonl"

script = "http://198.18.77.1/real_boot_script.php?mac=${mac}"
firmware = {0: "undionly.kpxe", 7: "snponly.efi", 9: "snponly.efi", 11: "snponly-arm64.efi",
            16: "http://198.18.77.1/snponly.efi", 17: "http://198.18.77.1/snponly.efi",
            19: "http://198.18.77.1/snponly-arm64.efi", 20: "http://198.18.77.1/undionly.kpxe"}
_http_form = {0: 20, 6: 15, 7: 16, 9: 17, 10: 18, 11: 19}
_plain_form = {http: plain for plain, http in _http_form.items()}
_pi_prefixes = {bytes.fromhex(text) for text in ("b827eb", "dca632", "e45f01", "28cdc1", "d83add", "2ccf67")}


@dataclass
class ClientPacket:
    name: str
    what: str
    payload: bytes


def options(payload):
    """{code: whole value} of the options field, pieces joined; stops where something is cut off."""
    found, at = {}, 240
    while at < len(payload) and payload[at] != 255:
        code = payload[at]
        if code == 0:
            at += 1
            continue
        if at + 1 >= len(payload) or at + 2 + payload[at + 1] > len(payload):
            break
        found[code] = found.get(code, b"") + payload[at + 2:at + 2 + payload[at + 1]]
        at += 2 + payload[at + 1]
    return found


def user_classes(value):
    """The raw value, and the items where it is a list of RFC 3004."""
    items, at = [], 0
    while at < len(value) and 0 < value[at] <= len(value) - at - 1:
        items.append(value[at + 1:at + 1 + value[at]])
        at += 1 + value[at]
    return {value, *items} if at == len(value) and items else {value}


def _names_a_loader(value):
    """Option 175 as gPXE and iPXE send it: whole, with their version or bus id."""
    codes, at = set(), 0
    while at < len(value) and value[at] not in (255,):
        if value[at] == 0:
            at += 1
            continue
        if at + 1 >= len(value) or at + 2 + value[at + 1] > len(value):
            return False
        codes.add(value[at])
        at += 2 + value[at + 1]
    return bool(codes & {177, 235})


def _architectures(vendor, found):
    raw = found.get(93, b"")
    numbers = [int.from_bytes(raw[at:at + 2], "big") for at in range(0, len(raw) - 1, 2)][:8]
    if not numbers and b":Arch:" in vendor:
        digits = vendor.split(b":Arch:")[1].split(b":")[0].decode("latin-1")
        for base in (10, 16):
            try:
                numbers = [int(digits, base)]
                break
            except ValueError:
                pass
    elif not numbers and vendor.startswith(b"PXEClient"):
        numbers = [0]
    form = _http_form if vendor.startswith(b"HTTPClient") else _plain_form if vendor.startswith(b"PXEClient") else {}
    return [form.get(number, number) for number in numbers]


def expected(payload):
    """(kind of client, boot file or None) for the short form with `user-classes: ["gPXE"]`."""
    if len(payload) < 240 or payload[0] != 1 or payload[236:240] != b"\x63\x82\x53\x63":
        return "unreadable", None
    found = options(payload)
    vendor = found.get(60, b"").rstrip(b"\0")
    classes = user_classes(found[77]) if 77 in found else set()
    numbers = _architectures(vendor, found)
    listed = [int.from_bytes(found[93][at:at + 2], "big") for at in range(0, len(found.get(93, b"")) - 1, 2)]
    boots = (vendor.startswith((b"PXEClient", b"HTTPClient")) or classes & {b"gPXE", b"iPXE"}
             or _names_a_loader(found.get(175, b"")) or any(number <= 41 for number in listed))
    if not boots:
        return "no boot client", None
    says = [name.decode() for name in (b"gPXE", b"iPXE") if name in classes]
    kind = says[0] if says else vendor[:10].decode("latin-1").split(":")[0] or "architecture only"
    kind += " " + ",".join(map(str, numbers)) if numbers else ""
    if found.get(53, b"\1")[:1] not in (b"\1", b"\3"):
        return kind, None
    if b"gPXE" in classes:
        return kind, script
    claims_bios = not numbers or numbers[0] == 0
    if not says and (41 in numbers or (payload[2] == 6 and payload[28:31] in _pi_prefixes and claims_bios)):
        return "Raspberry Pi", None
    return kind, next((firmware[number] for number in numbers if number in firmware), None)


def taking_up(payload, offer):
    """A REQUEST as it would be sent to our server: its address and server identifier in place of those recorded."""
    changed = bytearray(payload)
    server = socket.inet_aton("198.18.77.1")
    at = 240
    while at + 1 < len(changed) and changed[at] != 255:
        if changed[at] == 0:
            at += 1
            continue
        if changed[at + 1] == 4 and changed[at] in (50, 54):
            changed[at + 2:at + 6] = offer[16:20] if changed[at] == 50 else server
        at += 2 + changed[at + 1]
    if any(changed[12:16]):
        changed[12:16] = offer[16:20]
    return bytes(changed)


def asking(payload):
    """The DISCOVER of the client that sent this REQUEST or INFORM."""
    changed = bytearray(payload)
    at = 240
    while at + 1 < len(changed) and changed[at] != 255:
        if changed[at] == 0:
            at += 1
            continue
        length = 2 + changed[at + 1]
        if changed[at] == 53:
            changed[at + 2] = discover
        elif changed[at] in (50, 54):
            changed[at:at + length] = bytes(length)  # only a REQUEST names a server
        at += length
    changed[12:16] = bytes(4)
    return bytes(changed)


def _pxe(arch, vendor=None, *more):
    vendor = vendor or f"PXEClient:Arch:{arch:05}:UNDI:002001".encode()
    return [(57, b"\x05\xc0"), (93, arch.to_bytes(2, "big")), (94, b"\x01\x02\x01"), (60, vendor), *more,
            (55, bytes([1, 3, 43, 60, 66, 67, 97, 175]))]


def _without_mac(payload, client_id):
    """IP over InfiniBand: hardware type 32, no address in the header, a client-id instead [rfc4390]."""
    changed = bytearray(payload)
    changed[1:3] = bytes([32, 0])
    changed[28:44] = bytes(16)
    end = changed.index(255, 240)
    return bytes(changed[:end]) + bytes([61, len(client_id)]) + client_id + b"\xff" + bytes(changed[end + 1:])


def hand_written():
    """Clients seen in the wild that our lab has not."""
    shared = b"\0" + bytes.fromhex("030002000400050006000700080009")[:15].ljust(16, b"\0")
    made = [
        ("raspberry-pi", "a Raspberry Pi's ROM claims to be a BIOS", "b8:27:eb:00:09:01", _pxe(0)),
        ("raspberry-pi-5", "a newer board of theirs", "2c:cf:67:00:09:02", _pxe(0)),
        ("raspberry-pi-41", "a Raspberry Pi that says so", "52:54:00:00:09:03", _pxe(41)),
        ("raspberry-pi-uefi", "UEFI on such a board", "dc:a6:32:00:09:04", _pxe(11)),
        ("raspberry-pi-gpxe", "gPXE on such a board", "dc:a6:32:00:09:05", _pxe(0, None, (77, b"gPXE"))),
        ("uboot-riscv64-hex", "U-Boot for riscv64 prints its architecture in hexadecimal", "52:54:00:00:09:06",
         [(60, b"PXEClient:Arch:0001b:UNDI:003000"), (55, bytes([1, 3, 66, 67]))]),
        ("cisco-pid", "a switch that appends its product id", "52:54:00:00:09:07",
         _pxe(9, b"PXEClient:Arch:00009:UNDI:003010:PID:N9K-C93180YC-FX")),
        ("phone-nul", "a phone whose vendor class ends in NUL", "52:54:00:00:09:08",
         [(60, b"Cisco Systems, Inc. IP Phone CP-7941G\0"), (55, bytes([1, 3, 66, 150]))]),
        ("rom-nul", "a ROM whose vendor class ends in NUL", "52:54:00:00:09:09",
         _pxe(0, b"PXEClient:Arch:00000:UNDI:002001\0")),
        ("exr-config", "a raw user class whose first octet is larger than the rest", "52:54:00:00:09:0a",
         [(77, b"exr-config"), (55, bytes([1, 3, 67]))]),
        ("shared-uuid-1", "a machine with a UUID that many boards share", "52:54:00:00:09:0b", [*_pxe(0), (97, shared)]),
        ("shared-uuid-2", "another machine with the same UUID", "52:54:00:00:09:0c", [*_pxe(7), (97, shared)]),
        ("zero-uuid", "a machine with a UUID of zeros", "52:54:00:00:09:0d", [*_pxe(7), (97, bytes(17))]),
        ("bare-pxeclient", "a ROM that says nothing but PXEClient", "52:54:00:00:09:0e",
         [(60, b"PXEClient"), (55, bytes([1, 3, 66, 67]))]),
        ("several-architectures", "a client of two architectures", "52:54:00:00:09:0f",
         [(93, b"\0\x06\0\x07"), (60, b"PXEClient:Arch:00006:UNDI:003000"), (55, bytes([66, 67]))]),
        ("grub", "GRUB's own DHCP: nothing tells it from an operating system", "52:54:00:00:09:10",
         [(55, bytes([1, 3, 6, 12, 15]))]),
        ("gpxe-rfc3004", "a user class as RFC 3004 has it", "52:54:00:00:09:11", _pxe(0, None, (77, b"\x04gPXE"))),
        ("gpxe-second", "gPXE as the second of two user classes", "52:54:00:00:09:12",
         _pxe(0, None, (77, b"\x05staff\x04gPXE"))),
        ("not-gpxe", "gPXE only as a part of the user class", "52:54:00:00:09:13", _pxe(0, None, (77, b"NotgPXE"))),
        ("http-by-60", "option 60 says HTTP, option 93 does not", "52:54:00:00:09:14",
         _pxe(7, b"HTTPClient:Arch:00007:UNDI:003001")),
        ("bios-http", "BIOS that boots by HTTP", "52:54:00:00:09:15", _pxe(20, b"HTTPClient:Arch:00020:UNDI:003001")),
    ]
    packets = [ClientPacket(name, what, bootp(kind, mac, given, xid=bytes([9, number, kind, 1])))
               for number, (name, what, mac, given) in enumerate(made) for kind in (discover,)]
    packets.append(ClientPacket("ipoib", "a ROM on InfiniBand, without a MAC", _without_mac(
        bootp(discover, "52:54:00:00:09:20", _pxe(0), xid=b"\x09\xfe\1\1"), b"\xff\0\0\0\1\0\2\0\0\0\0\0\1\2\3\4")))
    packets.append(ClientPacket("inform", "an INFORM of a boot client", bootp(
        inform, "52:54:00:00:09:21", _pxe(0), xid=b"\x09\xfd\1\1", ciaddr="198.18.77.150")))
    packets.append(ClientPacket("request-of-nothing", "a REQUEST for an address of another network", bootp(
        request, "52:54:00:00:09:22", [*_pxe(0), (50, bytes([10, 0, 0, 1]))], xid=b"\x09\xfc\1\1")))
    return packets


def all_packets():
    """Every client packet there is, in an order that does not change."""
    packets = hand_written()
    for line in recorded.read_text().splitlines():
        entry = json.loads(line)
        packets.append(ClientPacket(entry["name"], entry["what"], bytes.fromhex(entry["hex"])))
    if beside.exists():
        for line in beside.read_text().splitlines():
            entry = json.loads(line)
            if entry["role"] == "client":
                packets.append(ClientPacket(entry["file"], entry["client_type"], bytes.fromhex(entry["hex"])))
    return packets
