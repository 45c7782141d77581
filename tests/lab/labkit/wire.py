# SPDX-License-Identifier: MPL-2.0
"""The bad wire between a machine's tap and the bridge."""

import re
from pathlib import Path

from . import paths
from .network import bridge
from .process import Service, wait_until


class Wire:
    """Carries frames between `machine_tap` (not on the bridge) and the bridge; `faults` are the program's FAULT=VALUE."""

    def __init__(self, network, machine_tap, log: Path, seed=1, **faults):
        self._network = network
        self.bridge_tap = "wire0"
        words = [f"{name.replace('up_', 'up.').replace('down_', 'down.')}={value}" for name, value in faults.items()]
        self._service = Service("wire", network.command(
            paths.need(paths.wire_program), "--machine", machine_tap, "--bridge-tap", self.bridge_tap,
            "--seed", seed, *words), log)
        self._service.wait_ready(lambda: "wire is up" in self._service.text())
        try:
            network.ip("link", "set", self.bridge_tap, "master", bridge)
            network.ip("link", "set", self.bridge_tap, "up")
            wait_until(lambda: "LOWER_UP" in network.ip("link", "show", self.bridge_tap), 5, "the wire's carrier")
        except Exception:
            self.stop()
            raise

    def stop(self):
        """Ends the wire; returns its counts, as {"up": {"frames": …}, "down": …}."""
        self._service.stop()
        return {direction: {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", counts)}
                for direction, counts in re.findall(r"^(up|down) (.*)$", self._service.text(), re.M)}
