# SPDX-License-Identifier: MPL-2.0
"""docs/contributing.md and the READMEs name files and scripts that are there."""

import os
import re
from pathlib import Path

import pytest

from pages import documents, root

page = (root / "docs/contributing.md").read_text()
# From where a page means its paths, besides the top and its own folder.
rooms = ["", "hooks/chainload", "hooks/chainload/tests", "firmware", "firmware/flow", "tests", "docs", "scripts"]
path_like = re.compile(r"`([\w.-]+(?:/[\w.*-]+)+/?|[a-z_]+\.(?:cc|h|py|mes|dict|md))(?:::[\w…]+)?`")


def is_there(path, near):
    return any(list(base.glob(path.rstrip("/"))) for base in [near, *(root / room for room in rooms)])


def test_files_named_there_exist():
    named = set(path_like.findall(page))
    assert len(named) >= 15
    to_be_made = {path for path in named if "NAME" in path or path.startswith("build/")}
    assert sorted(path for path in named - to_be_made if not is_there(path, root)) == []


def test_scripts_are_all_described():
    named = set(re.findall(r"`scripts/([\w-]+)", page))
    there = {path.name for path in (root / "scripts").iterdir() if path.is_file() and path.suffix == ""}
    assert there <= named


@pytest.mark.parametrize("readme", [path for path in documents() if path.name == "README.md"],
                         ids=lambda path: str(path.parent.relative_to(root)))
def test_folders_named_in_readmes_exist(readme):
    named = set(re.findall(r"^\| `([\w/.-]+/)` \|", readme.read_text(), re.M))
    assert sorted(path for path in named if not is_there(path, readme.parent)) == []


def test_what_is_to_be_built_by_hand_can_be_built():
    build = Path(os.environ.get("CHAINLOAD_BUILD", root / "build")) / "build.ninja"
    targets = set(re.findall(r"^build (\S+):", build.read_text(), re.M))
    named = re.findall(r"ninja -C build (\S+) ", page)
    assert len(named) >= 2 and set(named) <= targets
    sources = "\n".join(path.read_text() for folder in ("hooks/chainload/tests", "firmware")
                        for path in (root / folder).rglob("*_test.cc"))
    for suite in re.findall(r"--gtest_filter='(\w+)\*'", page):
        assert re.search(rf"\bTEST(_F|_P)?\({suite}", sources), suite
