# SPDX-License-Identifier: MPL-2.0
"""DHCP as the lab's tests look at it: options in the order they were sent, read from captured packets."""

from dataclasses import dataclass

discover, offer, request, ack, nak, inform = 1, 2, 3, 5, 6, 8


@dataclass
class Message:
    """A BOOTP message: its fields as sent, and its options as a list of (code, value) in their order."""
    raw: bytes
    time: float = 0.0

    def __post_init__(self):
        self.op, self.htype, self.hlen = self.raw[0], self.raw[1], self.raw[2]
        self.xid = self.raw[4:8]
        self.secs = int.from_bytes(self.raw[8:10], "big")
        self.flags = int.from_bytes(self.raw[10:12], "big")
        self.yiaddr = ".".join(map(str, self.raw[16:20]))
        self.siaddr = ".".join(map(str, self.raw[20:24]))
        self.mac = ":".join(f"{byte:02x}" for byte in self.raw[28:28 + min(self.hlen, 16)])
        self.sname = self.raw[44:108].split(b"\0")[0]
        self.file = self.raw[108:236].split(b"\0")[0]
        self.options = list(_walk(self.raw[240:]))

    def codes(self):
        return [code for code, _ in self.options]

    def get(self, code):
        """The value of the first option with this code, or None."""
        return next((value for found, value in self.options if found == code), None)

    @property
    def type(self):
        value = self.get(53)
        return value[0] if value else None

    @property
    def boot_file(self):
        """What a client would load: option 67 before the file field, as ROMs and gPXE do."""
        value = self.get(67)
        return (value.rstrip(b"\0") if value else self.file).decode()

    @property
    def user_class(self):
        return self.get(77) or b""


def _walk(area):
    at = 0
    while at < len(area):
        code = area[at]
        if code == 255:
            return
        if code == 0:
            at += 1
            continue
        if at + 2 > len(area) or at + 2 + area[at + 1] > len(area):
            raise ValueError(f"option {code} at {at} is cut off")
        yield code, area[at + 2:at + 2 + area[at + 1]]
        at += 2 + area[at + 1]


def suboptions(value):
    """The (code, value) pairs of an encapsulated option such as 175."""
    return list(_walk(value))


def messages(datagrams):
    """The DHCP messages among captured UDP datagrams, in order."""
    return [Message(found.payload, found.time) for found in datagrams
            if {found.source_port, found.target_port} & {67, 68} and len(found.payload) >= 240]


def of_type(datagrams, kind, user_class=None):
    return [message for message in messages(datagrams)
            if message.type == kind and (user_class is None or message.user_class == user_class)]
