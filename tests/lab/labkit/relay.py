# SPDX-License-Identifier: MPL-2.0
"""A router between the lab's bridge and other networks, with ISC's dhcrelay on it; machines hang behind it."""

import subprocess
from pathlib import Path

from . import paths
from .neighbour import Neighbour
from .network import server_address
from .process import Service

_address = "198.18.77.2"


class Relay(Neighbour):
    """`sides`: the name of each client-side bridge and the relay's address there, as {"hall-a": "198.18.78.1"}."""

    def __init__(self, network, sides, log: Path):
        self._sides = sides
        self._service = None
        super().__init__(network, "relay0", "server-side", address=_address)
        try:
            for side, address in sides.items():
                self.ip("link", "add", side, "type", "bridge", "stp_state", "0", "forward_delay", "0")
                self.ip("addr", "add", f"{address}/24", "dev", side)
                self.ip("link", "set", side, "up")
                network.ip("route", "add", f"{address}/24".replace(".1/", ".0/"), "via", _address)
            subprocess.run(self.command("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"), check=True, timeout=20)
            self._start(log)
        except BaseException:
            self.stop()
            raise

    def _start(self, log):
        sides = [word for side in self._sides for word in ("-id", side)]
        self._service = Service("dhcrelay", self.command(
            paths.need(paths.dhcrelay), "-4", "-d", "--no-pid", "-a", *sides, "-iu", "server-side", server_address), log)
        self._service.wait_ready(lambda: "Sending on   Socket/fallback" in self._service.text())

    def add_tap(self, name, side):
        """On the side where machines are started; that side gets an IPv6 prefix, for a Router to tell of."""
        self.ip("-6", "addr", "add", "fd77::1/64", "dev", side, "nodad")
        self.ip("tuntap", "add", name, "mode", "tap")
        self.ip("link", "set", name, "master", side)
        self.ip("link", "set", name, "up")

    def stop(self):
        if self._service:
            self._service.stop()
        super().stop()
