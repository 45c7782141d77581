# SPDX-License-Identifier: MPL-2.0
"""TFTP servers: tftpd-hpa (lockstep; drops windowsize silently) and atftpd (answers windowsize, RFC 7440)."""

import subprocess
from pathlib import Path

from . import paths
from .network import server_address
from .process import Service


def _answers(network, address, port=69):
    """True when something listens on the UDP port of this address inside."""
    listing = subprocess.run(network.command("ss", "-Hlnu"), capture_output=True, text=True, timeout=10).stdout
    return any(line.split()[3] == f"{address}:{port}" for line in listing.splitlines() if len(line.split()) > 3)


class TftpdHpa:
    def __init__(self, network, directory: Path, log: Path, refuses=()):
        """`refuses` are the options that it does not answer."""
        refused = [word for option in refuses for word in ("-r", option)]
        self._service = Service("tftpd-hpa", network.command(
            "/usr/sbin/in.tftpd", "-L", "-s", "-u", "root", "-a", f"{server_address}:69", *refused, directory), log)
        self._service.wait_ready(lambda: _answers(network, server_address))

    def stop(self):
        self._service.stop()


class Atftpd:
    def __init__(self, network, directory: Path, log: Path, address=server_address):
        self._service = Service("atftpd", network.command(
            paths.need(paths.atftpd), "--daemon", "--no-fork", "--user", "root.root", "--bind-address", address,
            "--logfile", "-", "--verbose=7", directory), log)
        self._service.wait_ready(lambda: _answers(network, address))

    def tail(self):
        return self._service.tail()

    def stop(self):
        self._service.stop()
