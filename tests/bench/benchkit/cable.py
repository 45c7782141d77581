# SPDX-License-Identifier: MPL-2.0
"""Two network namespaces joined by one cable: the server at one end, its clients (as a relay) at the other.

198.18.0.0/15 is kept for benchmarks [rfc2544 C.2.2]. Each run has namespaces of its own, so all use the same addresses.
"""

import ctypes
import itertools
import os
import signal
import socket
import subprocess
import threading
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_prefix = "chainload-bench-"
_counter = itertools.count()

server_address, client_address = "198.18.0.1", "198.18.0.2"
server_port = 67
interface = "cable"


class NoNamespace(Exception):
    """Network namespaces cannot be made here; the text says why and what to do."""


def _run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode != 0:
        raise NoNamespace(f"no network namespace can be made here ({' '.join(words)}: {done.stderr.strip()}); "
                          "run it as root, and a container needs CAP_SYS_ADMIN and CAP_NET_ADMIN for it")


def _remove(name):
    """Ends what still runs in the namespace, then removes it."""
    listed = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, timeout=20, check=False)
    for pid in map(int, listed.stdout.split()):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    subprocess.run(["ip", "netns", "del", name], capture_output=True, timeout=20, check=False)


def _sweep():
    """Removes namespaces left by runs that were killed: their names hold the pid of a process that is gone."""
    for path in Path("/run/netns").glob(_prefix + "*"):
        owner = path.name[len(_prefix):].split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            _remove(path.name)


class Cable:
    """Use it in a `with` statement; at its end both namespaces and whatever runs in them are gone."""

    def __init__(self):
        _sweep()
        stem = f"{_prefix}{os.getpid()}-{next(_counter)}"
        self.server, self.client = stem + "-server", stem + "-client"

    def __enter__(self):
        try:
            for name in (self.server, self.client):
                _run("ip", "netns", "add", name)
                _run("ip", "-n", name, "link", "set", "lo", "up")
            _run("ip", "-n", self.server, "link", "add", interface, "type", "veth",
                 "peer", "name", interface, "netns", self.client)
            for name, address in ((self.server, server_address), (self.client, client_address)):
                _run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", interface)
                _run("ip", "-n", name, "link", "set", interface, "up")
        except Exception:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in (self.server, self.client):
            _remove(name)

    def at_server(self, *words):
        """The words of a command run at the server's end (ip execs it: the child's pid is the program's)."""
        return ["ip", "netns", "exec", self.server, *[str(word) for word in words]]

    def at_client(self, *words):
        return ["ip", "netns", "exec", self.client, *[str(word) for word in words]]

    def relay_socket(self):
        """A UDP socket at the clients' end, bound as a relay's is, so that the server answers to it."""
        made, failed = [], []

        def enter_and_make():
            try:
                with open(f"/run/netns/{self.client}", "rb") as namespace:
                    if _libc.setns(namespace.fileno(), _CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
                relay = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                relay.bind((client_address, server_port))
                relay.connect((server_address, server_port))
                made.append(relay)
            except OSError as error:
                failed.append(error)

        thread = threading.Thread(target=enter_and_make)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return made[0]
