# SPDX-License-Identifier: MPL-2.0
"""Where one version of Kea is built with and tested: a chroot, or this machine."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

from debian_mirror import Refused, mirror

from .jobs import run, say, tail

ROOT = Path(__file__).resolve().parents[2]
# The ROMs of the network cards, and the iPXE that some machines load: those of this machine, so that machines differ in
# nothing but the Kea that answers them.
PEERS = Path("/usr/lib/ipxe")

# Runs in a mount and a pid namespace of its own, of which this shell is the first process: what lost its parent is its to
# bury. "$1": the chroot, "$2": the source tree; then the command.
ENTER = """set -e
chroot=$1 source=$2; shift 2
mount --bind "$chroot" "$chroot"
mount -t proc proc "$chroot/proc"
mount -t tmpfs -o mode=1777 tmp "$chroot/tmp"
mount --bind -o ro "$source" "$chroot/src"
if [ -d "$source/../shared/corpus" ]; then
  mkdir -p "$chroot/shared/corpus"
  mount --bind -o ro "$source/../shared/corpus" "$chroot/shared/corpus"
fi
cd "$chroot"
chroot "$chroot" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \\
  DEBIAN_FRONTEND=noninteractive "$@"
exit
"""

# forky moves: what is to be added may not fit to what is there, until that is as new.
INSTALL = """set -e
apt-get -q update
if ! apt-get -q -y --no-install-recommends install "$@"; then
  apt-get -q -y --no-install-recommends dist-upgrade
  apt-get -q -y --no-install-recommends install "$@"
fi
apt-get clean
"""


def mounted_below(folder):
    """The mount points at or below `folder`, as this process sees them."""
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [point for point in points if point == str(folder) or point.startswith(f"{folder}/")]


def remove(folder):
    """Removes a tree that nothing is mounted in."""
    if found := mounted_below(folder):
        raise Refused(f"{found[0]} is mounted, so {folder} is not removed: unmount it first")
    subprocess.run(["rm", "-rf", "--one-file-system", str(folder)], check=True)


class Room:
    """In `folder`/VERSION, with its logs."""

    def __init__(self, version, folder):
        self.version = version
        self.folder = folder / version.kea
        self.chroot = self.folder / "chroot"
        self.made = self.folder / "made"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = open(self.folder / "lock", "w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"another run uses {self.folder}: wait for its end, or name another --folder") from None

    def log(self, step):
        path = self.folder / f"{step}.log"
        path.unlink(missing_ok=True)
        return path

    def inside(self, script, *arguments):
        """The command that runs a piece of shell in this room."""
        shell = ["/bin/bash", "-c", script, "kea-matrix", *arguments]
        if not self.version.suite:
            return shell
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private",
                "/bin/sh", "-c", ENTER, "kea-matrix", self.chroot, ROOT, *shell]

    def furnish(self, fresh):
        """Makes the chroot unless it is there, and sees that it holds all packages."""
        if not self.version.suite:
            return
        wanted = " ".join([self.version.suite, *self.version.packages])
        made = self.made.read_text() if self.made.exists() and not fresh else ""
        if made == wanted:
            return
        if made.split(" ", 1)[0] != self.version.suite:
            self.made.unlink(missing_ok=True)
            remove(self.chroot)
            self._make_chroot()
        self._install(self.version.packages)
        self.made.write_text(wanted)

    def _make_chroot(self):
        log = self.log("chroot")
        say(f"{self.version.kea}: making a chroot of Debian {self.version.suite} (about two minutes)")
        command = ["debootstrap", "--variant=minbase", self.version.suite, self.chroot, mirror()]
        if not run([*command, self.version.script] if self.version.script else command, log):
            raise Refused(f"debootstrap could not make {self.chroot}:\n{tail(log)}")
        (self.chroot / "src").mkdir()
        (self.chroot / "etc/apt/apt.conf.d/90kea-matrix").write_text(
            "".join(f'{option.replace("=", " ")};\n' for option in self.version.apt_options))
        # No daemon is started only because a test needs its program (Debian policy 9.3.3.1).
        policy = self.chroot / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        tun = self.chroot / "dev/net/tun"  # a node of its own: the host's /dev is never mounted there
        tun.parent.mkdir(exist_ok=True)
        os.mknod(tun, 0o20600, os.makedev(10, 200))

    def _install(self, packages):
        log = self.log("packages")
        say(f"{self.version.kea}: installing packages")
        before = self.kea_version()
        if not run(self.inside(INSTALL, *packages), log):
            raise Refused(f"the packages could not be installed in {self.chroot}; --fresh makes it anew:\n{tail(log)}")
        if self.kea_version() != before:  # what was linked with another Kea is not linked anew
            remove(self.chroot / "build")

    def places(self):
        """The source tree, the build folder, the folder of results and this machine's iPXE, as seen inside; and the results
        from outside."""
        outside = (self.chroot if self.version.suite else self.folder) / "results"
        subprocess.run(["rm", "-rf", str(outside)], check=True)
        outside.mkdir()
        if not self.version.suite:
            return [ROOT, self.folder / "build", outside, PEERS], outside
        shutil.copytree(PEERS, self.chroot / "peers", dirs_exist_ok=True)  # what its links lead to lies elsewhere
        return ["/src", "/build", "/results", "/peers"], outside

    def kea_version(self):
        done = subprocess.run([str(word) for word in self.inside("kea-dhcp4 -v")], capture_output=True, text=True,
                              check=False)
        return done.stdout.strip() or "no kea-dhcp4"
