# SPDX-License-Identifier: MPL-2.0
"""Ethernet frames read just far enough for the lab's questions: UDP datagrams and TCP segments over IPv4.

A capture of a large download holds tens of thousands of frames; a full dissection would take longer than the boot.
"""

import struct
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Datagram:
    time: float  # seconds since the epoch
    source: str
    source_port: int
    target: str
    target_port: int
    payload: bytes  # as much of it as the capture kept
    length: int  # of the payload as sent


@dataclass
class Segment(Datagram):
    """A TCP segment: a Datagram with its sequence number, flags and options."""
    sequence: int = 0
    flags: int = 0
    options: list = field(default_factory=list)  # (kind, value) pairs

    def option(self, kind):
        return next((value for found, value in self.options if found == kind), None)


# Option kinds and flags [rfc9293 3.1, rfc2018].
option_mss, option_sack_permitted, option_sack = 2, 4, 5
flag_syn, flag_ack = 0x02, 0x10


def _address(raw):
    return ".".join(map(str, raw))


def _ipv4(frame):
    """(protocol, header length, total length) of an unfragmented IPv4 packet, or None."""
    if len(frame) < 34 or frame[12:14] != b"\x08\x00" or frame[14] >> 4 != 4:
        return None
    if int.from_bytes(frame[20:22], "big") & 0x3FFF:
        return None
    return frame[23], (frame[14] & 15) * 4, int.from_bytes(frame[16:18], "big")


def udp(time, frame):
    """The UDP datagram in an Ethernet frame, or None."""
    head = _ipv4(frame)
    if not head or head[0] != 17:
        return None
    at = 14 + head[1]
    source_port, target_port, length = struct.unpack_from(">HHH", frame, at)
    return Datagram(time, _address(frame[26:30]), source_port, _address(frame[30:34]), target_port,
                    frame[at + 8:at + length], length - 8)


def tcp(time, frame):
    """The TCP segment in an Ethernet frame, or None. Its payload may be cut by the capture."""
    head = _ipv4(frame)
    if not head or head[0] != 6:
        return None
    at = 14 + head[1]
    source_port, target_port, sequence = struct.unpack_from(">HHI", frame, at)
    data_at = at + (frame[at + 12] >> 4) * 4
    return Segment(time, _address(frame[26:30]), source_port, _address(frame[30:34]), target_port,
                   frame[data_at:14 + head[2]], 14 + head[2] - data_at, sequence, frame[at + 13],
                   list(_tcp_options(frame[at + 20:data_at])))


def _tcp_options(area):
    at = 0
    while at < len(area) and area[at] != 0:
        if area[at] == 1:
            at += 1
            continue
        if at + 2 > len(area) or area[at + 1] < 2:
            return
        yield area[at], area[at + 2:at + area[at + 1]]
        at += area[at + 1]


def read_pcap(path: Path):
    """(time, frame) of every packet in a pcap file of this machine's byte order, microseconds."""
    data = path.read_bytes()
    magic, link_type = struct.unpack_from("=I", data)[0], struct.unpack_from("=I", data, 20)[0]
    if magic != 0xA1B2C3D4 or link_type != 1:
        raise ValueError(f"{path} is not an Ethernet capture of this machine")
    at = 24
    while at + 16 <= len(data):
        seconds, microseconds, kept, _ = struct.unpack_from("=IIII", data, at)
        if at + 16 + kept > len(data):
            return  # the last packet is still being written
        yield seconds + microseconds / 1e6, data[at + 16:at + 16 + kept]
        at += 16 + kept
