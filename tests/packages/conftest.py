# SPDX-License-Identifier: MPL-2.0
"""The fixtures of the packages' tests: the packages, and clean machines to install them on."""

import os
import sys
from pathlib import Path

import pytest

here = Path(__file__).resolve().parent
root = here.parents[1]
sys.path[:0] = [str(here), str(here.parent / "lab"), str(root / "scripts")]

from boxkit.layers import Layers  # noqa: E402
from boxkit.package_door import PORT, PackageDoor  # noqa: E402
from boxkit.packages import Packages  # noqa: E402
from boxkit.suites import SUITES  # noqa: E402
from labkit.network import Network, sweep_dead_namespaces  # noqa: E402

work = Path(os.environ.get("CHAINLOAD_PACKAGE_FOLDER", root / "build/package"))


@pytest.fixture(scope="session")
def suite():
    return SUITES[os.environ.get("CHAINLOAD_SUITE", "bookworm")]


@pytest.fixture(scope="session")
def packages(suite):
    """Those that scripts/package made for the suite."""
    return Packages(work, suite)


@pytest.fixture(scope="session")
def layers(suite):
    return Layers(work / "debian", suite)


@pytest.fixture
def network():
    sweep_dead_namespaces()
    made = Network()
    yield made
    made.close()


boxes = pytest.StashKey[list]()


@pytest.fixture
def make_box(request, layers, network):
    """Boots a clean machine with these Debian packages, in the test's network; its apt reaches Debian all the same."""
    made = request.node.stash.setdefault(boxes, [])
    door = PackageDoor(network)

    def make(*installed):
        below = layers.with_packages("with-" + "-".join(installed), installed) if installed else layers.clean()
        box = layers.box(below, namespace=network.name)
        made.append(box)
        box.write("/etc/apt/apt.conf.d/91door", f'Acquire::http::Proxy "http://127.0.0.1:{PORT}";\n')
        return box

    yield make
    for box in reversed(made):
        box.close()
    door.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed and call.when == "call":
        for box in item.stash.get(boxes, []):
            report.sections.append(("the box's journal", box.journal()))
