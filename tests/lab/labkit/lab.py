# SPDX-License-Identifier: MPL-2.0
"""One lab: a network with the servers and machines started in it, stopped in reverse order whatever happens."""

import shutil
from pathlib import Path

from . import initrd, paths
from .capture import Capture
from .control import ControlAgent
from .dnsmasq import Dnsmasq
from .host import Host
from .isc import Dhcpd
from .kea import Kea, short_config
from .machine import Machine, MachineSpec, default_mac
from .neighbour import Neighbour
from .network import Network, bridge, server_address, sweep_dead_namespaces
from .relay import Relay
from .router import Router
from .tftp import Atftpd, TftpdHpa
from .uefi import UefiSpec
from .web import Web
from .windows import WindowsRule
from .wire import Wire

# On a busy host the emulated timer may be late, and Linux would take it for a broken one and panic: no_timer_check.
quiet_linux = "console=ttyS0 quiet no_timer_check"


class Lab:
    """`run` is where logs, captures and served files go. Close it, or use it in a `with` statement."""

    def __init__(self, run: Path):
        self.run = run
        self.files = run / "http"
        self.tftp_files = run / "tftp"
        self.files.mkdir(parents=True, exist_ok=True)
        self.tftp_files.mkdir(exist_ok=True)
        self._parts = []
        self._machines = 0
        self.kea = self.web = self.capture = self.wire = self.machine = None
        sweep_dead_namespaces()
        self.network = Network()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _keep(self, part):
        self._parts.append(part)
        return part

    def close(self):
        while self._parts:
            self._parts.pop().stop()
        self.network.close()

    def _log(self, name):
        return self.run / f"{name}.log"

    # The network's cables come first: a tap for the machine, straight on the bridge or behind the bad wire.

    def plug(self, snap_length=2048):
        """Puts tap0 on the bridge and captures it."""
        self.network.add_tap("tap0")
        self.capture = self._keep(Capture(self.network, "tap0", self.run / "tap0.pcap", snap_length))

    def plug_through_wire(self, seed, snap_length=2048, **faults):
        """Puts the bad wire between tap0 and the bridge; captures tap0, the machine's side of it."""
        self.network.add_tap("tap0", on_bridge=False)
        self.wire = self._keep(Wire(self.network, "tap0", self._log("wire"), seed, **faults))
        self.capture = self._keep(Capture(self.network, "tap0", self.run / "tap0.pcap", snap_length))

    def capture_on(self, interface):
        """Captures another interface of the lab's network."""
        return self._keep(Capture(self.network, interface, self.run / f"{interface}.pcap"))

    def start_router(self, behind=None, interface=bridge):
        """On the lab's bridge, or `behind` a relay on one of its sides."""
        return self._keep(Router(behind or self.network, self._log("router"), interface))

    def start_kea(self, config, host=None, name="kea"):
        self.kea = self._keep(Kea(host or self.network, config, self.run / name))
        return self.kea

    def start_control_agent(self, config):
        """In front of the kea-dhcp4 that was started last."""
        return self._keep(ControlAgent(self.network, config, self.kea.control_socket, self.run / "agent"))

    def start_dhcpd(self, configuration, **where):
        return self._keep(Dhcpd(self.network, configuration, self.run / "dhcpd", **where))

    def start_dnsmasq(self, configuration, on=None):
        """Here, or `on` a neighbour."""
        return self._keep(Dnsmasq(on or self.network, configuration, self.run / "dnsmasq"))

    def add_neighbour(self, address, interface="eth0"):
        """Another host on the bridge, for a second server."""
        return self._keep(Neighbour(self.network, f"to-{address.split('.')[-1]}", interface, address=address))

    def start_windows_rule(self, document):
        return self._keep(WindowsRule(self.network, document))

    def start_tftpd_hpa(self, **options):
        return self._keep(TftpdHpa(self.network, self.tftp_files, self._log("tftpd-hpa"), **options))

    def start_atftpd(self, address=server_address):
        return self._keep(Atftpd(self.network, self.tftp_files, self._log("atftpd"), address))

    def start_web(self):
        self.web = self._keep(Web(self.network, self.files, self.run / "web"))
        return self.web

    def start_relay(self, sides):
        return self._keep(Relay(self.network, sides, self._log("dhcrelay")))

    def start_machine(self, echo=None, behind=None, **spec):
        """On the bridge, or `behind` a relay."""
        return self.start(MachineSpec(**spec), echo, behind)

    def start_uefi_machine(self, **spec):
        return self.start(UefiSpec(**spec))

    def start_host(self, mac, name="host"):
        return self._keep(Host(self.network, self.run / name, mac, f"{name}0"))

    def start(self, spec, echo=None, behind=None):
        self._machines += 1
        log = self._log(f"serial{self._machines}")
        self.machine = self._keep(Machine(behind or self.network, spec, log, echo))
        return self.machine

    # What machines are given.

    def serve_firmware(self, image: Path = paths.firmware_image, name="undionly.kpxe"):
        shutil.copy(paths.need(image), self.tftp_files / name)

    def serve_linux(self):
        """vmlinuz and initrd.img over HTTP."""
        shutil.copy(paths.need(paths.kernel), self.files / "vmlinuz")
        initrd.write_initrd(self.files / "initrd.img")

    def serve_probe(self):
        """The small kernel over HTTP."""
        shutil.copy(paths.need(paths.probe_kernel), self.files / "probe.bin")

    def serve_files(self):
        """A captured tap, a router, TFTP and web servers: the test brings the files and the DHCP server."""
        self.plug()
        self.start_router()
        self.start_tftpd_hpa()
        self.start_web()

    def serve_chain(self, config=None, tftp="hpa"):
        """Every server of the chain, with the hook, and Linux as what the machine's script boots."""
        self.serve_firmware()
        self.serve_linux()
        self.start_router()
        self.start_kea(config or short_config())
        {"hpa": self.start_tftpd_hpa, "atftpd": self.start_atftpd}[tftp]()
        self.start_web()
        self.web.set_machine(default_mac, "vmlinuz", ["initrd.img"], quiet_linux)

    def report(self):
        """The tails of all logs, for a person who must find out what went wrong."""
        sections = []
        if self.machine:
            sections.append(("serial line", self.machine.tail()))
        if self.kea:
            sections.append(("kea-dhcp4", self.kea.tail(25)))
        if self.web:
            sections.append(("nginx and php-fpm", self.web.tail()))
        for log in sorted(self.run.glob("*.log")):
            if not log.name.startswith("serial") and log.stat().st_size:
                lines = log.read_text(errors="replace").splitlines()
                sections.append((log.name, "\n".join(lines[-12:])))
        return "\n".join(f"===== {title}\n{text}" for title, text in sections)
