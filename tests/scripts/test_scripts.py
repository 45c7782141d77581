# SPDX-License-Identifier: MPL-2.0
"""The house's scripts say what they do and, when they cannot, why, in a sentence."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

scripts = Path(__file__).resolve().parents[2] / "scripts"
names = ["demo", "test", "install-deps", "lint", "size-report", "fuzz", "package"]


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, **options)


@pytest.mark.parametrize("name", names)
def test_help_is_given(name):
    done = run(scripts / name, "--help")
    assert done.returncode == 0
    assert f"usage: scripts/{name}" in done.stdout or f"usage: {name}" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("name", names)
def test_unknown_option_is_refused_by_name(name):
    done = run(scripts / name, "--wrong")
    assert done.returncode != 0
    assert "--wrong" in done.stderr


@pytest.mark.parametrize("name", ["demo", "test"])
def test_only_root_is_let_in(name):
    done = run("setpriv", "--reuid", "65534", "--clear-groups", scripts / name)
    assert done.returncode != 0
    assert "run it as root" in done.stderr
    if name == "test":
        assert done.stdout.splitlines()[-1] == "0 passed, 1 failed"


def test_missing_namespaces_are_named(tmp_path):
    """An `ip` that always refuses stands for a container without the right."""
    (tmp_path / "ip").write_text("#!/bin/sh\necho 'mount --make-shared failed: Operation not permitted' >&2\nexit 1\n")
    (tmp_path / "ip").chmod(0o755)
    done = run(scripts / "demo", env={"PATH": f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin"})
    assert done.returncode == 2
    assert "no network namespace can be made here (mount --make-shared failed" in done.stderr


def test_missing_package_is_named(tmp_path):
    """A dpkg that knows of nothing stands for a bare machine."""
    (tmp_path / "dpkg-query").write_text("#!/bin/sh\n")
    (tmp_path / "dpkg-query").chmod(0o755)
    done = run(scripts / "install-deps", "--check", env={"PATH": f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin"})
    assert done.returncode == 1
    assert "missing packages:" in done.stdout and "kea-dhcp4-server" in done.stdout


def test_packages_for_the_hook_alone_are_those_of_any_debian(tmp_path):
    """Neither an emulator nor this release's compilers by name: they are installed on Debian 13 and forky, too."""
    listed = run(scripts / "install-deps", "--hook-packages", "--list").stdout.split()
    assert "kea-dev" in listed and "debhelper" in listed
    assert not [name for name in listed if re.search(r"qemu|-\d+$|multilib", name)]
    (tmp_path / "dpkg-query").write_text("#!/bin/sh\n")
    (tmp_path / "dpkg-query").chmod(0o755)
    done = run(scripts / "install-deps", "--hook-packages", "--check", env={"PATH": f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin"})
    assert done.returncode == 1 and done.stdout.split("missing packages: ")[1].split() == listed


def test_everything_is_installed_and_asking_again_changes_nothing():
    assert run(scripts / "install-deps").stdout == ""
    assert run(scripts / "install-deps", "--check").returncode == 0


def test_package_says_what_can_be_made():
    done = run(scripts / "package")
    assert done.returncode == 2 and "say which: deb, rpm or test" in done.stderr
    done = run(scripts / "package", "deb", "--suffix", "-1")
    assert done.returncode == 1 and "only letters, digits and . + ~ may stand in a version" in done.stderr


def test_package_names_what_is_not_installed(tmp_path):
    """A path without rpmbuild stands for a machine where it is not installed."""
    for name in ("bash", "dirname", "sed", "mkdir", "dpkg-buildpackage", "dh"):
        (tmp_path / name).symlink_to(shutil.which(name))
    done = run(scripts / "package", "rpm", "--folder", tmp_path / "work", env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "rpmbuild is not installed here: run scripts/install-deps --packages" in done.stderr


def test_package_test_knows_its_suites():
    assert "usage: scripts/package test" in run(scripts / "package", "test", "--help").stdout
    done = run(scripts / "package", "test", "hamm")
    assert done.returncode == 2 and "hamm is no suite it knows: write some of bookworm, trixie, forky" in done.stderr


def test_demo_with_a_card_it_does_not_know_names_those_it_does():
    done = run(scripts / "demo", "--nic", "ne2k")
    assert done.returncode == 2
    assert "e1000, e1000e, virtio, rtl8139, vmxnet3, pcnet or eepro100" in done.stderr


def test_fuzz_without_the_target_names_those_there_are():
    done = run(scripts / "fuzz", "nonsense")
    assert done.returncode == 2
    assert "there is no target nonsense: write some of boot, " in done.stderr and "uri" in done.stderr


def test_every_fuzz_target_of_the_build_is_known_to_the_script():
    folder = scripts.parent / "tests/fuzz"
    built = re.search(r"fuzz_targets = \[(.*?)\]", (folder / "meson.build").read_text(), re.S)[1]
    names = re.findall(r"'(\w+)'", built)
    told = run(scripts / "fuzz", "--help").stdout
    assert names == sorted(path.stem.removesuffix("_fuzz") for path in folder.glob("*_fuzz.cc"))
    assert all(re.search(rf"\b{name}\b", told) for name in [*names, "facts", "rules"])


def test_uefi_demo_is_answered_with_a_sentence():
    done = run(scripts / "demo", "--uefi")
    assert done.returncode == 2
    assert "UEFI is not there yet" in done.stderr


def test_ci_calls_the_tests_and_nothing_else():
    lines = (scripts.parent / ".ci/run").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ['exec "$(dirname "$0")/../scripts/test"']
