# SPDX-License-Identifier: MPL-2.0
"""Ten thousand changes beside machines that ask all the time: each reply whole, none lost that bare Kea would not lose.

The server without the library is sent the very same octets, which it reads and refuses, while the same machines ask.
"""

import collections
import json

import pytest

from labkit import kea
from labkit.asker import Asker
from labkit.daily_changes import DailyChanges

macs = [f"52:54:00:00:0d:{number:02x}" for number in range(20)]
rate = 100


def config():
    asked = kea.short_config()
    asked["Dhcp4"]["multi-threading"] = {"enable-multi-threading": True, "thread-pool-size": 4}
    kea.chainload_parameters(asked).update({"management": "full", "log-decisions": "none"})
    return asked


class Recorder:
    """Sends commands to a server and keeps their octets, to be sent once more."""

    def __init__(self, server):
        self._server = server
        self.sent = []
        self.results = collections.Counter()

    def __call__(self, name, arguments):
        request = {"command": name} | ({"arguments": arguments} if arguments is not None else {})
        self.sent.append(json.dumps(request).encode())
        answer = self._server.send(self.sent[-1], timeout=200)
        self.results[name, answer["result"]] += 1
        return answer


def asked_beside(lab, do):
    with Asker(lab.network, macs, rate) as asker:
        do()
    return asker


@pytest.mark.slow
@pytest.mark.parametrize("rules,commands", [(1_000, 10_000), (100_000, 1)],
                         ids=["ten-thousand-commands-at-1000-rules", "one-replacement-at-100000-rules"])
def test_C1_every_reply_beside_changes_is_wholly_old_or_wholly_new_and_none_is_lost(lab, capsys, rules, commands):
    server = lab.start_kea(config())
    send = Recorder(server)
    changes = DailyChanges(send, macs, rules, seed=rules)

    assert changes.replace_all()["result"] == 0
    send.sent.clear()

    def change():
        for _ in range(commands):
            changes.some() if commands > 1 else changes.replace_all()

    asker = asked_beside(lab, change)
    faults = [fault for fault in map(changes.in_force.fault, asker.answers) if fault]
    server.stop()
    server.log.unlink()

    bare = lab.start_kea(kea.without_hook(config()))
    asker_of_bare = asked_beside(lab, lambda: [bare.send(octets, timeout=200) for octets in send.sent])
    with capsys.disabled():
        print(f"\n{len(send.sent)} commands, {sum(map(len, send.sent)) >> 10} KiB, {changes.refused} refused, revision "
              f"{changes.revision}; {len(asker.answers)} replies, {asker.unanswered} lost; with bare Kea "
              f"{len(asker_of_bare.answers)} replies, {asker_of_bare.unanswered} lost")
    assert not faults, faults[:5]
    assert len(asker.answers) > 0 and asker.unanswered <= asker_of_bare.unanswered
    assert changes.refused < len(send.sent) / 4, send.results
