# SPDX-License-Identifier: MPL-2.0
"""docs/errors.md has every message of the hook, in the catalogue's own words, and of each program what it ends with."""

import re

import errors_page
from pages import root

text = errors_page.page.read_text()


def test_page_is_what_the_catalogue_says():
    assert text == errors_page.whole(), "run tests/docs/errors_page.py"


def test_every_message_stands_there_once():
    ids = re.findall(r"^% (CHAINLOAD_\w+)", (root / "hooks/chainload/kea/messages.mes").read_text(), re.M)
    assert len(ids) >= 33
    assert sorted(re.findall(r"^#### (CHAINLOAD_\w+)$", text, re.M)) == sorted(ids)


def test_every_message_that_other_pages_name_exists():
    known = set(re.findall(r"^#### (CHAINLOAD_\w+)$", text, re.M))
    settings = {"CHAINLOAD_BUILD", "CHAINLOAD_NAME"}
    for page in sorted((root / "docs").rglob("*.md")):
        named = set(re.findall(r"`(CHAINLOAD_[A-Z_]+)`", page.read_text()))
        assert named <= known | settings, (page, named - known)


def test_levels_are_read_from_the_lines_that_log():
    assert errors_page.levels()["CHAINLOAD_LOOP"] == "WARN"
    assert errors_page.levels()["CHAINLOAD_BOOT_FILE"] == "INFO"
    assert set(errors_page.levels().values()) <= set(errors_page.headings)


def test_exit_statuses_are_those_of_the_program():
    source = (root / "hooks/chainload/ctl/main.cc").read_text()
    told = dict(re.findall(r"^  (\d)  (.*?)(?:\)\";)?$", source, re.M))
    shown = dict(re.findall(r"^\| (\d) \| (.*?) \|", text, re.M))
    assert told and shown == told
