# SPDX-License-Identifier: MPL-2.0
"""A Linux host on the lab's bridge: a network namespace of its own, in which the DHCP clients of distributions run."""

import re
import subprocess
from pathlib import Path

from . import paths
from .capture import Capture
from .neighbour import Neighbour

# What each client is told by its server, one NAME=VALUE a line.
_tell = "#!/bin/sh\nenv >> {told}\n"


class Host(Neighbour):
    """Has eth0, whose other end on the bridge is captured."""

    def __init__(self, network, run: Path, mac, port="host0"):
        run.mkdir(exist_ok=True)
        self.capture = None
        super().__init__(network, port, mac=mac)
        try:
            self.capture = Capture(network, port, run / "eth0.pcap")
        except BaseException:
            self.stop()
            raise
        self.run = run
        self._told = run / "told"
        self._teller = run / "tell"
        self._teller.write_text(_tell.format(told=self._told))
        self._teller.chmod(0o755)

    def _run(self, *command, timeout=60):
        """Runs a client inside to its end. What it would write below /run and /var/lib vanishes with it."""
        hide = 'mount -t tmpfs none /run && mount -t tmpfs none /var/lib && exec "$@"'
        log = self.run / "client.log"
        with open(log, "wb") as output:
            done = subprocess.run(self.command("sh", "-c", hide, "sh", *command), stdin=subprocess.DEVNULL,
                                  stdout=output, stderr=subprocess.STDOUT, timeout=timeout, check=False)
        assert done.returncode == 0, log.read_text(errors="replace")[-2000:]

    def told(self):
        """The variables that the client's script was given, as one text."""
        return self._told.read_text() if self._told.exists() else ""

    # Each client asks for a lease, tells what it was given, and ends.

    def dhclient(self, *statements):
        """ISC's client with the statements of a dhclient.conf; the lease it writes is what it was told."""
        (self.run / "dhclient.conf").write_text("".join(f"{line};\n" for line in statements))
        leases = self.run / "dhclient.leases"
        self._run(paths.need(paths.dhclient), "-4", "-1", "-v", "--no-pid", "-sf", self._teller, "-cf",
                  self.run / "dhclient.conf", "-lf", leases, "-e", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "eth0")
        # It stays to renew the lease; its namespace ends it.
        return leases.read_text()

    def dhcpcd(self, *statements):
        (self.run / "dhcpcd.conf").write_text("".join(f"{line}\n" for line in ["noarp", "noipv4ll", *statements]))
        self._run(paths.need(paths.dhcpcd), "-4", "-1", "-B", "-f", self.run / "dhcpcd.conf", "-c", self._teller, "eth0")
        return self.told()

    def udhcpc(self, *arguments):
        self._run(paths.need(paths.busybox), "udhcpc", "-f", "-q", "-n", "-i", "eth0", "-s", self._teller, *arguments)
        return self.told()

    def requests(self):
        """The DHCP messages it sent, as payloads, in order."""
        return [found.payload for found in self.capture.udp() if found.target_port == 67 and found.payload[0] == 1]

    def stop(self):
        if self.capture:
            self.capture.stop()
        super().stop()


def variable(told, name):
    """The value of NAME=VALUE in what a client told, or None."""
    found = re.search(rf"^{name}=(.*)$", told, re.M)
    return found[1] if found else None
