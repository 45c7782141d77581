# SPDX-License-Identifier: MPL-2.0
"""Captures every packet of an interface into a pcap file by tcpdump, and reads the file."""

import signal
import time
from pathlib import Path

from . import frames
from .process import Service


class Capture:
    def __init__(self, network, interface, path: Path, snap_length=2048):
        self.path = path
        self._service = Service(
            f"tcpdump on {interface}",
            network.command("tcpdump", "-i", interface, "-Z", "root", "-U", "-n", "-B", "32768",
                            "--immediate-mode", "-s", snap_length, "-w", path),
            path.with_suffix(".log"))
        self._service.wait_ready(lambda: "listening on" in self._service.text())

    def stop(self):
        """Lets the last packets arrive, ends tcpdump and returns the file."""
        if self._service.is_running():
            time.sleep(0.2)
            self._service.send(signal.SIGINT)
        self._service.stop()
        return self.path

    def dropped_by_kernel(self):
        """Packets the capture missed; known when it has stopped."""
        line = next(line for line in self._service.text().splitlines() if "dropped by kernel" in line)
        return int(line.split()[0])

    def _let_it_catch_up(self, quiet=0.5, patience=5.0):
        """Waits until the file has not grown for `quiet` seconds: what was sent a moment ago is on its way into it."""
        deadline = time.monotonic() + patience
        size, since = self.path.stat().st_size, time.monotonic()
        while self._service.is_running() and time.monotonic() < min(deadline, since + quiet):
            time.sleep(0.05)
            if self.path.stat().st_size != size:
                size, since = self.path.stat().st_size, time.monotonic()

    def frames(self):
        """Every frame so far."""
        self._let_it_catch_up()
        return list(frames.read_pcap(self.path))

    def udp(self):
        """The UDP datagrams so far."""
        return [found for time_, frame in self.frames() if (found := frames.udp(time_, frame))]

    def tcp(self):
        """The TCP segments so far."""
        return [found for time_, frame in self.frames() if (found := frames.tcp(time_, frame))]
