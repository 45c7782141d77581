# SPDX-License-Identifier: MPL-2.0
"""The fixtures of the lab: a fresh Lab for each test, its logs shown when the test fails."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from labkit.lab import Lab  # noqa: E402


made_labs = pytest.StashKey[list]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed and call.when in ("setup", "call"):
        for lab in item.stash.get(made_labs, []):
            report.sections.append((f"the logs of {lab.run.name}", lab.report()))


@pytest.fixture
def labs(request, tmp_path):
    """Makes labs: labs("name"). All of them are closed when the test ends."""
    made = request.node.stash.setdefault(made_labs, [])

    def make(name):
        made.append(Lab(tmp_path / name))
        return made[-1]

    yield make
    for lab in reversed(made):
        lab.close()


@pytest.fixture
def lab(labs):
    return labs("lab")


@pytest.fixture
def chain(lab):
    """A lab with every server of the chain and a captured tap: a test only has to start a machine."""
    lab.plug()
    lab.serve_chain()
    return lab
