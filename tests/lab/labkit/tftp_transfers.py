# SPDX-License-Identifier: MPL-2.0
"""TFTP transfers as they went over the wire, put together from captured datagrams [rfc1350, rfc2347, rfc7440]."""

from dataclasses import dataclass, field

_RRQ, _DATA, _ACK, _ERROR, _OACK = 1, 3, 4, 5, 6


@dataclass
class Transfer:
    file: str
    client_port: int
    started: float
    asked: dict  # option name to value, as asked
    granted: dict = field(default_factory=dict)
    data_packets: int = 0
    acks: int = 0
    size: int = 0  # bytes of payload in distinct blocks, counted in order
    finished: float = 0.0  # when the last, short block was sent; 0 while it was not
    error: str = ""
    last_block: int = 0

    @property
    def block_size(self):
        return int(self.granted.get("blksize", 512))


def _pairs(fields):
    texts = [part.decode("latin-1") for part in fields]
    return {name.lower(): value for name, value in zip(texts[::2], texts[1::2])}


class Follower:
    """Takes datagrams one by one, in order; `transfers` lists what has been seen."""

    def __init__(self):
        self.transfers = []
        self._by_port = {}

    def take(self, datagram):
        """Returns the Transfer that this datagram began, changed or ended, or None when it is not TFTP."""
        payload = datagram.payload
        if len(payload) < 4:
            return None
        opcode, second = int.from_bytes(payload[:2], "big"), int.from_bytes(payload[2:4], "big")
        if datagram.target_port == 69 and opcode == _RRQ:
            name, _, *options = payload[2:].split(b"\0")[:-1]
            transfer = Transfer(name.decode("latin-1"), datagram.source_port, datagram.time, _pairs(options))
            self._by_port[datagram.source_port] = transfer
            self.transfers.append(transfer)
            return transfer
        transfer = self._by_port.get(datagram.target_port)
        if transfer and opcode == _OACK:
            transfer.granted = _pairs(payload[2:].split(b"\0")[:-1])
        elif transfer and opcode == _DATA:
            transfer.data_packets += 1
            if second == (transfer.last_block + 1) & 0xFFFF:
                transfer.last_block = second
                transfer.size += datagram.length - 4
                if datagram.length - 4 < transfer.block_size:
                    transfer.finished = datagram.time
        elif transfer and opcode == _ERROR:
            transfer.error = payload[4:].split(b"\0")[0].decode("latin-1")
        else:
            transfer = self._by_port.get(datagram.source_port)
            if transfer and opcode == _ACK:
                transfer.acks += 1
        return transfer


def transfers(datagrams):
    follower = Follower()
    for datagram in datagrams:
        follower.take(datagram)
    return follower.transfers
