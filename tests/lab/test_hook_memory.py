# SPDX-License-Identifier: MPL-2.0
"""Fifty thousand packets over the wire: the server's memory stays where it was (K2, K9)."""

import re
from pathlib import Path

import pytest

from labkit import corpus, kea
from labkit.replay import Replay

burst, bursts, warm_up = 50, 1000, 100
allowed_kib = 1024


def resident(pid):
    return int(re.search(r"VmRSS:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


@pytest.mark.slow
def test_K2_K9_memory_is_flat_over_fifty_thousand_packets(lab, capsys):
    config = kea.short_config()
    config["Dhcp4"]["multi-threading"] = {"enable-multi-threading": False}
    kea.chainload_parameters(config)["log-decisions"] = "none"
    config["Dhcp4"]["subnet4"][0]["user-context"] = {"chainload": {"rules": [
        {"name": "named", "match": {"user-class": "gPXE"},
         "boot": {"boot-file-name": "http://198.18.77.1/%{mac}/%{uuid|none}/%{hostname|none}"}}]}}
    server = lab.start_kea(config)
    replay = Replay(lab.network)
    # DISCOVERs only: a REQUEST makes a lease, which is memory that is meant to stay.
    payloads = [packet.payload for packet in corpus.all_packets()
                if corpus.options(packet.payload).get(53) == b"\1"]
    sent = before = 0
    for number in range(bursts):
        if number == warm_up:
            before = resident(server.pid)
        for each in range(burst - 1):
            replay.send(payloads[(sent + each) % len(payloads)])
        sent += burst
        replay.answers(payloads[sent % len(payloads)], timeout=20)
    after = resident(server.pid)
    replay.close()
    counters = server.command("chainload-status")["arguments"]["counters"]
    with capsys.disabled():
        print(f"\n{sent} packets of {len(payloads)} kinds: resident {before} KiB after {warm_up * burst}, "
              f"{after} KiB in the end; {counters}")
    assert after - before < allowed_kib
    assert counters["failed"] == 0
    assert counters["boot-files"] > sent / 4
