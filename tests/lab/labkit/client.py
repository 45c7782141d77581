# SPDX-License-Identifier: MPL-2.0
"""A raw DHCP client: sends a message made field by field, returns the server's answer byte by byte."""

import os
import select
import socket
import time

from .dhcp import Message, discover, request
from .network import server_address


def bootp(kind, mac, options=(), xid=b"\x12\x34\x56\x78", flags=0x8000, secs=0, ciaddr="0.0.0.0", giaddr="0.0.0.0"):
    """A BOOTP request with `options`, (code, value) pairs behind the message type, in the order given.

    Without a message type (`kind` None) it is BOOTP's own and not DHCP's.
    """
    hardware = bytes.fromhex(mac.replace(":", ""))
    head = (bytes([1, 1, 6, 0]) + xid + secs.to_bytes(2, "big") + flags.to_bytes(2, "big")
            + socket.inet_aton(ciaddr) + bytes(8) + socket.inet_aton(giaddr))
    fixed = head + hardware + bytes(16 - len(hardware)) + bytes(64 + 128) + b"\x63\x82\x53\x63"
    message_type = [] if kind is None else [(53, bytes([kind]))]
    body = b"".join(bytes([code, len(value)]) + value for code, value in [*message_type, *options])
    return (fixed + body + b"\xff").ljust(300, b"\0")


class RawClient:
    """Speaks on the far end of the lab's carrier cable, as a machine on the bridge would."""

    def __init__(self, network):
        self._socket = network.packet_socket("carrier1")

    def ask(self, payload, mac, timeout=3.0):
        """Sends `payload` and returns the answer with its xid as a Message, or None.

        It is broadcast, or, where it names a relay (giaddr), sent to the server as that relay would.
        """
        from scapy.layers.inet import IP, UDP
        from scapy.layers.l2 import Ether
        relay = socket.inet_ntoa(payload[24:28])
        source, target, port = (("0.0.0.0", "255.255.255.255", 68) if relay == "0.0.0.0"
                                else (relay, server_address, 67))
        frame = (Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / IP(src=source, dst=target) / UDP(sport=port, dport=67)
                 / payload)
        self._socket.send(bytes(frame))
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self._socket], [], [], left)[0]:
                break
            packet = Ether(self._socket.recv(65536))
            if UDP in packet and packet[UDP].sport == 67:
                body = bytes(packet[UDP].payload)
                if body[0] == 2 and body[4:8] == payload[4:8]:
                    return Message(body)
        return None

    def discover(self, mac, options=(), **fields):
        return self.ask(bootp(discover, mac, options, xid=fields.pop("xid", os.urandom(4)), **fields), mac)

    def request(self, mac, offer, options=(), **fields):
        """Takes up `offer`; returns the ACK."""
        taking = [*options, (54, offer.get(54)), (50, socket.inet_aton(offer.yiaddr))]
        return self.ask(bootp(request, mac, taking, xid=fields.pop("xid", offer.xid), **fields), mac)

    def close(self):
        self._socket.close()
