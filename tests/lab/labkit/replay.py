# SPDX-License-Identifier: MPL-2.0
"""Sends whole BOOTP payloads to a server, hundreds a second, and knows when one gets no answer.

Behind each packet goes a marker, a DISCOVER of a stranger. The server answers in order, so what has not come before the
marker's OFFER does not come.
"""

import select
import struct
import time

from .client import bootp
from .dhcp import discover

marker_mac = "52:54:00:fe:fe:fe"


def _checksum(header):
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(payload, source_mac=None, source="0.0.0.0", source_port=68):
    """The payload as a broadcast UDP datagram to port 67."""
    mac = bytes.fromhex(source_mac.replace(":", "")) if source_mac else payload[28:34]
    if mac[0] & 1 or mac == bytes(6):
        mac = bytes.fromhex("525400fefeff")  # no machine sends from a multicast address or from none
    udp = struct.pack(">HHHH", source_port, 67, 8 + len(payload), 0) + payload
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                       bytes(map(int, source.split("."))), b"\xff" * 4)
    head = head[:10] + _checksum(head).to_bytes(2, "big") + head[12:]
    return b"\xff" * 6 + mac + b"\x08\x00" + head + udp


def reply_body(received):
    """The BOOTP payload of a reply from a server's port in an Ethernet frame, or None."""
    if received[12:14] != b"\x08\x00" or received[23] != 17:
        return None
    at = 14 + (received[14] & 15) * 4
    source_port, _, length = struct.unpack_from(">HHH", received, at)
    body = received[at + 8:at + length]
    return body if source_port == 67 and len(body) >= 240 and body[0] == 2 else None


class Replay:
    def __init__(self, network):
        self._socket = network.packet_socket("carrier1")
        self._count = 0

    def send(self, payload, **sent_as):
        """Sends and looks for no answer."""
        self._socket.send(frame(payload, **sent_as))

    def answers(self, payload, timeout=5.0, **sent_as):
        """Every reply with the payload's xid, in order. Xids of the markers do not change from run to run."""
        self._count += 1
        marker_xid = b"\xfe" + self._count.to_bytes(3, "big")
        self.send(payload, **sent_as)
        self._socket.send(frame(bootp(discover, marker_mac, xid=marker_xid)))
        found = []
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self._socket], [], [], left)[0]:
                break
            body = reply_body(self._socket.recv(65536))
            if body is None:
                continue
            if body[4:8] == marker_xid:
                return found
            if body[4:8] == payload[4:8]:
                found.append(body)
        raise TimeoutError("the server did not answer the marker behind this packet: " + payload.hex())

    def answer(self, payload, **sent_as):
        """The one reply, or None."""
        found = self.answers(payload, **sent_as)
        assert len(found) < 2, [each.hex() for each in found]
        return found[0] if found else None

    def close(self):
        self._socket.close()
