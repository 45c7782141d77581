# SPDX-License-Identifier: MPL-2.0
"""AppArmor: that Kea's own profile includes what the library needs; and what is said where writing is denied.

The profile is compiled as the kernel would be given it; no kernel with AppArmor is needed for that.
"""

import re

import pytest

from boxkit.server import STATE, Server, configuration

PROFILE = "/etc/apparmor.d/usr.sbin.kea-dhcp4"
SNIPPET = "/etc/apparmor.d/abstractions/mysql.d/chainload"

# By the package: the state; what the state is called after; whether the machine was started anew.
ALLOWED = [r"/var/lib/kea/chainload(/|$)", r"/proc/PID/cmdline$", r"/proc/sys/kernel/random/boot_id$",
           # By abstractions/base and abstractions/openssl.
           r"/(usr/)?lib/x86_64-linux-gnu/", r"/sys/devices/system/cpu/online$", r"/usr/lib/ssl/openssl.cnf$",
           # Directories that are there: making them anew is answered before AppArmor is asked.
           r"/var(/lib(/kea)?)?$"]


@pytest.fixture
def box(packages, make_box):
    made = make_box("kea-dhcp4-server")
    made.run(f"dpkg -i {packages.put_into(made, '/root/packages', ['kea-hook-chainload', 'chainloadctl'])}/*.deb")
    return made


def rules_of_profile(box):
    """The lines of Kea's profile with all that it includes."""
    return {line.strip() for line in box.run(f"apparmor_parser --preprocess {PROFILE}").splitlines()}


def test_kea_s_profile_includes_what_the_library_needs(box):
    ours = {line.strip() for line in box.path(SNIPPET).read_text().splitlines() if line.strip() and not line.startswith("#")}
    assert "owner /var/lib/kea/chainload/** rwkl," in ours
    assert ours <= rules_of_profile(box)
    box.run(f"apparmor_parser --skip-kernel-load --skip-cache {PROFILE}")
    box.run(f"mv {SNIPPET} /root/snippet")
    assert not [line for line in rules_of_profile(box) if "/chainload/" in line]


def test_library_opens_nothing_that_the_profile_does_not_allow(box):
    """What a server with the library touches and one without does not, by strace, is what the package allows."""
    box.run("apt-get update && apt-get install --no-install-recommends strace", 600)
    touched = {}
    for name, libraries in (("without", []), ("with", configuration()["Dhcp4"]["hooks-libraries"])):
        server = Server(box)
        server.configure({"Dhcp4": {**configuration()["Dhcp4"], "hooks-libraries": libraries}})
        box.run("mkdir -p /etc/systemd/system/kea-dhcp4-server.service.d")
        # As root, who strace needs to be: which files are touched is the same.
        box.write("/etc/systemd/system/kea-dhcp4-server.service.d/strace.conf",
                  "[Service]\nUser=root\nExecStart=\nExecStart=/usr/bin/strace -f -e trace=file -o /root/trace "
                  "/usr/sbin/kea-dhcp4 -c /etc/kea/kea-dhcp4.conf\n")
        box.run("systemctl daemon-reload")
        server.restart()
        if libraries:
            box.write("/root/rule.json", '{ "name": "a", "match": { "arch": "x86-bios" }, "boot": { "deny": true } }')
            server.ctl("rules add /root/rule.json")
            server.ctl("override set --mac 52:54:00:00:00:01 --boot-file-name x --uses 1")
            server.ctl("rules del a")
        box.run("systemctl stop kea-dhcp4-server")
        calls = re.findall(r'\b(\w+)\((?:AT_FDCWD, )?"(/[^"]*)"', box.run("cat /root/trace"))
        touched[name] = {re.sub(r"/proc/(self|\d+)/", "/proc/PID/", path) for call, path in calls
                         if call not in ("execve", "stat", "newfstatat", "access", "faccessat2", "readlink", "statx", "lstat")}
    ours = touched["with"] - touched["without"]
    assert f"{STATE}/rules.journal" in ours or f"{STATE}/rules.json" in ours
    assert {path for path in ours if not re.match("|".join(ALLOWED), path)} == set()


def test_denied_writing_is_told_with_the_remedy_and_machines_are_answered(box, network):
    """The state's folder belongs to somebody else: what a confined server sees, too, is EACCES."""
    from labkit.client import RawClient
    server = Server(box)
    server.configure(configuration())
    box.run("systemctl stop kea-dhcp4-server; install -d -m 755 -o root /var/lib/kea/chainload")
    server.restart()
    client = RawClient(network)
    rom = [(93, b"\0\0"), (60, b"PXEClient:Arch:00000:UNDI:002001")]
    assert client.discover("52:54:00:00:0a:01", rom).file == b"undionly.kpxe"
    client.close()
    box.write("/root/rule.json", '{ "name": "a", "match": { "arch": "x86-bios" }, "boot": { "deny": true } }')
    refused = box.try_run("chainloadctl rules add /root/rule.json")
    assert refused.returncode == 1
    for told in (refused.stderr, server.journal()):
        assert "/var/lib/kea/chainload" in told and "Permission denied" in told
        assert "abstractions/mysql.d" in told and "chown" in told
