# SPDX-License-Identifier: MPL-2.0
"""kea-dhcp4 under callgrind: how many instructions it needs for one packet.

The count is a slope. The server starts without counting; then a few packets are counted, and after them many more. What
the second count has above the first, divided by how many packets it has more, is the cost of a packet alone: whatever
switching on, dumping and waiting cost stands in both. One thread, so two runs differ by few instructions. What the
library does once a second is taken off: under valgrind a second has few packets, and would be shared by far too few.
"""

import json
import os
import re
import subprocess
import time
from pathlib import Path

from labkit.process import Failed, Service

from .clients import NoAnswer, ask

start_seconds = 900  # 100,000 rules under valgrind take minutes to load
few_rounds, many_rounds = 3, 15


class Counted:
    """Use it in a `with` statement. `run` is an empty folder for configuration, logs and counts."""

    def __init__(self, cable, config, run: Path, clients):
        self._run = run
        self._clients = clients
        self._xid = 0
        self._dumps = 0
        libraries = config["Dhcp4"].get("hooks-libraries", [])
        self._has_tick = any("libdhcp_chainload" in library["library"] for library in libraries)
        run.mkdir(mode=0o750, parents=True)
        path = run / "kea-dhcp4.json"
        path.write_text(json.dumps(config).replace("@RUN@", str(run)))
        folders = ("KEA_PIDFILE_DIR", "KEA_CONTROL_SOCKET_DIR", "KEA_LOG_FILE_DIR", "KEA_DHCP_DATA_DIR")
        environment = dict(os.environ, KEA_LOCKFILE_DIR="none", **dict.fromkeys(folders, str(run)))
        for hook in libraries:
            environment["KEA_HOOKS_PATH"] = str(Path(hook["library"]).parent)
        self._server = Service(
            "kea-dhcp4 under valgrind",
            cable.at_server("valgrind", "--tool=callgrind", "--instr-atstart=no", "--dump-line=no",
                            f"--callgrind-out-file={run}/counts", "kea-dhcp4", "-c", path),
            run / "output.log", env=environment)
        self._relay = cable.relay_socket()

    def __enter__(self):
        try:
            self._wait_for_first_answer()
        except Exception:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._relay.close()
        self._server.stop()

    def _ask(self, client, timeout=60):
        self._xid += 1
        return ask(self._relay, client, self._xid, timeout)

    def _wait_for_first_answer(self):
        deadline = time.monotonic() + start_seconds
        while time.monotonic() < deadline:
            if not self._server.is_running():
                raise Failed(f"kea-dhcp4 ended at its start:\n{self._server.tail()}")
            try:
                self._ask(self._clients[0], timeout=2)
                return
            except (NoAnswer, ConnectionRefusedError):
                time.sleep(0.2)
        raise Failed(f"kea-dhcp4 answered nobody within {start_seconds} s:\n{self._server.tail()}")

    def replies(self):
        """The reply to each client."""
        return [self._ask(client) for client in self._clients]

    def _tell_valgrind(self, *words):
        done = subprocess.run(["vgdb", f"--pid={self._server.pid}", *words], capture_output=True, text=True,
                              timeout=120, check=False)
        if done.returncode != 0:
            raise Failed(f"vgdb {' '.join(words)}: {done.stderr.strip()}")

    def _dump(self):
        self._dumps += 1
        self._tell_valgrind("dump")
        return self._run / f"counts.{self._dumps}"

    def _count(self, rounds):
        """The instructions between here and the end of `rounds` packets from each client, without the second's work."""
        self._tell_valgrind("zero")
        for _ in range(rounds):
            for client in self._clients:
                self._ask(client)
        counts = self._dump()
        return int(re.search(r"^(?:summary|totals): (\d+)", counts.read_text(errors="replace"), re.M)[1]) - _tick(counts)

    def instructions_per_packet(self):
        self._tell_valgrind("instrumentation", "on")
        for client in self._clients * 2:
            self._ask(client)
        few = self._count(few_rounds)
        many = self._count(few_rounds + many_rounds)
        self._check_that_the_tick_is_seen()
        return (many - few) / (many_rounds * len(self._clients))

    def _check_that_the_tick_is_seen(self):
        """Were its functions renamed, nothing would be taken off any more and nobody would notice."""
        if not self._has_tick:
            return
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            time.sleep(1)
            self._ask(self._clients[0])
            if _tick(self._dump()):
                return
        raise Failed("callgrind's counts show no function of the library's timer: look at _tick()")


def _tick(counts):
    """The instructions of the library's timer, and of all it calls: the server has no other timer here."""
    listing = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", "--auto=no", counts],
                             capture_output=True, text=True, timeout=120, check=True).stdout
    found = re.findall(r"^ *([\d,]+) .*(?:IntervalTimerImpl::callback|TimerMgrImpl::timerCallback|"
                       r"Library::every_second)\(", listing, re.M)
    return max((int(number.replace(",", "")) for number in found), default=0)
