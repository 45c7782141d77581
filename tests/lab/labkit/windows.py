# SPDX-License-Identifier: MPL-2.0
"""A DHCP server that answers by the rule of Windows, set up by the PowerShell lines of docs/servers/windows.md.

The rule: a client belongs to the user class whose ID is, byte for byte, its option 77. It is given the options that it
asks for in option 55, each with the value set for its class, else with the one set for everybody.
"""

import re
import select
import socket
import threading
from dataclasses import dataclass, field

from .dhcp import Message, ack, discover, offer, request
from .network import bridge, server_address

_line = re.compile(r"^(\w+-DhcpServerv4\w+)((?: +-\w+ +(?:'[^']*'|\S+))*)$")
_parameter = re.compile(r"-(\w+) +(?:'([^']*)'|(\S+))")
_subnet_mask, _lease_time, _message_type, _server = 1, 51, 53, 54


@dataclass
class Setup:
    classes: dict = field(default_factory=dict)  # the bytes of an ID: the class's name
    values: dict = field(default_factory=dict)  # (class or None, option): text

    def value(self, user_class, code):
        name = self.classes.get(user_class)
        return self.values.get((name, code), self.values.get((None, code)))


def read(document: str):
    """What the lines of the first PowerShell block set up. A line that is not understood is an error."""
    setup = Setup()
    for line in re.search(r"^```powershell\n(.*?)^```", document, re.M | re.S)[1].splitlines():
        if line.startswith("#"):
            continue
        parts = _line.match(line)
        if not parts:
            raise ValueError(f"this PowerShell line is not understood: {line}")
        given = {name: quoted or plain for name, quoted, plain in _parameter.findall(parts[2])}
        if parts[1] == "Add-DhcpServerv4Class" and given["Type"] == "User":
            setup.classes[given["Data"].encode("ascii")] = given["Name"]
        elif parts[1] == "Set-DhcpServerv4OptionValue":
            user_class = given.get("UserClass")
            if user_class is not None and user_class not in setup.classes.values():
                raise ValueError(f"the user class {user_class} is not defined before this line: {line}")
            setup.values[user_class, int(given["OptionId"])] = given["Value"]
        else:
            raise ValueError(f"this PowerShell line does nothing that is known here: {line}")
    return setup


class WindowsRule:
    """Serves the bridge from a thread; the address given depends on the last octet of the MAC."""

    def __init__(self, network, document: str):
        self.setup = read(document)

        def make():
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, bridge.encode())
            made.bind(("", 67))
            return made

        self._socket = network.inside(make)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while not self._ending.is_set():
            if select.select([self._socket], [], [], 0.1)[0]:
                answer = self.answer(Message(self._socket.recv(4096)))
                if answer:
                    self._socket.sendto(answer, ("255.255.255.255", 68))

    def answer(self, query):
        """The OFFER or ACK, or None."""
        kind = {discover: offer, request: ack}.get(query.type)
        if query.op != 1 or kind is None:
            return None
        here = socket.inet_aton(server_address)
        yiaddr = here[:3] + bytes([100 + query.raw[33] % 100])
        options = [(_message_type, bytes([kind])), (_server, here), (_subnet_mask, bytes([255, 255, 255, 0])),
                   (_lease_time, (600).to_bytes(4, "big"))]
        for code in query.get(55) or b"":
            value = self.setup.value(query.get(77), code)
            if value is not None:
                options.append((code, value.encode() + b"\0"))
        head = bytes([2]) + query.raw[1:12] + bytes(4) + yiaddr + here + query.raw[24:44]
        body = b"".join(bytes([code, len(value)]) + value for code, value in options)
        return head + bytes(64 + 128) + b"\x63\x82\x53\x63" + body + b"\xff"

    def stop(self):
        self._ending.set()
        self._thread.join(5)
        self._socket.close()
