# SPDX-License-Identifier: MPL-2.0
"""What boxes lie on: a clean Debian made with debootstrap, and packages on top of it. Made once and kept."""

import fcntl
import os
import shutil
import subprocess

from debian_mirror import Refused, mirror
from labkit.process import die_with_parent

from .box import Box

# What makes a bare debootstrap a machine: an init, a network, and AppArmor, which every Debian has from its installer.
# apt installs them: debootstrap takes minutes to see what they need.
SYSTEM = ["systemd-sysv", "iproute2", "apparmor"]

# No daemon is started while a layer is made: none would outlive it.
INSTALL = """set -e
printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
apt-get -q update
apt-get -q -y --no-install-recommends install "$@"
rm /usr/sbin/policy-rc.d
"""


class Layers:
    """Those of one suite, in a folder. Programs that use it at the same time wait for each other."""

    def __init__(self, folder, suite):
        self.suite = suite
        self.folder = folder / suite.name
        self.boxes = self.folder / "boxes"
        # Packages that were fetched, and what was compiled, are not fetched or compiled again.
        self.kept = {"/var/cache/apt/archives": self.folder / "archives", "/var/cache/ccache": self.folder / "compiled"}
        self.folder.mkdir(parents=True, exist_ok=True)

    def clean(self):
        """A Debian with nothing of ours or of Kea's."""
        return self._made("system", self._debian, SYSTEM)

    def with_packages(self, name, packages):
        """One with these packages besides; their services start when it boots."""
        return self._made(name, self.clean, packages)

    def box(self, layers, **options):
        return Box(self.boxes, layers, self.kept, **options)

    def _made(self, name, below, packages):
        layers = below()
        made, new, note = (self.folder / f"{name}{ending}" for ending in ("", ".new", ".packages"))
        wanted = " ".join(packages)
        with open(self.folder / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists() or not note.exists() or note.read_text() != wanted:
                shutil.rmtree(new, ignore_errors=True)
                shutil.rmtree(made, ignore_errors=True)
                note.write_text(wanted)
                with self.box(layers, boots=False, upper=new) as box:
                    box.run(f"set -- {wanted}\n{INSTALL}", timeout=3600)
                os.rename(new, made)
        return [made, *layers]

    def _debian(self):
        made, new, log = self.folder / "debian", self.folder / "debian.new", self.folder / "debootstrap.log"
        with open(self.folder / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                shutil.rmtree(new, ignore_errors=True)
                self._debootstrap(new, log)
                # So that a guide's commands can be given as they stand, without a person who says yes.
                options = ["APT::Get::Assume-Yes=true", "APT::Sandbox::User=root", *self.suite.apt_options]
                (new / "etc/apt/apt.conf.d/90box").write_text(
                    "".join("{} \"{}\";\n".format(*option.split("=")) for option in options))
                # Nothing here must outlive a power cut.
                (new / "etc/dpkg/dpkg.cfg.d/90box").write_text("force-unsafe-io\n")
                os.rename(new, made)
        return [made]

    def _debootstrap(self, target, log):
        # In a mount namespace of its own: what it mounts ends with it.
        command = ["unshare", "--mount", "--propagation", "private", "debootstrap", "--variant=minbase", self.suite.name,
                   str(target), mirror(), *([self.suite.script] if self.suite.script else [])]
        with open(log, "wb") as output:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                  preexec_fn=die_with_parent, check=False)
        if done.returncode != 0:
            raise Refused(f"debootstrap could not make a Debian {self.suite.name}; its output is in {log}")
