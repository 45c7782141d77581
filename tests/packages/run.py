# SPDX-License-Identifier: MPL-2.0
"""Builds the packages for several releases of Debian and tests them in clean machines of each."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

here = Path(__file__).resolve().parent
root = here.parents[1]
sys.path[:0] = [str(here), str(here.parent / "lab"), str(root / "scripts")]

from boxkit.layers import Layers  # noqa: E402
from boxkit.suites import SUITES  # noqa: E402
from debian_mirror import Refused  # noqa: E402
from labkit import manual  # noqa: E402

EPILOG = """Suites
  bookworm  Debian 12, Kea 2.2; built on this machine, the RPM packages too
  trixie    Debian 13, Kea 2.6
  forky     Kea 3.0; forky moves
bookworm alone when none is named. A clean Debian of each is made with debootstrap at its first use (some minutes, and
1 GB with what is installed for building) and kept in build/package/debian/. Tests run in layers on top of it, in
namespaces that end with them. Needs root, and the network for Debian's packages. What follows -- goes to pytest.

Exit status 0 only if every test of every suite passed."""


# meson takes ccache where it finds it; without these it does not know a precompiled header for the same.
CCACHE = """cache_dir = /var/cache/ccache
sloppiness = pch_defines,time_macros,include_file_mtime,include_file_ctime
"""


def say(text):
    print(f"package test: {text}", flush=True)


def said(program, *words):
    return subprocess.run([program, *words], cwd=root, capture_output=True, text=True, check=True).stdout


def build_here(work):
    say("building for this machine's Kea")
    if subprocess.run([root / "scripts/package", "deb", "rpm", "--folder", work], check=False).returncode != 0:
        raise Refused("the packages of Debian 12 could not be built")


def build_in_a_box(suite, work):
    """In a Debian of that suite, from the files that git tracks, as docs/guide.md has it; to build/package/SUITE/deb."""
    layers = Layers(work / "debian", suite)
    say(f"{suite.name}: making what is built in, unless it is there")
    below = layers.with_packages("build", [*said("scripts/install-deps", "--hook-packages", "--list").split(), "ccache"])
    say(f"{suite.name}: building (some minutes)")
    commands, = (step for step in manual.steps("guide.md", ["sh build-elsewhere"]) if isinstance(step, manual.Run))
    tracked = said("git", "ls-files", "-z")
    with layers.box(below, boots=False) as box:
        with tarfile.open(box.path("/tmp/source.tar"), "w") as archive:
            for name in tracked.strip("\0").split("\0"):
                if (root / name).exists():
                    archive.add(root / name, name)
        box.write("/etc/ccache.conf", CCACHE)
        box.run("mkdir /tmp/source && tar -C /tmp/source -xf /tmp/source.tar")
        done = box.try_run(f"set -e; cd /tmp/source\n{commands.text}", timeout=5400)
        target = work / suite.name / "deb"
        target.mkdir(parents=True, exist_ok=True)
        (target.parent / "build.log").write_text(done.stdout + done.stderr)
        if box.path("/tmp/source/build/package/deb.log").exists():
            shutil.copy(box.path("/tmp/source/build/package/deb.log"), target.parent / "deb.log")
        if done.returncode != 0:
            raise Refused(f"the packages of {suite.name} could not be built; the output is in {target.parent}/build.log")
        for old in target.glob("*.deb"):
            old.unlink()
        for made in box.path("/tmp/source/build/package/deb").glob("*.deb"):
            (target / made.name).write_bytes(made.read_bytes())


def test_suite(suite, work, words):
    say(f"{suite.name}: testing")
    environment = dict(os.environ, CHAINLOAD_SUITE=suite.name, CHAINLOAD_PACKAGE_FOLDER=str(work))
    command = ["/usr/bin/python3", "-B", "-m", "pytest", "-q", "-c", str(here.parent / "pytest.ini"), str(here), *words]
    if not suite.has_firmware:
        command.append(f"--ignore={here / 'test_rpm.py'}")
    return subprocess.run(command, cwd=here.parent, env=environment, check=False).returncode == 0


def main():
    words = sys.argv[1:]
    words, rest = (words[:words.index("--")], words[words.index("--") + 1:]) if "--" in words else (words, [])
    parser = argparse.ArgumentParser(prog="scripts/package test", description=__doc__, epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", metavar="SUITE", nargs="*", help="some of " + ", ".join(SUITES))
    parser.add_argument("--no-build", action="store_true", help="test the packages that are there")
    parser.add_argument("--folder", type=Path, default=root / "build/package",
                        help="where packages and machines are kept (default: build/package)")
    asked = parser.parse_args(words)
    for name in asked.suites:
        if name not in SUITES:
            parser.error(f"{name} is no suite it knows: write some of {', '.join(SUITES)}")
    if os.geteuid() != 0:
        print("package test: only root can make machines to install on; run it as root", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds: boxes are closed
    wanted = [SUITES[name] for name in asked.suites] or [SUITES["bookworm"]]
    work, failed = asked.folder.resolve(), []
    try:
        if not asked.no_build:
            if subprocess.run([root / "scripts/install-deps", "--packages"], check=False).returncode != 0:
                raise Refused("not everything that building and testing needs is installed on this machine")
            build_here(work)  # in any case: the firmware is made here for all
            for suite in wanted:
                if not suite.has_firmware:
                    build_in_a_box(suite, work)
        failed = [suite.name for suite in wanted if not test_suite(suite, work, rest)]
    except Refused as refused:
        print(f"package test: {refused}", file=sys.stderr)
        return 2
    say(f"failed: {', '.join(failed)}" if failed else f"{', '.join(suite.name for suite in wanted)}: all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
