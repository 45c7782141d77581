# SPDX-License-Identifier: MPL-2.0
"""C4: commands and packets that log while Kea's log file is rotated under them."""

import itertools

from labkit import kea
from labkit.asker import Asker

macs = [f"52:54:00:00:10:{number:02x}" for number in range(10)]


def test_C4_commands_and_packets_log_on_while_the_log_is_rotated(lab):
    config = kea.short_config()
    config["Dhcp4"]["multi-threading"] = {"enable-multi-threading": True, "thread-pool-size": 4}
    # log4cplus rotates no file below 200 KiB; DEBUG fills that in a moment.
    config["Dhcp4"]["loggers"] = [{"name": "kea-dhcp4", "severity": "DEBUG", "debuglevel": 99,
                                   "output_options": [{"maxsize": 204800, "maxver": 3, "flush": True}]}]
    kea.chainload_parameters(config).update({"management": "full", "log-decisions": "all"})
    server = lab.start_kea(config)
    rotated = server.log.with_name(server.log.name + ".3")
    with Asker(lab.network, macs, rate=300) as asker:
        for number in itertools.count(1):
            rules = [{"name": f"r{each}", "match": {"mac": mac}, "boot": {"boot-file-name": f"f-{number}"}}
                     for each, mac in enumerate(macs)]
            answer = server.command("chainload-rules-set", {"rules": rules, "reason": "to be logged " * 10}, timeout=60)
            assert answer["result"] == 0 and answer["arguments"]["revision"] == number, answer
            if rotated.exists() and number >= 50:
                break
            assert number < 3000, "the log was not rotated three times"
    assert asker.unanswered == 0 and len(asker.answers) > len(macs)
    assert server.is_running()
