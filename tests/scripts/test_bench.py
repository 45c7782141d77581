# SPDX-License-Identifier: MPL-2.0
"""scripts/bench and scripts/kea-matrix say what they do and why they cannot; what their figures are made from is right."""

import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

root = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "tests/bench"))

from benchkit import boots, clients, configs, firmware, instructions, peers, rules  # noqa: E402
from benchkit.server import lower_bound  # noqa: E402


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("words, title", [
    (["bench", "--help"], "usage: scripts/bench"),
    (["bench", "hook", "--help"], "usage: scripts/bench hook"),
    (["bench", "server", "--help"], "usage: scripts/bench server"),
    (["bench", "firmware", "--help"], "usage: scripts/bench firmware"),
    (["bench", "changes", "--help"], "usage: scripts/bench changes"),
    (["kea-matrix", "--help"], "usage: scripts/kea-matrix"),
])
def test_help_is_given(words, title):
    done = run(root / "scripts" / words[0], *words[1:])
    assert (done.returncode, done.stderr) == (0, "")
    assert title in done.stdout


@pytest.mark.parametrize("words, complaint", [
    (["bench"], "say what to measure: hook, server, changes, core or firmware"),
    (["bench", "--wrong"], "unknown option --wrong"),
    (["bench", "disk"], "there is no disk to measure"),
    (["kea-matrix", "--wrong"], "--wrong"),
    (["kea-matrix", "1.8"], "1.8 is no version it knows: write some of 2.2, 2.6, 3.0"),
])
def test_what_it_does_not_know_is_refused_by_name(words, complaint):
    done = run(root / "scripts" / words[0], *words[1:])
    assert done.returncode == 2
    assert complaint in done.stderr


@pytest.mark.parametrize("words", [["bench", "hook"], ["bench", "firmware"], ["kea-matrix", "2.6"]])
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


def test_a_firmware_and_its_peers_take_turns_that_begin_and_end_with_the_same():
    assert "".join(firmware.turns("abc", 4)) == "abccbaabccba"


def test_the_script_of_the_firmware_bench_chains_in_each_rom_and_downloads_elsewhere():
    text = boots.script(boots.downloads())
    assert all(f"iseq ${{net0/chip}} {chip} && goto rom ||" in text for chip in ("82540em", "virtio-net", "rtl8139"))
    order = [text.index(part) for part in (":81/begin", "http.bin", ":81/http", "77.1/tftp.bin", ":81/tftp", "77.2/tftp.bin",
                                           ":81/windowed", ":rom", "chain tftp://198.18.77.1/firmware.kpxe")]
    assert order == sorted(order)


def test_an_aim_is_met_by_medians_and_by_no_single_run():
    ours, peer = (peers.Firmware(name, name, Path("/dev/null")) for name in ("ours", "peer"))
    table = firmware.Table()
    for mine, theirs in ((1.0, 4.1), (9.0, 4.2), (1.1, 40.0)):
        table.add("e1000", ours, "http", boots.Cost(mine, mine))
        table.add("e1000", peer, "http", boots.Cost(theirs, theirs))
    (aim,) = firmware.judge(table, "e1000", [ours, peer], {"http": "HTTP"})
    assert not aim.met and "0.262 of peer's, at most 0.250" in aim.sentence  # 1.1 / 4.2
    table.add("e1000", ours, "http", boots.Cost(1.0, 1.0))
    (aim,) = firmware.judge(table, "e1000", [ours, peer], {"http": "HTTP"})
    assert aim.met and "0.250 of peer's" in aim.sentence  # 1.05 / 4.2


def test_the_idle_turn_and_the_frames_are_told_apart_by_how_often_they_were_seen():
    counted = instructions.read_turns("2986 8241\n3355 1892\n8870 76\n8882 28\n10677 30\n")
    assert (counted.idle, counted.frame, counted.frames) == (2986, 5884, 134)
    with pytest.raises(firmware.Failed, match="3 of 200 frames were seen"):
        instructions.read_turns("2986 8241\n3355 90\n8870 3\n")


@pytest.mark.slow
def test_a_quick_firmware_bench_measures_one_card_beside_one_peer():
    done = subprocess.run([root / "scripts/bench", "firmware", "--quick"], capture_output=True, text=True, timeout=600,
                          check=False)
    assert done.stderr == ""
    assert len(re.findall(r"^e1000 +(?:ours|ipxe-1.0) +start", done.stdout, re.M)) == 4
    for title in ("HTTP", r"TFTP, lockstep \(tftpd-hpa\)", r"TFTP, windows offered \(atftpd\)", "image loaded to script"):
        assert re.search(rf"^{title}, \S.*( +\d+\.\d+){{4}}$", done.stdout, re.M), title
    assert re.search(r"^e1000: [\d,]+ instructions for an idle poll, [\d,]+ more for a full frame", done.stdout, re.M)
    met = re.fullmatch(r"aims met: (\d) of 4", done.stdout.splitlines()[-1])
    assert met and done.returncode == (0 if met[1] == "4" else 1)
