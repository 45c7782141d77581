# SPDX-License-Identifier: MPL-2.0
"""What scripts/kea-matrix runs is there, and is all that docs/interop.md says of it."""

import sys
from pathlib import Path

import pytest

root = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "scripts"))

from matrix import steps  # noqa: E402


@pytest.mark.parametrize("pattern", [*steps.LIVE, *steps.BOOTS])
def test_there_are_such_tests(pattern):
    assert steps.files([pattern])


def test_clients_of_the_library_are_tried_with_each_kea():
    has_rows = {path.name for path in (root / "tests/lab").glob("test_*.py") if 'interop.row("hook"' in path.read_text()}
    run = {Path(file).name for file in steps.files([*steps.LIVE, *steps.BOOTS])}
    assert has_rows - run == {"test_chain.py"}  # the network cards, one by one


def test_manuals_and_configurations_are_tried_with_each_kea():
    run = {Path(file).name for file in steps.files([*steps.LIVE, *steps.BOOTS])}
    assert run >= {"test_manuals.py", "test_hook_channels.py", "test_kea_configs.py", "test_configurations_boot.py"}
