# SPDX-License-Identifier: MPL-2.0
"""docs/contributing.md and the READMEs name files and scripts that are there."""

import re

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
    assert sorted(path for path in named if "NAME" not in path and not is_there(path, root)) == []


def test_scripts_are_all_described():
    named = set(re.findall(r"`scripts/([\w-]+)", page))
    there = {path.name for path in (root / "scripts").iterdir() if path.is_file() and path.suffix == ""}
    assert there <= named


@pytest.mark.parametrize("readme", [path for path in documents() if path.name == "README.md"],
                         ids=lambda path: str(path.parent.relative_to(root)))
def test_folders_named_in_readmes_exist(readme):
    named = set(re.findall(r"^\| `([\w/.-]+/)` \|", readme.read_text(), re.M))
    assert sorted(path for path in named if not is_there(path, readme.parent)) == []
