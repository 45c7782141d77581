# SPDX-License-Identifier: MPL-2.0
"""dnsmasq as a DHCP and TFTP server inside a lab network."""

from pathlib import Path

from .process import Service


class Dnsmasq:
    def __init__(self, network, configuration: str, run: Path):
        run.mkdir(exist_ok=True)
        (run / "dnsmasq.conf").write_text(configuration)
        self._service = Service("dnsmasq", network.command(
            "dnsmasq", "--keep-in-foreground", "--log-facility=-", "--user=root", f"--conf-file={run / 'dnsmasq.conf'}",
            f"--dhcp-leasefile={run / 'leases'}", "--pid-file="), run.with_suffix(".log"))
        self._service.wait_ready(lambda: "dnsmasq-dhcp[" in self._service.text())

    def text(self):
        return self._service.text()

    def stop(self):
        self._service.stop()
