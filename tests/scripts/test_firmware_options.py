# SPDX-License-Identifier: MPL-2.0
"""-Dfirmware-features leaves parts out of undionly.kpxe and says so when they are asked for; -Dfirmware-script boots by
a script of one's own. Each build is booted."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def configure(build, *options):
    return subprocess.run(["meson", "setup", str(build), str(ROOT), "-Dhook=disabled", "-Dfirmware=enabled", *options],
                          capture_output=True, text=True)


def build(folder, *options):
    done = configure(folder, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    made = subprocess.run(["ninja", "-C", str(folder), "firmware/undionly.kpxe"], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder / "firmware/undionly.kpxe"


def boot(image, until):
    """What the screen shows until a line holds `until`, by QEMU's own DHCP and TFTP server."""
    command = ["qemu-system-x86_64", "-accel", "tcg", "-m", "256", "-nographic", "-boot", "n", "-device", "e1000,netdev=n",
               "-netdev", f"user,id=n,restrict=on,tftp={image.parent},bootfile={image.name}"]
    shown = []
    with subprocess.Popen(["timeout", "120", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as machine:
        for line in machine.stdout:
            shown.append(line.decode("latin-1"))
            if until in shown[-1]:
                break
        machine.terminate()
    # The screen is 80 columns wide: what does not fit stands on the next line.
    return re.sub(r"\r?\n|\r|\x1b\[[0-9;?]*[A-Za-z]", "", "".join(shown))


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp("script") / "site.ipxe"
    path.write_text("#!ipxe\n"
                    "echo It is ours: @quoted@ ${platform}\n"
                    "menu A menu || echo no menu\n"
                    "params || echo no params\n"
                    "dhcp\n"
                    "chain http://${next-server}/x || echo no http\n"
                    "dmesg || echo no log\n"
                    "nslookup a example.org || echo no dns\n"
                    "echo the last line\n"
                    "choose x\n")
    return path


@pytest.mark.slow
def test_two_reduced_builds_are_smaller_and_say_what_is_missing(tmp_path, script):
    small = build(tmp_path / "small", f"-Dfirmware-script={script}", "-Dfirmware-features=tftp,shell")
    shown = boot(small, "Nothing was booted")
    assert "It is ours: @quoted@ pcbios" in shown
    for missing in ("menu", "params", "http", "log", "dns"):
        assert f"no {missing}" in shown, shown
    assert "choose: this firmware was built without menu" in shown, shown
    assert "Features: TFTP bzImage PXE" in shown, shown

    smaller = build(tmp_path / "smaller", "-Dfirmware-features=tftp")
    shown = boot(smaller, "This is a boot loop")
    assert "This is a boot loop" in shown, shown
    assert "Press Ctrl-B for the gPXE" not in shown
    whole = ROOT / "build/firmware/undionly.kpxe"
    assert smaller.stat().st_size < small.stat().st_size < 0.9 * whole.stat().st_size


def test_an_unknown_feature_is_refused_and_those_known_are_named(tmp_path):
    done = configure(tmp_path / "build", "-Dfirmware-features=http,telnet")
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "telnet" in said
    assert all(name in said for name in ("http", "tftp", "dns", "menu", "shell", "forms", "log", "ntp", "sums", "sanboot"))


@pytest.mark.parametrize("content, why", [(None, "no such file"), ("echo hello\n", "its first line must be #!ipxe or #!gpxe")])
def test_a_script_that_is_none_is_refused(tmp_path, content, why):
    path = tmp_path / "site.ipxe"
    if content is not None:
        path.write_text(content)
    done = configure(tmp_path / "build", f"-Dfirmware-script={path}")
    assert done.returncode != 0
    assert why in done.stdout + done.stderr
