# SPDX-License-Identifier: MPL-2.0
"""Builds of the firmware with options of their own, and what they show when they are booted."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def configure(build, *options, source=ROOT):
    return subprocess.run(["meson", "setup", str(build), str(source), "-Dhook=disabled", "-Dfirmware=enabled", *options],
                          capture_output=True, text=True)


def build(folder, *options, source=ROOT):
    done = configure(folder, *options, source=source)
    assert done.returncode == 0, done.stdout + done.stderr
    made = subprocess.run(["ninja", "-C", str(folder), "firmware/undionly.kpxe"], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder / "firmware/undionly.kpxe"


def boot(image, until):
    """What the screen shows until a line holds `until`, by QEMU's own DHCP and TFTP server."""
    command = ["qemu-system-x86_64", "-accel", "tcg", "-m", "256", "-nographic", "-boot", "n", "-device", "e1000,netdev=n",
               "-netdev", f"user,id=n,restrict=on,tftp={image.parent},bootfile={image.name}"]
    shown = []
    with subprocess.Popen(["timeout", "120", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as machine:
        for line in machine.stdout:
            shown.append(line.decode("latin-1"))
            if until in shown[-1]:
                break
        machine.terminate()
    # The screen is 80 columns wide: what does not fit stands on the next line.
    return re.sub(r"\r?\n|\r|\x1b\[[0-9;?]*[A-Za-z]", "", "".join(shown))
