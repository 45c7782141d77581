# SPDX-License-Identifier: MPL-2.0
"""One load of DISCOVERs from perfdhcp, and what it says came of it."""

import re
import subprocess
from dataclasses import dataclass

from labkit.process import Failed, die_with_parent

from .cable import client_address, server_address
from .clients import Client

machines = 20000  # addresses perfdhcp makes up; few enough for the pool


@dataclass
class Load:
    sent: int
    received: int

    @property
    def drops(self):
        return self.sent - self.received


def load(cable, rate, seconds):
    """`rate` DISCOVERs a second of a BIOS ROM, each with an OFFER awaited."""
    options = [word for code, value in Client(1).options() for word in ("-o", f"{code},{value.hex()}")]
    command = cable.at_client("perfdhcp", "-4", "-i", "-r", rate, "-p", seconds, "-R", machines, "-g", "single",
                              "-W", 200000, "-l", client_address, *options, server_address)
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False,
                          preexec_fn=die_with_parent)
    sent, received = (re.search(rf"^{word} packets: (\d+)", done.stdout, re.M) for word in ("sent", "received"))
    if not sent or not received:
        raise Failed(f"perfdhcp ended with status {done.returncode} and no figures:\n"
                     f"{(done.stdout + done.stderr)[-600:]}")
    return Load(int(sent[1]), int(received[1]))
