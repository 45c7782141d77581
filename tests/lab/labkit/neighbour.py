# SPDX-License-Identifier: MPL-2.0
"""Another host on the lab's bridge: a network namespace of its own, for a second server, a relay, or a client."""

import subprocess

from .network import bridge, make_namespace, remove_namespace


class Neighbour:
    """Its `interface` is the other end of `port`, which is on the bridge. Stands in for a lab's network."""

    def __init__(self, network, port, interface="eth0", mac=None, address=None):
        self.name = make_namespace()
        try:
            hardware = ["address", mac] if mac else []
            network.ip("link", "add", port, "type", "veth", "peer", "name", interface, *hardware, "netns", self.name)
            network.ip("link", "set", port, "master", bridge, "up")
            if address:
                self.ip("addr", "add", f"{address}/24", "dev", interface)
            for own in ("lo", interface):
                self.ip("link", "set", own, "up")
        except BaseException:
            self.stop()
            raise

    def ip(self, *words):
        return subprocess.run(["ip", "-n", self.name, *words], check=True, capture_output=True, text=True,
                              timeout=20).stdout

    def command(self, *words):
        """The words of a command that runs there."""
        return ["ip", "netns", "exec", self.name, *[str(word) for word in words]]

    def stop(self):
        remove_namespace(self.name)
