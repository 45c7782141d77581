# SPDX-License-Identifier: MPL-2.0
"""Rule lists of every size and of mixed kinds, of which the same ones answer the clients that are measured."""

import random

from .cable import server_address
from .clients import Client

# Each of these is answered by a rule of another kind; the last ones by the built-in table.
measured = [Client(1), Client(2), Client(3, user_class=b"\x0asite-00000"), Client(4, arch=41), Client(5, arch=6),
            Client(6), Client(7), Client(8, arch=7)]
first_other_machine = 0x100000


def _answer(name):
    return {"boot": {"next-server": server_address, "boot-file-name": name}}


def _rule(kind, number, match, file):
    return {"name": f"{kind}-{number}", "match": match, **_answer(file)}


def _answering():
    """The ten rules of the smallest list; seven of them answer measured clients."""
    mac = [client.mac_text for client in measured]
    uuid = [client.uuid_text for client in measured]
    return [
        _rule("mac", 1, {"mac": mac[0]}, "one.kpxe"),
        _rule("uuid", 1, {"uuid": uuid[1]}, "two.kpxe"),
        _rule("user-class", 1, {"user-class": "site-00000"}, "three.kpxe"),
        _rule("arch", 1, {"arch": 41}, "four.img"),
        _rule("arch", 2, {"arch": ["x86-uefi"]}, "five.efi"),
        _rule("mac-and-arch", 1, {"mac": mac[5], "arch": "x86-bios"}, "six.kpxe"),
        _rule("uuid-and-subnet", 1, {"uuid": uuid[6], "subnet": 1}, "seven.kpxe"),
        _rule("subnet", 1, {"subnet": 100000}, "other.kpxe"),
        _rule("class", 1, {"client-class": "class-00000"}, "other.kpxe"),
        _rule("relay", 1, {"relay": "198.19.0.1"}, "other.kpxe"),
    ]


def _filler(number):
    """A rule that answers none of the measured clients. Most name one machine, as an administrator's do."""
    machine = Client(first_other_machine + number)
    kind = number % 20
    if kind < 11:
        return _rule("other-mac", number, {"mac": machine.mac_text}, f"machine-{number}.kpxe")
    if kind < 15:
        return _rule("other-uuid", number, {"uuid": machine.uuid_text}, f"machine-{number}.kpxe")
    if kind < 16:
        return _rule("other-user-class", number, {"user-class": f"site-{number + 1:06}"}, "site.kpxe")
    if kind < 17:
        return _rule("other-arch", number, {"arch": [7, 9], "client-class": f"site-{number:06}"}, "site.efi")
    if kind < 18:
        return _rule("other-subnet", number, {"subnet": 200000 + number}, "subnet.kpxe")
    if kind < 19:
        return _rule("other-class", number, {"client-class": f"class-{number + 1:06}"}, "class.kpxe")
    return _rule("other-relay", number, {"relay": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"}, "relay.kpxe")


def rules(count, seed=1):
    """`count` rules in an order that only the seed decides."""
    listed = _answering() + [_filler(number) for number in range(count - len(_answering()))]
    random.Random(seed).shuffle(listed)
    return listed[:count]
