# SPDX-License-Identifier: MPL-2.0
"""chainloadctl check: the faults of broken/, each told with its place; good files; what lint finds."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

here = Path(__file__).resolve().parent
root = here.parents[1]
program = Path(os.environ.get("CHAINLOAD_BUILD", root / "build")) / "hooks/chainload/ctl/chainloadctl"
broken = sorted((here / "broken").glob("*.json"))


def check(*arguments, text=None):
    return subprocess.run([program, "check", *map(str, arguments)], input=text, capture_output=True, text=True, timeout=60)


def test_there_are_twenty_broken_files_and_more():
    assert len(broken) >= 20


@pytest.mark.parametrize("file", broken, ids=[file.stem for file in broken])
def test_the_fault_is_told_with_its_place(file):
    place, words = re.match(r"// expect (\d+:\d+) (.*)", file.read_text()).groups()
    found = check(file)
    assert found.returncode == 1, found
    faults = [line for line in found.stdout.splitlines() if ": fault: " in line]
    assert len(faults) == 1, found.stdout
    assert faults[0].startswith(f"{file}:{place}: fault: "), faults[0]
    assert words in faults[0]


def test_json_output_names_the_same_place():
    file = here / "broken/rule-mac.json"
    found = json.loads(check("--json", file).stdout)
    assert [(each["place"], each["severity"]) for each in found] == [(f"{file}:4:23", "fault")]


@pytest.mark.parametrize("file", sorted((root / "kea-configs").glob("*.json")), ids=lambda file: file.stem)
def test_shipped_configurations_are_good(file):
    # What stands between @ signs is filled in by whoever uses the file.
    text = file.read_text().replace("@HOOK@", "libdhcp_chainload.so").replace("@STATE_DIRECTORY@", "/var/lib/kea/chainload/a")
    found = check("-", text=text)
    assert found.returncode == 0, found.stdout
    assert "standard input: good" in found.stdout


def test_a_warning_is_told_and_is_no_fault_unless_strict():
    rules = ('[ { "name": "all", "match": { "arch": 0 }, "boot": { "boot-file-name": "f" } },\n'
             '  { "name": "late", "match": { "arch": 0, "mac": "52:54:00:*" }, "boot": { "boot-file-name": "g" } } ]')
    found = check("-", text=rules)
    assert found.returncode == 0 and "standard input:2:3: warning: managed/late: it never answers" in found.stdout
    assert check("--strict", "-", text=rules).returncode == 1


def test_a_fault_in_an_included_file_is_told_with_that_file(tmp_path):
    inner = tmp_path / "rules.json"
    inner.write_text('[ { "name": "a",\n    "match": { "arch": "x86" },\n    "boot": { "boot-file-name": "f" } } ]\n')
    outer = tmp_path / "outer.json"
    outer.write_text(f'{{ "next-server": "192.0.2.10", "script": "http://192.0.2.10/s",\n'
                     f'  "rules": <?include "{inner}"?>,\n  "log-decisions": "some" }}\n')
    found = check(outer)
    assert f"{inner}:2:24: fault: rules[0].match.arch" in found.stdout
    assert f"{outer}:3:20: fault: log-decisions" in found.stdout


def test_a_file_that_is_not_there_is_named():
    found = check("/nowhere/rules.json")
    assert found.returncode == 2 and "/nowhere/rules.json cannot be read: No such file" in found.stderr


def test_file_that_includes_itself_is_refused(tmp_path):
    file = tmp_path / "loop.json"
    file.write_text(f'[ <?include "{file}"?> ]')
    found = check(file)
    assert found.returncode == 1 and "includes itself" in found.stdout
