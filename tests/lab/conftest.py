# SPDX-License-Identifier: MPL-2.0
"""The fixtures of the lab: a fresh Lab for each test, its logs shown when the test fails."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from labkit.lab import Lab  # noqa: E402


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    lab = getattr(item, "funcargs", {}).get("lab")
    if report.when == "call" and report.failed and isinstance(lab, Lab):
        report.sections.append(("the lab's logs", lab.report()))


@pytest.fixture
def lab(tmp_path):
    with Lab(tmp_path) as made:
        yield made


@pytest.fixture
def chain(lab):
    """A lab with every server of the chain and a captured tap: a test only has to start a machine."""
    lab.plug()
    lab.serve_chain()
    return lab
