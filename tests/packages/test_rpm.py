# SPDX-License-Identifier: MPL-2.0
"""What rpm itself says of the RPM packages. They are made of Debian 12's."""

import subprocess

import pytest

from boxkit.packages import contents, field, run


@pytest.fixture(autouse=True)
def only_where_they_are_made(suite):
    assert suite.has_firmware, "the RPM packages are made on Debian 12"


def query(path, *words):
    return run("rpm", "-qp", "--nosignature", *words, path).splitlines()


def test_files_are_those_of_the_debs_where_rpm_has_them(packages):
    hook = query(packages.rpm("kea-hook-chainload"), "--list")
    assert "/usr/lib64/kea/hooks/libdhcp_chainload.so" in hook
    descriptions = {path for path in contents(packages.deb("kea-hook-chainload")) if path.startswith("/usr/share/kea/api/")}
    assert descriptions and descriptions <= set(hook)
    assert not [path for path in hook if "apparmor" in path or "linux-gnu" in path]
    firmware = query(packages.rpm("chainload-firmware"), "--list")
    assert {path for path in contents(packages.deb("chainload-firmware")) if not path.startswith("/usr/share/")} <= set(firmware)
    assert {"/usr/lib/chainload/undionly.kpxe", "/usr/lib/chainload/undionly.0", "/usr/sbin/chainload-tftp-root"} <= set(firmware)
    ctl = query(packages.rpm("chainloadctl"), "--list")
    assert "/usr/bin/chainloadctl" in ctl and "/usr/share/bash-completion/completions/chainloadctl" in ctl


def test_hook_is_bound_to_its_kea(packages):
    release = field(packages.deb("kea-hook-chainload"), "Depends").split("kea-common (= ")[1].split("-")[0]
    needs = query(packages.rpm("kea-hook-chainload"), "--requires")
    assert f"(kea = {release} or isc-kea-dhcp4 = {release})" in needs
    library = packages.rpm("kea-hook-chainload")
    sonames = {line.split(")")[0] for line in needs if line.startswith("libkea-")}
    assert "libkea-hooks.so.57()" .split(")")[0] in sonames or any(name.startswith("libkea-hooks.so.") for name in sonames)
    assert query(library, "--qf", "%{RELEASE}") == [f"1.kea{release}"]


def test_firmware_is_of_no_architecture_and_the_others_of_this_one(packages):
    kinds = {name: query(packages.rpm(name), "--qf", "%{ARCH} %{LICENSE}")[0]
             for name in ("chainload-firmware", "kea-hook-chainload", "chainloadctl")}
    assert kinds == {"chainload-firmware": "noarch MPL-2.0", "kea-hook-chainload": "x86_64 MPL-2.0",
                     "chainloadctl": "x86_64 MPL-2.0"}


def test_files_are_root_s_and_whole(packages, tmp_path):
    for name in ("kea-hook-chainload", "chainload-firmware", "chainloadctl"):
        path = packages.rpm(name)
        assert set(query(path, "--qf", "[%{FILEUSERNAME}:%{FILEGROUPNAME}\n]")) == {"root:root"}
        run("rpm", "-K", "--nosignature", path)
    # What comes out of it is what went in.
    archive = subprocess.run(["rpm2cpio", packages.rpm("chainload-firmware")], capture_output=True, check=True).stdout
    run("dpkg", "-x", packages.deb("chainload-firmware"), tmp_path)
    assert (tmp_path / "usr/lib/chainload/undionly.kpxe").read_bytes() in archive
