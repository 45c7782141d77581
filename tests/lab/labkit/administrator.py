# SPDX-License-Identifier: MPL-2.0
"""An administrator of one server: writes files and runs commands as a manual has it, on folders of the lab's own.

Commands see the host's files, but for /etc/kea, /run, /var/lib, /var/log, Kea's folder of hook libraries and /root, where
they run: in the place of these there are others. There is no systemd in a lab: `systemctl` and `journalctl` are
stand-ins that start, end and ask the units of Kea by their own programs.
"""

import shutil
import subprocess

from . import kea, paths
from .process import die_with_parent

_enter = """
for folder in /run /var/lib /var/log; do mount -t tmpfs tmpfs $folder && mkdir $folder/kea || exit 99; done
for pair in $PLACES; do mount --bind "${pair%%=*}" "${pair#*=}" || exit 99; done
cd /root && exec "$@"
"""

_systemctl = """#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
what=$1; shift
if [ "$what" = kill ]; then what="kill $1 $2"; shift 2; fi
start() {
  setsid /usr/sbin/$program -c /etc/kea/$program.conf >> /var/log/kea/$unit.journal 2>&1 < /dev/null &
  started=$!
  echo $started > /run/kea/$unit.pid
  for turn in $(seq 600); do
    grep -qE 'DHCP4_STARTED|HTTP_SERVICE_STARTED' <(tail -c +$((before + 1)) /var/log/kea/$unit.journal) && return
    kill -0 $started 2> /dev/null || { echo "Job for $unit.service failed because the control process exited" >&2; exit 1; }
    sleep 0.05
  done
  exit 1
}
stop() {
  [ -s /run/kea/$unit.pid ] || return 0
  kill $(cat /run/kea/$unit.pid) 2> /dev/null
  while kill -0 $(cat /run/kea/$unit.pid) 2> /dev/null; do sleep 0.05; done
  rm /run/kea/$unit.pid
}
for unit in "$@"; do
  case $unit in
    kea-dhcp4-server) program=kea-dhcp4 ;;
    kea-ctrl-agent) program=kea-ctrl-agent ;;
    *) echo "Unit $unit.service not found." >&2; exit 5 ;;
  esac
  touch /var/log/kea/$unit.journal; before=$(stat -c %s /var/log/kea/$unit.journal)
  case $what in
    start) start ;;
    stop) stop ;;
    restart) stop; start ;;
    "kill -s HUP") kill -HUP $(cat /run/kea/$unit.pid) ;;
    *) echo "Unknown command verb '$what'." >&2; exit 1 ;;
  esac
done
"""

_journalctl = """#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
# journalctl -u UNIT -g PATTERN, and no other
[ $# = 4 ] && [ "$1 $3" = "-u -g" ] || { echo "unknown options: $*" >&2; exit 1; }
grep -E -- "$4" /var/log/kea/$2.journal
"""


class Administrator:
    def __init__(self, host, folder):
        """`host` is a Network or a Neighbour."""
        self._host, self.folder = host, folder
        hooks = kea.kea_hooks()
        self._places = {f"/{name}": folder / name.replace("/", "-")
                        for name in ("etc/kea", "var/lib/kea", "var/log/kea", "root", "run/kea")} | {str(hooks): folder / "hooks"}
        for place in self._places.values():
            place.mkdir(parents=True, mode=0o750)
        for library in [*hooks.glob("*.so"), paths.need(paths.hook_library)]:
            shutil.copy(library, folder / "hooks")
        programs = folder / "bin"
        programs.mkdir()
        for name, text in (("systemctl", _systemctl), ("journalctl", _journalctl)):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        (programs / "chainloadctl").symlink_to(paths.need(paths.chainloadctl))
        self._environment = {
            "PATH": f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
            "KEA_LOCKFILE_DIR": "none", "PLACES": " ".join(f"{ours}={place}" for place, ours in self._places.items())}

    def place(self, path):
        """Where a file of the manual lies outside."""
        for place, ours in self._places.items():
            if path.startswith(place + "/"):
                return ours / path[len(place) + 1:]
        raise ValueError(f"{path} is in no folder that the lab stands in for: {', '.join(self._places)}")

    def write(self, path, text):
        self.place(path).write_text(text)

    def run(self, text, timeout=120):
        """(exit status, what was printed, both streams in one)."""
        command = self._host.command("unshare", "--mount", "--propagation", "private", "bash", "-c", _enter, "enter",
                                     "bash", "-euc", text)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=timeout, env=self._environment, preexec_fn=die_with_parent)
        return done.returncode, done.stdout

    def journal(self):
        return "\n".join(path.read_text(errors="replace") for path in self.place("/var/log/kea/x").parent.glob("*.journal"))


def clone(administrator, host, folder):
    """Another server with the same files in /etc/kea."""
    twin = Administrator(host, folder)
    shutil.copytree(administrator.place("/etc/kea/x").parent, twin.place("/etc/kea/x").parent, dirs_exist_ok=True)
    return twin
