# SPDX-License-Identifier: MPL-2.0
"""H1 to H3 with raw clients: two servers with libdhcp_ha, killed, cut off from each other, and given different rules."""

import pytest

from labkit import kea
from labkit.client import RawClient
from labkit.pair import Pair, kill
from labkit.process import wait_until

macs = [f"52:54:00:00:0f:{number:02x}" for number in range(12)]
rom = [(93, b"\0\0"), (60, b"PXEClient:Arch:00000:UNDI:002001"), (55, bytes([1, 3, 43, 60, 66, 67, 97, 175]))]
gpxe = [(93, b"\0\0"), (60, b"PXEClient:Arch:00000:UNDI:002001"), (77, b"gPXE"), (55, bytes([1, 3, 66, 67, 175]))]
script = b"http://198.18.77.1/real_boot_script.php?mac=${mac}"


def config():
    asked = kea.short_config()
    kea.chainload_parameters(asked)["management"] = "full"
    return asked


def push(pair, rules):
    """The same change to both, as an administrator's program gives it."""
    for answer in pair.both("chainload-rules-set", {"rules": rules, "reason": "pushed to both"}):
        assert answer["result"] == 0, answer


def boots(client, mac, options, attempts=1):
    """(address, boot file, server) of a machine's round, or None where nobody answers it."""
    for _ in range(attempts):
        offer = client.discover(mac, options, secs=8)
        ack = offer and client.request(mac, offer, options, secs=8)
        if ack:
            return ack.yiaddr, (ack.get(67) or ack.file).rstrip(b"\0"), ".".join(map(str, ack.get(54)))
    return None


@pytest.fixture
def client(lab):
    raw = RawClient(lab.network)
    yield raw
    raw.close()


def test_H1_second_stage_is_answered_by_the_partner_of_a_server_that_was_killed(lab, client):
    pair = Pair(lab, config())
    address, file, server = boots(client, macs[0], rom)
    assert (file, server) == (b"undionly.kpxe", "198.18.77.1")
    kill(pair.first)
    assert boots(client, macs[0], gpxe, attempts=20) == (address, script, "198.18.77.2")


def test_H1_load_balanced_pair_answers_alike_and_alone(lab, client):
    pair = Pair(lab, config(), "load-balancing")
    push(pair, [{"name": "own", "match": {"mac": macs[0]}, "boot": {"boot-file-name": "own.kpxe"}}])
    rounds = {mac: boots(client, mac, rom, attempts=3) for mac in macs}
    assert {server for _, _, server in rounds.values()} == {"198.18.77.1", "198.18.77.2"}
    wanted = {mac: b"own.kpxe" if mac == macs[0] else b"undionly.kpxe" for mac in macs}
    assert {mac: file for mac, (_, file, _) in rounds.items()} == wanted
    for answer in pair.both("chainload-override-set", {"mac": macs[1], "boot": {"boot-file-name": "x"}, "uses": 1}):
        assert answer["result"] == 1 and "uses" in answer["text"], answer
    kill(pair.first)
    # The partner keeps to its own clients until it knows that it is alone.
    after = {mac: boots(client, mac, rom, attempts=20) for mac in macs}
    assert {mac: file for mac, (_, file, _) in after.items()} == wanted
    assert {server for _, _, server in after.values()} == {"198.18.77.2"}


def test_H2_same_push_shows_the_same_revision_and_hash_and_another_one_shows(lab):
    pair = Pair(lab, config())
    rules = [{"name": f"r{number}", "match": {"mac": mac}, "boot": {"boot-file-name": f"f{number}"}}
             for number, mac in enumerate(macs)]
    push(pair, rules)
    first, second = pair.managed()
    assert first == second and first[0] == 1 and len(first[1]) == 64
    done = pair.second.command("chainload-rules-patch", {"patch": [{"op": "del", "name": "r3"}], "if-revision": 1})
    assert done["result"] == 0, done
    first, second = pair.managed()
    assert first[0] == 1 and second[0] == 2 and first[1] != second[1]
    push(pair, rules)
    assert [sha256 for _, sha256 in pair.managed()] == [first[1]] * 2


def test_H3_partition_and_its_end_leave_rules_and_answers_as_they_were(lab, client):
    pair = Pair(lab, config())
    push(pair, [{"name": "own", "match": {"mac": macs[0]}, "boot": {"boot-file-name": "own.kpxe"}}])
    before = pair.managed()
    pair.part()
    wait_until(lambda: pair.states() == ("partner-down", "partner-down"), 60, "both servers to be alone")
    assert boots(client, macs[0], rom, attempts=5)[1:] == (b"own.kpxe", "198.18.77.1")
    assert pair.managed() == before
    pair.join()
    pair.wait_settled()
    assert pair.managed() == before
    assert boots(client, macs[0], rom, attempts=5)[1:] == (b"own.kpxe", "198.18.77.1")


def test_H3_server_in_maintenance_leaves_its_machines_to_the_partner_with_the_same_rules(lab, client):
    pair = Pair(lab, config())
    push(pair, [{"name": "own", "match": {"mac": macs[0]}, "boot": {"boot-file-name": "own.kpxe"}}])
    assert boots(client, macs[0], rom, attempts=3)[1:] == (b"own.kpxe", "198.18.77.1")
    answer = pair.second.command("ha-maintenance-start")  # the one that stays says that the other one will go
    assert answer["result"] == 0, answer
    assert pair.states() == ("in-maintenance", "partner-in-maintenance")
    assert boots(client, macs[0], rom, attempts=5)[1:] == (b"own.kpxe", "198.18.77.2")
    assert pair.second.command("ha-maintenance-cancel")["result"] == 0
    pair.wait_settled()
    assert boots(client, macs[0], rom, attempts=5)[1:] == (b"own.kpxe", "198.18.77.1")
