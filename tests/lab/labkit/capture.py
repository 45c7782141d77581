# SPDX-License-Identifier: MPL-2.0
"""Captures every packet of an interface into a pcap file by tcpdump, and reads it back with scapy."""

import signal
import time
from pathlib import Path

from .process import Service


class Capture:
    def __init__(self, network, interface, path: Path, snap_length=2048):
        self.path = path
        self._service = Service(
            f"tcpdump on {interface}",
            network.command("tcpdump", "-i", interface, "-Z", "root", "-U", "-n", "-B", "32768",
                            "-s", snap_length, "-w", path),
            path.with_suffix(".log"))
        self._service.wait_ready(lambda: "listening on" in self._service.text())

    def stop(self):
        """Lets the last packets arrive, ends tcpdump and returns the file."""
        if self._service.is_running():
            time.sleep(0.2)
            self._service._process.send_signal(signal.SIGINT)
        self._service.stop()
        return self.path

    def dropped_by_kernel(self):
        for line in self._service.text().splitlines():
            if "dropped by kernel" in line:
                return int(line.split()[0])
        return None

    def packets(self):
        """The packets so far, dissected by scapy."""
        from scapy.utils import rdpcap
        return rdpcap(str(self.path))
