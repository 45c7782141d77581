# SPDX-License-Identifier: MPL-2.0
"""A network namespace with a bridge, where servers have 198.18.77.1 and machines hang on taps.

198.18.0.0/15 is kept for benchmarks [rfc2544 C.2.2], so nothing real can be reached. Each lab has a namespace of its
own, so all of them use the same addresses.
"""

import ctypes
import fcntl
import itertools
import os
import signal
import socket
import struct
import subprocess
import threading
from pathlib import Path

from .process import wait_until

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_counter = itertools.count()
_prefix = "chainload-lab-"

server_address = "198.18.77.1"
bridge = "br0"


class NoNamespace(Exception):
    """Network namespaces cannot be made here; the text says why and what to do."""


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def remove_namespace(name):
    """Ends what still runs in the namespace (workers whose master was killed, say), then removes it."""
    listed = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, timeout=20).stdout
    for pid in map(int, listed.split()):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    subprocess.run(["ip", "netns", "del", name], capture_output=True, timeout=20)


def sweep_dead_namespaces():
    """Removes namespaces left by labs that were killed: their names hold the pid of a process that is gone."""
    for path in Path("/run/netns").glob(_prefix + "*"):
        owner = path.name[len(_prefix):].split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            remove_namespace(path.name)


def make_namespace():
    """An empty namespace, known by its name as this process's."""
    name = f"{_prefix}{os.getpid()}-{next(_counter)}"
    if os.geteuid() != 0:
        raise NoNamespace("only root can make a network namespace; run this as root")
    if Path(f"/run/netns/{name}").exists():  # of a killed process that had our number: in a chroot numbers come again
        remove_namespace(name)
    try:
        _run("ip", "netns", "add", name)
    except (SystemExit, KeyboardInterrupt):  # a signal ended `ip` in the midst of it
        remove_namespace(name)
        raise
    except (RuntimeError, FileNotFoundError) as error:
        raise NoNamespace(f"no network namespace can be made here ({error}); a container needs CAP_SYS_ADMIN "
                          "and CAP_NET_ADMIN for it") from None
    return name


class Network:
    def __init__(self):
        self.name = make_namespace()
        try:
            self._furnish()
        except BaseException:  # an end by a signal is one, too
            self.close()
            raise

    def _furnish(self):
        self.ip("link", "set", "lo", "up")
        self.ip("link", "add", bridge, "type", "bridge", "stp_state", "0", "forward_delay", "0")
        self.ip("addr", "add", f"{server_address}/24", "dev", bridge)
        self.ip("-6", "addr", "add", "fd77::1/64", "dev", bridge, "nodad")
        # A port that is always up gives the bridge its carrier: without one Kea opens no socket and never tries again.
        self.ip("link", "add", "carrier0", "type", "veth", "peer", "name", "carrier1")
        self.ip("link", "set", "carrier0", "master", bridge, "up")
        self.ip("link", "set", "carrier1", "up")
        self.ip("link", "set", bridge, "up")
        wait_until(lambda: "state UP" in self.ip("link", "show", bridge), 5, "the bridge's carrier")

    def ip(self, *words):
        return _run("ip", "-n", self.name, *words)

    def command(self, *words):
        """The words of a command that runs inside (ip execs it: the child's pid is the program's)."""
        return ["ip", "netns", "exec", self.name, *[str(word) for word in words]]

    def add_tap(self, name, on_bridge=True):
        self.ip("tuntap", "add", name, "mode", "tap")
        if on_bridge:
            self.ip("link", "set", name, "master", bridge)
        else:
            self.ip("link", "set", name, "addrgenmode", "none")
        self.ip("link", "set", name, "up")
        return name

    def inside(self, make):
        """Calls `make` in a thread that has entered the namespace, and returns what it makes (a socket, a tap)."""
        made, failed = [], []

        def enter_and_make():
            descriptor = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
            try:
                if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
                made.append(make())
            except OSError as error:
                failed.append(error)
            finally:
                os.close(descriptor)

        thread = threading.Thread(target=enter_and_make)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return made[0]

    def packet_socket(self, interface):
        """A raw socket on `interface` inside, as scapy clients and the observer use it."""
        ethertype_all, receive_buffer_force = 0x0003, 33  # ETH_P_ALL, SO_RCVBUFFORCE

        def make():
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ethertype_all))
            raw.setsockopt(socket.SOL_SOCKET, receive_buffer_force, 8 << 20)
            raw.bind((interface, ethertype_all))
            return raw

        return self.inside(make)

    def open_tap(self, name):
        """The machine's end of a tap, as QEMU holds it: an unbuffered file of frames."""
        set_interface, tap_without_header = 0x400454CA, 0x1002  # TUNSETIFF, IFF_TAP | IFF_NO_PI

        def make():
            tap = open("/dev/net/tun", "r+b", buffering=0)
            fcntl.ioctl(tap, set_interface, struct.pack("16sH22x", name.encode(), tap_without_header))
            return tap

        return self.inside(make)

    def close(self):
        remove_namespace(self.name)
