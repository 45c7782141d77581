# SPDX-License-Identifier: MPL-2.0
"""-Dfirmware-features leaves parts out of undionly.kpxe and says so when they are asked for; -Dfirmware-script boots by
a script of one's own. Each build is booted."""

import pytest

from firmware_builds import ROOT, boot, build, configure


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
