# SPDX-License-Identifier: MPL-2.0
"""Hears the UDP traffic of an interface live: for the demo, which tells what happens while it happens."""

import select
import socket
import struct
import subprocess
import threading
import time

from . import frames

_SO_ATTACH_FILTER = 26


def _attach_filter(raw, expression):
    """Has the kernel pass only what matches, so that a bulk download costs this process nothing."""
    import ctypes
    text = subprocess.run(["tcpdump", "-y", "EN10MB", "-ddd", expression], capture_output=True, text=True,
                          check=True, timeout=20).stdout.splitlines()
    program = b"".join(struct.pack("=HBBI", *map(int, line.split())) for line in text[1:])
    buffer = ctypes.create_string_buffer(program)
    raw.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER,
                   struct.pack("@HP", len(text) - 1, ctypes.addressof(buffer)))


class Observer:
    """Calls `heard(Datagram)` for each UDP datagram, on a thread of its own."""

    def __init__(self, network, interface, heard):
        self._socket = network.packet_socket(interface)
        _attach_filter(self._socket, "udp")
        self._heard = heard
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stopping.is_set():
            if select.select([self._socket], [], [], 0.1)[0]:
                found = frames.udp(time.time(), self._socket.recv(65536))
                if found:
                    self._heard(found)

    def stop(self):
        self._stopping.set()
        self._thread.join(5)
        self._socket.close()
