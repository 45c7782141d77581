# SPDX-License-Identifier: MPL-2.0
"""Hears what goes between a machine and its bridge until the firmware has its script, and then nothing more."""

import socket
import struct
import threading

from labkit import frames
from labkit.tftp_transfers import Follower

_SO_TIMESTAMPNS = 35


class StartWatch:
    """Times of the kernel's, for each frame, of the last ACK of `image`'s TFTP transfer and of the script's last byte."""

    def __init__(self, network, interface, image):
        self._image = image
        self._socket = network.packet_socket(interface)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.settimeout(0.2)
        self._follower = Follower()
        self.loaded = self.scripted = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stopping.is_set():
            try:
                frame, more, _, _ = self._socket.recvmsg(2048, 64)
            except TimeoutError:
                continue
            seconds, nanoseconds = struct.unpack("@qq", more[0][2][:16])
            self._look(seconds + nanoseconds / 1e9, frame)

    def _look(self, time, frame):
        datagram = frames.udp(time, frame)
        if datagram:
            moved = self._follower.take(datagram)
            if moved and moved.file.endswith(self._image) and datagram.payload[:2] == b"\0\4":
                self.loaded, self.scripted = time, 0.0
            return
        segment = frames.tcp(time, frame)
        # The script is the last thing that comes from the web server's port before the first mark ends this watch.
        if segment and segment.source_port == 80 and segment.length > 0:
            self.scripted = time

    def seconds(self):
        return self.scripted - self.loaded

    def stop(self):
        self._stopping.set()
        self._thread.join(5)
        self._socket.close()
