# SPDX-License-Identifier: MPL-2.0
"""ISC's dhcpd and dhcrelay inside a lab network."""

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


class Dhcrelay:
    """Takes requests on `client_side`, with option 82 added, to `server` on `server_side`."""

    def __init__(self, network, client_side, server_side, server, log: Path):
        self._service = Service("dhcrelay", network.command(
            paths.need(paths.dhcrelay), "-4", "-d", "--no-pid", "-a", "-id", client_side, "-iu", server_side, server),
            log)
        self._service.wait_ready(lambda: "Sending on   Socket/fallback" in self._service.text())

    def text(self):
        return self._service.text()

    def stop(self):
        self._service.stop()
