# SPDX-License-Identifier: MPL-2.0
"""Managed rules in a live kea-dhcp4, through its control socket: changes, restarts, kill -9."""

import json
import os
import signal
import threading
import time

import pytest

from labkit import kea
from labkit.client import RawClient

mac = "52:54:00:00:09:01"
rom = [(93, b"\0\0"), (60, b"PXEClient:Arch:00000:UNDI:002001"), (55, bytes([1, 3, 43, 60, 66, 67, 97, 175]))]


def config(management="full"):
    asked = kea.short_config()
    kea.chainload_parameters(asked)["management"] = management
    return asked


def rule(name, file):
    return {"name": name, "match": {"mac": mac}, "boot": {"boot-file-name": file}}


def boot_file(client, attempts=1):
    """`attempts` above one where the server may just be opening its sockets anew."""
    replies = (client.discover(mac, rom) for _ in range(attempts))
    reply = next((each for each in replies if each is not None), None)
    assert reply is not None
    return (reply.get(67) or b"").rstrip(b"\0").decode()


def done(answer):
    assert answer["result"] == 0, answer
    return answer["arguments"]


def killed(server):
    """As a power cut leaves it; the next one's log is its own."""
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    server.log.unlink()


def rules_of(server):
    """Every rule as it is shown, in octets."""
    answer = server.command("chainload-rules-get-page", {"limit": 10000})
    assert answer["result"] in (0, 3), answer
    return json.dumps(answer["arguments"], sort_keys=True)


@pytest.fixture
def client(lab):
    raw = RawClient(lab.network)
    yield raw
    raw.close()


def test_a_set_decides_the_next_packet_and_is_logged(lab, client):
    server = lab.start_kea(config())
    assert boot_file(client) == "undionly.kpxe"
    done(server.command("chainload-rules-set", {"rules": [rule("a", "first")], "reason": "ticket 7"}))
    assert boot_file(client) == "first"
    done(server.command("chainload-rules-patch", {"patch": [{"op": "update", "rule": rule("a", "second")}]}))
    assert boot_file(client) == "second"
    done(server.command("chainload-rules-rollback"))
    assert boot_file(client) == "first"
    changes = [line for line in server.text().splitlines() if "CHAINLOAD_RULES_CHANGED" in line]
    assert len(changes) == 3 and "ticket 7" in changes[0]


def test_C2_config_set_and_config_reload_and_sighup_keep_the_rules(lab, client):
    server = lab.start_kea(config())
    done(server.command("chainload-rules-set", {"rules": [rule("a", "kept"), rule("b", "http://198.18.77.1/b")]}))
    before = rules_of(server)
    for change in range(3):
        assert server.command("config-set", json.loads(server.config_path.read_text()))["result"] == 0
        assert rules_of(server) == before and boot_file(client, 3) == "kept"
        assert server.command("config-reload")["result"] == 0
        assert rules_of(server) == before
        os.kill(server.pid, signal.SIGHUP)
        assert boot_file(client, 5) == "kept", change
        assert rules_of(server) == before
    done(server.command("chainload-rules-patch", {"patch": [{"op": "del", "name": "b"}], "if-revision": 1}))
    assert "CHAINLOAD_RULES_FAULT" not in server.text()


def test_D5_a_restart_brings_back_the_same_rules_octet_for_octet(lab, client):
    server = lab.start_kea(config())
    done(server.command("chainload-rules-set", {"rules": [rule("a", "kept")] + [rule(f"r{i}", "x") for i in range(500)]}))
    done(server.command("chainload-rules-patch", {"patch": [{"op": "del", "name": "r7"}]}))
    before = rules_of(server)
    killed(server)
    server = lab.start_kea(config())
    assert rules_of(server) == before
    assert boot_file(client) == "kept"


def test_D1_a_server_killed_during_sets_has_the_old_rules_or_the_new(lab):
    for round_ in range(5):
        server = lab.start_kea(config())
        answered = [json.loads(rules_of(server))["revision"]]
        has_answered = threading.Event()  # a slow machine may need seconds for the first

        def change():
            try:
                while True:
                    rules = [rule(f"r{i}", f"f{answered[-1] + 1}") for i in range(300)]
                    answered.append(done(server.command("chainload-rules-set", {"rules": rules}))["revision"])
                    has_answered.set()
            except (OSError, ValueError):
                pass  # the server is gone

        changes = threading.Thread(target=change)
        changes.start()
        assert has_answered.wait(60)
        time.sleep(0.1 + 0.13 * round_)
        killed(server)
        changes.join(60)
        assert not changes.is_alive()
        server = lab.start_kea(config())
        found = json.loads(rules_of(server))
        assert found["revision"] in (answered[-1], answered[-1] + 1), answered[-1]
        assert {each["boot"]["boot-file-name"] for each in found["rules"]} == {f"f{found['revision']}"}
        assert "fault" not in server.command("chainload-status")["arguments"]["managed"]
        server.stop()
        server.log.unlink()


@pytest.mark.parametrize("management", ["read-only", "overrides"])
def test_R1_without_management_nothing_can_be_changed(lab, client, management):
    server = lab.start_kea(config(management))
    for command, arguments in [("set", {"rules": [rule("a", "evil")]}), ("patch", {"patch": []}), ("reload", None),
                               ("rollback", None)]:
        answer = server.command(f"chainload-rules-{command}", arguments)
        assert answer["result"] == 1 and "management" in answer["text"], answer
    assert boot_file(client) == "undionly.kpxe"
    assert server.command("chainload-rules-get-page")["result"] == 3


def test_D7_a_directory_that_cannot_be_written_refuses_changes_and_serves_on(lab, client):
    server = lab.start_kea(config())
    state = server.run / "chainload-state"
    state.rename(server.run / "away")
    state.write_text("in the way")
    answer = server.command("chainload-rules-set", {"rules": [rule("a", "f")]})
    assert answer["result"] == 1 and str(state) in answer["text"], answer
    assert boot_file(client) == "undionly.kpxe"
