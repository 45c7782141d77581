# SPDX-License-Identifier: MPL-2.0
"""Answers IPv6 router solicitations: iPXE, playing the legacy ROM, waits for seconds when nobody does."""

from pathlib import Path

from .network import bridge
from .process import Service


class Router:
    def __init__(self, network, log: Path, interface=bridge):
        self._service = Service("dnsmasq (router advertisements)", network.command(
            "dnsmasq", "--keep-in-foreground", "--log-facility=-", "--user=root", "--conf-file=/dev/null", "--port=0",
            f"--interface={interface}", "--bind-interfaces", "--enable-ra", "--dhcp-range=fd77::,ra-only",
            "--dhcp-leasefile=/dev/null", "--pid-file="), log)
        self._service.wait_ready(lambda: "router advertisement on fd77::" in self._service.text())

    def stop(self):
        self._service.stop()
