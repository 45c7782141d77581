# SPDX-License-Identifier: MPL-2.0
"""-Dfirmware-debug makes the parts that it names tell what they do, and costs any other image nothing."""

import re
import shutil

import pytest

from firmware_builds import ROOT, boot, build, configure

objects = ("arp", "dhcp", "dns", "exec", "http", "image", "ip", "memory", "script", "tcp", "tftp", "undi")
statement = re.compile(r"^ *(?:if \([^;{}]*\) )?DEBUG_LINE\((?:[^;\"]|\"(?:[^\"\\]|\\.)*\")*\);\n", re.M)


def test_an_unknown_name_is_refused_and_those_known_are_named(tmp_path):
    done = configure(tmp_path / "build", "-Dfirmware-debug=http,smtp:3")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "nothing called smtp" in said
    assert ", ".join(objects) in said


@pytest.mark.parametrize("level", ["0", "16", "x", "", "1:2"])
def test_a_level_that_is_none_is_refused(tmp_path, level):
    done = configure(tmp_path / "build", f"-Dfirmware-debug=http:{level}")
    assert done.returncode != 0
    assert f"-Dfirmware-debug=http:{level}: the level is a number from 1 to 15" in done.stdout + done.stderr


def test_both_lists_of_names_are_the_same():
    header = (ROOT / "firmware/base/debug.h").read_text()
    assert tuple(re.findall(r'(\w+)\("\1"\)', header)) == objects


@pytest.mark.slow
def test_parts_that_are_named_tell_and_others_are_silent(tmp_path):
    shown = boot(build(tmp_path / "some", "-Dfirmware-debug=dhcp:3,tftp"), "This is a boot loop")
    assert re.search(r"\[dhcp \d+\.\d{3}\] DISCOVER to 255\.255\.255\.255 port 67: xid [0-9a-f]{8}, secs 0, try 1", shown)
    assert re.search(r"\[dhcp [0-9.]+\] offer of 10\.0\.2\.15 from 10\.0\.2\.2", shown)
    assert re.search(r"\[tftp [0-9.]+\] blksize \d+, windowsize 1, tsize \d+", shown)
    assert set(re.findall(r"\[(\w+) [0-9.]+\] ", shown)) == {"dhcp", "tftp"}


@pytest.mark.slow
def test_image_with_everything_starts(tmp_path):
    everything = ",".join(f"{name}:15" for name in objects)
    shown = boot(build(tmp_path / "all", f"-Dfirmware-debug={everything}"), "This is a boot loop")
    assert "This is a boot loop" in shown
    told = set(re.findall(r"\[(\w+) [0-9.]+\] ", shown))
    assert {"arp", "dhcp", "image", "ip", "memory", "tftp", "undi"} <= told


@pytest.mark.slow
def test_image_without_it_is_that_of_sources_without_a_debug_line(tmp_path):
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns("build*", ".git", "__pycache__"))
    removed = 0
    for path in (source / "firmware").rglob("*.cc"):
        text, count = statement.subn("", path.read_text())
        assert "DEBUG_LINE(" not in text, path
        path.write_text(text)
        removed += count
    assert removed > 50
    bare = build(tmp_path / "bare", source=source)
    assert bare.read_bytes() == (ROOT / "build/firmware/undionly.kpxe").read_bytes()
