# SPDX-License-Identifier: MPL-2.0
"""The clients that are played: their DISCOVERs, byte by byte, as a relay forwards them; and how a reply is read."""

import socket
import uuid
from dataclasses import dataclass

from .cable import client_address

discover = 1
# What a PXE ROM asks for: among other things each boot option that Kea only sends to those who ask.
asked_by_rom = bytes([1, 3, 6, 12, 15, 43, 60, 66, 67, 97, 128, 175])
asked_by_host = bytes([1, 28, 2, 3, 15, 6, 119, 12])


@dataclass(frozen=True)
class Client:
    """One machine. `arch` None: an operating system's DHCP client."""
    number: int
    arch: int | None = 0
    user_class: bytes = b""

    @property
    def mac(self):
        return bytes([0x52, 0x54, 0]) + self.number.to_bytes(3, "big")

    @property
    def mac_text(self):
        return ":".join(f"{octet:02x}" for octet in self.mac)

    @property
    def uuid_octets(self):
        return bytes.fromhex("cf2ed26c00004000800000") + bytes(2) + self.number.to_bytes(3, "big")

    @property
    def uuid_text(self):
        """As boards print it: the first three fields stand with their low octet first in option 97."""
        return str(uuid.UUID(bytes_le=self.uuid_octets))

    def options(self):
        """(code, value) pairs after the message type, in a ROM's order."""
        if self.arch is None:
            return [(12, b"host"), (55, asked_by_host)]
        more = [(77, self.user_class)] if self.user_class else []
        return [(57, b"\x05\xc0"), (93, self.arch.to_bytes(2, "big")), (94, b"\x01\x02\x01"),
                (60, f"PXEClient:Arch:{self.arch:05}:UNDI:002001".encode()), *more, (55, asked_by_rom),
                (97, b"\0" + self.uuid_octets)]

    def discover(self, xid):
        head = bytes([1, 1, 6, 1]) + xid.to_bytes(4, "big") + bytes(16) + socket.inet_aton(client_address)
        fixed = head + self.mac + bytes(10 + 64 + 128) + b"\x63\x82\x53\x63"
        body = b"".join(bytes([code, len(value)]) + value
                        for code, value in [(53, bytes([discover])), *self.options()])
        return (fixed + body + b"\xff").ljust(300, b"\0")


class NoAnswer(Exception):
    """The server did not answer a client."""


def ask(relay, client, xid, timeout=30):
    """Sends one DISCOVER and returns the reply to it, raw."""
    relay.settimeout(timeout)
    relay.send(client.discover(xid))
    try:
        while True:
            reply = relay.recv(4096)
            if reply[4:8] == xid.to_bytes(4, "big"):
                return reply
    except TimeoutError:
        raise NoAnswer(f"no answer for {client.mac_text} within {timeout} s") from None


def boot_fields(reply):
    """What the reply tells a machine to boot, as one map; spellings that mean the same are made the same."""
    from labkit.dhcp import Message
    message = Message(reply)
    fields = {"siaddr": message.siaddr, "sname": message.sname.decode("latin-1"),
              "file": message.file.decode("latin-1")}
    for code in (43, 60, 66, 67, 97, 175):
        value = message.get(code)
        if value is None:
            continue
        # Kea's own option 67 cannot end in NUL, and its option 43 has no end mark.
        value = value.rstrip(b"\0") if code == 67 else value.removesuffix(b"\xff") if code == 43 else value
        fields[code] = value.hex() if code in (43, 97, 175) else value.decode("latin-1")
    return fields
