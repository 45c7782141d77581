# SPDX-License-Identifier: MPL-2.0
"""scripts/bench and scripts/kea-matrix say what they do and why they cannot; what their figures are made from is right."""

import math
import subprocess
import sys
from pathlib import Path

import pytest

root = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "tests/bench"))

from benchkit import clients, configs, rules  # noqa: E402
from benchkit.server import lower_bound  # noqa: E402


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("words, title", [
    (["bench", "--help"], "usage: scripts/bench"),
    (["bench", "hook", "--help"], "usage: scripts/bench hook"),
    (["bench", "server", "--help"], "usage: scripts/bench server"),
    (["kea-matrix", "--help"], "usage: scripts/kea-matrix"),
])
def test_help_is_given(words, title):
    done = run(root / "scripts" / words[0], *words[1:])
    assert (done.returncode, done.stderr) == (0, "")
    assert title in done.stdout


@pytest.mark.parametrize("words, complaint", [
    (["bench"], "say what to measure: hook, server or core"),
    (["bench", "--wrong"], "unknown option --wrong"),
    (["bench", "disk"], "there is no disk to measure"),
    (["kea-matrix", "--wrong"], "--wrong"),
    (["kea-matrix", "1.8"], "1.8 is no version it knows: write some of 2.2, 2.6, 3.0"),
])
def test_what_it_does_not_know_is_refused_by_name(words, complaint):
    done = run(root / "scripts" / words[0], *words[1:])
    assert done.returncode == 2
    assert complaint in done.stderr


@pytest.mark.parametrize("words", [["bench", "hook"], ["kea-matrix", "2.6"]])
def test_only_root_is_let_in(words):
    done = run("setpriv", "--reuid", "65534", "--clear-groups", root / "scripts" / words[0], *words[1:])
    assert done.returncode == 2
    assert "run it as root" in done.stderr


def test_rule_lists_of_every_size_hold_the_rules_that_answer():
    small, large = rules.rules(10), rules.rules(2000)
    assert (len(small), len(large)) == (10, 2000)
    assert len({rule["name"] for rule in large}) == 2000
    assert all(rule in large for rule in small)
    assert rules.rules(2000) == large


def test_no_filling_rule_names_a_machine_that_is_measured():
    filling = [rule for rule in rules.rules(2000) if rule["name"].startswith("other-")]
    ours = {text for client in rules.measured for text in (client.mac_text, client.uuid_text)}
    assert filling and not ours & {rule["match"].get(key) for rule in filling for key in ("mac", "uuid")}


def test_the_measured_clients_send_what_their_rules_ask_for():
    by_name = {rule["name"]: rule["match"] for rule in rules.rules(10)}
    discover = clients.Client(1).discover(7)
    assert discover[4:8] == b"\0\0\0\x07" and discover[28:34] == bytes.fromhex(by_name["mac-1"]["mac"].replace(":", ""))
    second = rules.measured[1]
    assert by_name["uuid-1"]["uuid"] == "6cd22ecf-0000-0040-8000-000000000002"
    assert bytes.fromhex("61 11 00 cf2ed26c 0000 4000 8000 000000000002") in second.discover(8)


def test_classes_that_do_the_job_are_as_many_as_asked_for():
    made = configs.classes(1000)["Dhcp4"]["client-classes"]
    assert len(made) == 1000 and len({entry["name"] for entry in made}) == 1000
    assert [entry["name"] for entry in made[-2:]] == ["firmware", "rom"]


def test_the_lower_bound_is_the_mean_when_nothing_varies_and_below_it_when_something_does():
    mean, lower = lower_bound([1.25] * 5)
    assert math.isclose(mean, 1.25) and math.isclose(lower, 1.25)
    mean, lower = lower_bound([0.5, 1.0, 2.0])
    # The logarithms are -ln 2, 0 and ln 2: mean 0, standard deviation ln 2, Student's 4.303 with two degrees of freedom.
    assert math.isclose(mean, 1.0) and math.isclose(lower, 2 ** (-4.303 / math.sqrt(3)))
