# SPDX-License-Identifier: MPL-2.0
"""The fixtures of the lab: a fresh Lab for each test, its logs shown when the test fails; and the rows of interop.md."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from labkit import interop  # noqa: E402
from labkit.lab import Lab  # noqa: E402


made_labs = pytest.StashKey[list]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed and call.when in ("setup", "call"):
        for lab in item.stash.get(made_labs, []):
            report.sections.append((f"the logs of {lab.run.name}", lab.report()))


def pytest_addoption(parser):
    group = parser.getgroup("interop", "docs/interop.md")
    group.addoption("--write-interop", action="store_true", help="write the page, if every test that has a row passed")
    group.addoption("--list-interop", metavar="FILE", help="write the rows of the collected tests to FILE, as JSON")


def pytest_configure(config):
    config.pluginmanager.register(InteropPage(config))


class InteropPage:
    """Knows the rows of all collected tests and of those that passed; under xdist, in each worker and in the controller."""

    def __init__(self, config):
        self._config = config
        self._is_worker = hasattr(config, "workerinput")
        self._passed, self._failed = [], []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        for item in items:
            rows = [list(found) for found in interop.as_tuples(interop.rows_of(item))]
            if rows:  # travels with each report, from worker to controller
                item.user_properties.append(("interop", json.dumps(rows)))
        if listing := self._config.getoption("--list-interop"):
            in_files_order = sorted(items, key=lambda item: item.path)  # a stable sort; they run in another order
            declared = [found for item in in_files_order for found in interop.rows_of(item)]
            Path(listing).write_text(json.dumps(interop.as_tuples(declared)))

    def pytest_runtest_logreport(self, report):
        rows = [interop.Row(*found) for name, value in report.user_properties if name == "interop"
                for found in json.loads(value)]
        if report.failed or report.skipped:
            self._failed += rows
        elif report.when == "call":
            self._passed += rows

    def pytest_sessionfinish(self, session):
        if self._is_worker or not self._config.getoption("--write-interop"):
            return
        left = [found for found in interop.declared() if found not in self._passed or found in self._failed]
        if left:
            print("\ndocs/interop.md is not written; these rows were not shown by this run:",
                  *(" | ".join(found) for found in interop.as_tuples(left)), sep="\n  ")
            session.exitstatus = 1
        else:
            interop.write(interop.declared())


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
