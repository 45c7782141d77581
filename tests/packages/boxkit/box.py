# SPDX-License-Identifier: MPL-2.0
"""A Debian of its own that boots: systemd and what it starts, in namespaces that end with it.

Nothing of a box is seen by the host: it is mounted, as layers that are never changed below one that is thrown away, in
a mount namespace of its own, and every process of it is in a pid namespace whose first process dies with this one.
"""

import fcntl
import itertools
import os
import shutil
import signal
import subprocess
from pathlib import Path

from labkit.process import die_with_parent, wait_until

_numbers = itertools.count()
_prefix = "box-"

# "$1": a folder for the box; "$2": the layer that takes what changes; "$3": those below it, upmost first; "$4": the
# first program; the rest: folders of the host, each followed by the one in whose place the box has it.
BOOT = """set -e
box=$1 upper=$2 lower=$3 program=$4
shift 4
mount -t overlay -o "lowerdir=$lower,upperdir=$upper,workdir=$box/work" overlay "$box/root"
cd "$box/root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 run run
mount -t tmpfs -o mode=1777 tmp tmp
mount -t tmpfs -o mode=755 dev dev
mkdir dev/pts dev/shm dev/net
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
for node in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "dev/${node%:*}" c 1 "${node#*:}"; done
mknod -m 666 dev/tty c 5 0
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
while [ $# -gt 0 ]; do mkdir -p "./$2"; mount --bind "$1" "./$2"; shift 2; done
hostname box
exec chroot . /usr/bin/env -i container=chainload PATH=/usr/sbin:/usr/bin:/sbin:/bin $program
"""

_ENVIRONMENT = ["/usr/bin/env", "-C", "/", "-i", "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
_SYSTEMD = "/lib/systemd/systemd --system --log-target=console --show-status=no"
_PLAIN = "/bin/sleep infinity"


class CommandFailed(AssertionError):
    """A command in a box; the text holds it and what it printed."""


def own_groups():
    """Where groups of processes can be made, in the one hierarchy that systemd still knows."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, where, kind = line.split()[:3]
        if kind == "cgroup2":
            return Path(where)
    raise RuntimeError("no cgroup2 is mounted here, which systemd needs: mount -t cgroup2 none /sys/fs/cgroup")


def _remove_group(group):
    wait_until(lambda: "populated 0" in (group / "cgroup.events").read_text(), 60, f"{group} to be empty")
    for path in sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True):
        path.rmdir()
    group.rmdir()


def sweep(folder):
    """Removes what boxes left whose tests were killed: their names hold the pid of a process that is gone."""
    groups = own_groups()
    lock = os.open(groups, os.O_RDONLY)  # of those who sweep at the same time, the second finds nothing
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for path in [*folder.glob(_prefix + "*"), *groups.glob("chainload-" + _prefix + "*")]:
            owner = path.name.split(_prefix)[1].split("-")[0]
            if owner.isdigit() and not Path(f"/proc/{owner}").exists():
                if path.parent == folder:
                    shutil.rmtree(path)
                else:
                    _remove_group(path)
    finally:
        os.close(lock)


class Box:
    """`layers` are folders that stay as they are, the upmost first. `namespace`: a network's name, or the host's.
    `upper` keeps what changes, which otherwise goes with the box; of `kept`, folders by their place in the box, changes
    outlive it, too. One that does not boot has no process of its own."""

    def __init__(self, folder, layers, kept, namespace=None, boots=True, upper=None):
        name = f"{_prefix}{os.getpid()}-{next(_numbers)}"
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        self.folder = folder / name
        upper = upper or self.folder / "upper"
        for path in (self.folder / "root", self.folder / "work", upper):
            path.mkdir(parents=True)
        for path in kept.values():
            path.mkdir(parents=True, exist_ok=True)
        self._group = own_groups() / f"chainload-{name}"
        self._group.mkdir()
        self.log = self.folder / "console.log"
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--cgroup", "--uts", "--ipc",
                   "--propagation", "private", "/bin/sh", "-c", BOOT, "box", self.folder, upper,
                   ":".join(str(layer) for layer in layers), _SYSTEMD if boots else _PLAIN,
                   *(word for inside, outside in kept.items() for word in (outside, inside))]
        if namespace:
            command = ["nsenter", f"--net=/run/netns/{namespace}", *command]
        with open(self.log, "wb") as log:
            self._outer = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=subprocess.STDOUT, preexec_fn=self._enter_group, start_new_session=True)
        try:
            self.first_process = self._wait_for_init(boots)
        except Exception:
            self.close()
            raise

    def _enter_group(self):
        die_with_parent()
        (self._group / "cgroup.procs").write_text(str(os.getpid()))

    def _wait_for_init(self, boots):
        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children")

        def first():
            assert self._outer.poll() is None, f"the box did not start:\n{self.log.read_text(errors='replace')}"
            for pid in children.read_text().split():
                try:
                    inside = os.readlink(f"/proc/{pid}/root") != "/"
                    program = Path(f"/proc/{pid}/comm").read_text().strip()
                except OSError:
                    continue
                if inside and program in ("systemd", "sleep"):
                    return int(pid)
            return None

        self.first_process = wait_until(first, 120, "the box to start")
        if boots:
            wait_until(lambda: self.try_run("systemctl is-system-running").stdout.strip() in ("running", "degraded"), 240,
                       "systemd in the box")
        return self.first_process

    def path(self, inside):
        """A file of the box, as seen from outside."""
        return Path(f"/proc/{self.first_process}/root") / str(inside).lstrip("/")

    def words(self, *command):
        """The words of a command that runs inside."""
        return ["nsenter", f"--target={self.first_process}", "--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--root",
                *_ENVIRONMENT, *[str(word) for word in command]]

    def try_run(self, script, timeout=300):
        """Runs a piece of shell as root."""
        return subprocess.run(self.words("/bin/bash", "-c", script), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=timeout, preexec_fn=die_with_parent, check=False)

    def run(self, script, timeout=300):
        """Runs a piece of shell as root, which must end well; returns what it printed."""
        done = self.try_run(script, timeout)
        if done.returncode != 0:
            raise CommandFailed(f"{script}\nended with status {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        return done.stdout

    def write(self, path, text):
        self.path(path).write_text(text)

    def journal(self):
        """What the box's services said last."""
        return self.try_run("journalctl --no-pager --output=cat --lines=30").stdout

    def close(self):
        if self._outer.poll() is None:
            os.kill(self._outer.pid, signal.SIGTERM)  # unshare hands on what ends the first process, and with it all
            try:
                self._outer.wait(2)
            except subprocess.TimeoutExpired:
                os.kill(self._outer.pid, signal.SIGKILL)
        self._outer.wait()
        _remove_group(self._group)
        shutil.rmtree(self.folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
