# SPDX-License-Identifier: MPL-2.0
"""docs/commands.md as tests read it: the commands with their answers, and the settings it shows."""

import json
import re

from . import paths


def _page():
    return (paths.root / "docs" / "commands.md").read_text()


def examples():
    """(request, answer) of each pair of json blocks."""
    blocks = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", _page(), re.S | re.M)]
    assert len(blocks) % 2 == 0 and len(blocks) >= 18
    return list(zip(blocks[::2], blocks[1::2]))


def settings(key):
    """The value of the setting that a block without a language begins with."""
    block = re.search(rf'^```\n("{key}": .*?)^```$', _page(), re.S | re.M)
    return json.loads("{" + block[1] + "}")[key]


def differs(wanted, got, where=""):
    """Where `got` is not as `wanted` shows it; members that are not shown may be anything."""
    if isinstance(wanted, dict):
        if not isinstance(got, dict):
            return where
        found = (differs(value, got.get(key), f"{where}.{key}") for key, value in wanted.items())
        return next((each for each in found if each), None)
    if isinstance(wanted, str) and "…" in wanted:
        pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
        return None if isinstance(got, str) and re.fullmatch(pattern, got, re.S) else where
    return None if wanted == got else where
