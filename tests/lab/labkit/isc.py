# SPDX-License-Identifier: MPL-2.0
"""ISC's dhcpd inside a lab network."""

from pathlib import Path

from . import paths
from .network import bridge
from .process import Service


class Dhcpd:
    def __init__(self, network, configuration: str, run: Path, interface=bridge):
        run.mkdir(exist_ok=True)
        (run / "dhcpd.conf").write_text(configuration)
        (run / "dhcpd.leases").touch()
        self._service = Service("dhcpd", network.command(
            paths.need(paths.dhcpd), "-4", "-f", "-d", "--no-pid", "-cf", run / "dhcpd.conf", "-lf",
            run / "dhcpd.leases", interface), run.with_suffix(".log"))
        self._service.wait_ready(lambda: "Server starting service" in self._service.text())

    def text(self):
        return self._service.text()

    def stop(self):
        self._service.stop()
