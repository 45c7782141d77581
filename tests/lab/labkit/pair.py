# SPDX-License-Identifier: MPL-2.0
"""Two kea-dhcp4 with libdhcp_ha, on two hosts of the lab: who serves, who follows, and what each is doing."""

import copy
import os
import signal
from pathlib import Path

from .network import bridge, server_address
from .process import wait_until

second_address = "198.18.77.2"
hooks = Path("/usr/lib/x86_64-linux-gnu/kea/hooks")
settled = {"hot-standby": ("hot-standby", "hot-standby"), "load-balancing": ("load-balancing", "load-balancing")}
roles = {"hot-standby": ("primary", "standby"), "load-balancing": ("primary", "secondary")}


def with_partner(config, mode, this, max_unacked_clients=0):
    """`config` for server `this` ("server1" or "server2") of a pair that exchanges its state over HTTP.

    The peers talk to each other's own listeners (Kea 2.2 to 3.0): the pair needs no Control Agent.
    """
    paired = copy.deepcopy(config)
    dhcp4 = paired["Dhcp4"]
    dhcp4["multi-threading"] = {"enable-multi-threading": True, "thread-pool-size": 2}
    peers = [{"name": f"server{number}", "url": f"http://{address}:8001/", "role": role}
             for number, address, role in zip((1, 2), (server_address, second_address), roles[mode])]
    relation = {"this-server-name": this, "mode": mode, "heartbeat-delay": 500, "max-response-delay": 1500,
                "max-ack-delay": 500, "max-unacked-clients": max_unacked_clients, "peers": peers,
                "multi-threading": {"enable-multi-threading": True, "http-dedicated-listener": True,
                                    "http-listener-threads": 2, "http-client-threads": 2}}
    dhcp4["hooks-libraries"] += [
        {"library": str(hooks / "libdhcp_lease_cmds.so")},
        {"library": str(hooks / "libdhcp_ha.so"), "parameters": {"high-availability": [relation]}}]
    if mode == "load-balancing":
        subnet = dhcp4["subnet4"][0]
        subnet["pools"] = [{"pool": f"198.18.77.{first} - 198.18.77.{first + 49}", "client-class": f"HA_server{number}"}
                           for number, first in ((1, 100), (2, 150))]
    return paired


class Pair:
    """Starts both and waits until they are of one mind."""

    def __init__(self, lab, config, mode="hot-standby", **relation):
        self._start(lab, *(with_partner(config, mode, this, **relation) for this in ("server1", "server2")), mode)

    @classmethod
    def of(cls, lab, first, second, mode="hot-standby"):
        """The pair of two whole configurations."""
        pair = cls.__new__(cls)
        pair._start(lab, first, second, mode)
        return pair

    def _start(self, lab, first, second, mode):
        self._mode = mode
        self.first = lab.start_kea(first)
        self._network = lab.network
        host = lab.add_neighbour(second_address, bridge)  # the interface that the configuration names
        self.second = lab.start_kea(second, host, "kea-b")
        self.wait_settled()

    def states(self):
        return tuple(server.command("ha-heartbeat")["arguments"]["state"] for server in (self.first, self.second))

    def wait_settled(self):
        wait_until(lambda: self.states() == settled[self._mode], 60, f"both servers to be in {self._mode}")

    def part(self):
        self._network.ip("link", "set", "to-2", "down")

    def join(self):
        self._network.ip("link", "set", "to-2", "up")

    def both(self, name, arguments=None):
        return [server.command(name, arguments) for server in (self.first, self.second)]

    def managed(self):
        """(revision, SHA-256) of the managed rules of each."""
        shown = [answer["arguments"]["managed"] for answer in self.both("chainload-status")]
        return [(each["revision"], each["sha256"]) for each in shown]


def kill(server):
    """As a power cut leaves it."""
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
