# SPDX-License-Identifier: MPL-2.0
"""dnsmasq as a DHCP and TFTP server inside a lab network."""

from pathlib import Path

from .network import bridge, server_address
from .process import Service


def basics(interface=bridge):
    """What every configuration begins with; tag:gpxe is our firmware. Leases are given by `full_server` only."""
    return "\n".join(["port=0", f"interface={interface}", "bind-interfaces", "log-dhcp", "no-ping",
                      "dhcp-userclass=set:gpxe,gPXE", ""])


def full_server(*lines, alone=True):
    """`alone`: it says, as the lab's Kea does, that nobody needs to wait for ProxyDHCP (labkit/kea.py)."""
    says_so = ["dhcp-option=encap:175,176,1b"] if alone else []
    return basics() + "\n".join(["dhcp-authoritative", "dhcp-range=198.18.77.100,198.18.77.199,255.255.255.0,30m",
                                 *says_so, *lines, ""])


def gives(rom, firmware="script.gpxe"):
    """The lines that give one file to the ROM, and to whatever else is not our firmware, and another to that."""
    return (f"dhcp-boot=tag:!gpxe,{rom},,{server_address}", f"dhcp-boot=tag:gpxe,{firmware},,{server_address}")


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
