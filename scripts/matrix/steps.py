# SPDX-License-Identifier: MPL-2.0
"""What is done with each version: the build, the units, the live tests, the boots. Each is a piece of shell whose
arguments are Room.places(); pytest's follow."""

import subprocess
from pathlib import Path

from debian_mirror import Refused

from .jobs import say
from .room import ROOT

IMAGES = ("firmware/undionly.kpxe", "firmware/undionly.kkpxe")

# The firmware is the same whatever Kea there is, and so is what the lab fetches besides packages: both are the host's.
BUILD = """set -e
reconfigure=; [ ! -e "$2/meson-private/coredata.dat" ] || reconfigure=--reconfigure
meson setup $reconfigure "$2" "$1" -Dhook=enabled -Dfirmware=disabled
ninja -C "$2" -j "$(nproc)" hook-tests hooks/chainload/ctl/chainloadctl tests/lab/probe/probe.bin
mkdir -p "$2/firmware"
cp "$1"/build/firmware/undionly.*kpxe "$2/firmware/"
ln -sfn "$1/build/tools" "$2/tools"
"""
UNITS = """status=0
meson test -C "$2" --no-rebuild --suite hook --print-errorlogs --timeout-multiplier 5 || status=1
cp "$2/meson-logs/testlog.junit.xml" "$3/units.xml" || status=1
exit $status
"""
PYTEST = """source=$1 build=$2 results=$3 peers=$4; shift 4
cd "$source/tests"
CHAINLOAD_BUILD=$build CHAINLOAD_PEERS=$peers exec /usr/bin/python3 -B -m pytest -q -n 2 --junitxml="$results/{name}.xml" "$@"
"""

# What is asked of a running kea-dhcp4 by clients without a machine, and of chainloadctl; what the manuals say.
LIVE = ("lab/test_hook_*.py", "lab/test_kea_*.py", "lab/test_chainloadctl*.py", "lab/test_manuals.py",
        "lab/test_clients_linux.py", "ctl/test_*.py")
# Virtual machines under every configuration in kea-configs/, and whatever else depends on what Kea tells a machine.
# Those of arm64 differ for the library in one number.
BOOTS = ("lab/test_configurations_boot.py", "lab/test_relays.py", "lab/test_high_availability.py",
         "lab/test_loop_guard.py", "lab/test_clients_boot.py")
BOOTS_OPTIONS = ("-k", "not arm64")


def files(patterns):
    """What they stand for below tests/, in order."""
    tests = ROOT / "tests"
    return [str(path.relative_to(tests)) for pattern in patterns for path in sorted(tests.glob(pattern))]


def steps():
    """(name, shell, what it is given behind the folders) of each, in order."""
    return [("build", BUILD, ()), ("units", UNITS, ()),
            ("live", PYTEST.format(name="live"), files(LIVE)),
            ("boots", PYTEST.format(name="boots"), [*files(BOOTS), *BOOTS_OPTIONS])]


def build_firmware():
    """On this machine, for every version, as scripts/test builds it."""
    script = """die() { printf '%s\\n' "$*" >&2; exit 1; }
. scripts/common.sh
set_up_build
build_targets "$@"
"""
    say("building the firmware")
    done = subprocess.run(["bash", "-c", script, "kea-matrix", *IMAGES], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(f"the firmware could not be built: {done.stderr.strip()}")
