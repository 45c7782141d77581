# SPDX-License-Identifier: MPL-2.0
"""Machines that ask a server all the time while something else is done to it, and what each of them was answered when."""

import select
import threading
import time
from collections import deque
from dataclasses import dataclass

from .client import bootp
from .dhcp import Message, discover
from .replay import frame, reply_body

rom = [(93, b"\0\0"), (60, b"PXEClient:Arch:00000:UNDI:002001"), (55, bytes([1, 3, 43, 60, 66, 67, 97, 175]))]


@dataclass
class Answer:
    mac: str
    asked: float  # time.monotonic()
    answered: float
    reply: Message


class Asker:
    """DISCOVERs from each of `macs` in turn, `rate` a second in all.

    A machine asks again when it has been answered, or after `patience` seconds where there is an end to it: Kea drops
    the second query of a client whose first one still waits. With fewer than 64 machines, Kea's queue, nothing gets lost
    only because the server is busy for a while. In a `with` statement it asks until the block ends, then waits for what
    is still to come.
    """

    def __init__(self, network, macs, rate, options=tuple(rom), patience=float("inf")):
        self._socket = network.packet_socket("carrier1")
        self._rate, self._options, self._patience = rate, options, patience
        self._asking = threading.Event()
        self._idle = deque(macs)
        self._busy = {}  # mac: when it asked what is not answered yet; the longest ago first
        self._waiting = {}  # xid: (mac, when it was asked)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.sent = 0
        self.answers = []

    def __enter__(self):
        self._asking.set()
        self._thread.start()
        return self

    def __exit__(self, *failure):
        self._asking.clear()
        self._thread.join()
        self._socket.close()

    @property
    def unanswered(self):
        return len(self._waiting)

    def _next_machine(self, now):
        if self._idle:
            return self._idle.popleft()
        mac, asked = next(iter(self._busy.items()))
        if asked + self._patience > now:
            return None
        del self._busy[mac]
        return mac

    def _ask(self):
        now = time.monotonic()
        mac = self._next_machine(now)
        if mac is None:
            return
        self._busy[mac] = now
        self.sent += 1
        xid = b"\xa5" + self.sent.to_bytes(3, "big")
        self._waiting[xid] = (mac, now)
        self._socket.send(frame(bootp(discover, mac, self._options, xid=xid)))

    def _hear(self, until):
        while (left := until - time.monotonic()) > 0:
            if not select.select([self._socket], [], [], left)[0]:
                return
            body = reply_body(self._socket.recv(65536))
            if body and (asked := self._waiting.pop(body[4:8], None)):
                self.answers.append(Answer(*asked, time.monotonic(), Message(body)))
                if self._busy.pop(asked[0], None):
                    self._idle.append(asked[0])

    def _run(self):
        while self._asking.is_set():
            self._ask()
            self._hear(time.monotonic() + 1 / self._rate)
        patience = time.monotonic() + min(60, self._patience)
        while self._waiting and time.monotonic() < patience:
            answered = len(self.answers)
            self._hear(time.monotonic() + 1)
            if len(self.answers) > answered:
                patience = time.monotonic() + 10  # whoever is last in the queue is answered within this
