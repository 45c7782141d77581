# SPDX-License-Identifier: MPL-2.0
"""Installing, removing and purging the DEB packages in a clean Debian with systemd."""

import json

import pytest

from boxkit.packages import NAMES, contents, field
from boxkit.server import CONFIGURATION, LIBRARY, SOCKET, STATE, Server, configuration
from labkit import commands_page
from labkit.process import wait_until

FILES = "find / -xdev -not -path '/proc/*' -not -path '/var/log/*' -not -path '/var/cache/*' -not -path '/var/lib/apt/*' " \
        "-not -path '/var/lib/dpkg/*' -not -path '/var/lib/systemd/*' | sort"


def test_hook_asks_for_the_very_kea_it_was_made_for(packages, make_box):
    box = make_box("kea-dhcp4-server")
    installed = box.run("dpkg-query -W -f '${Version}' kea-dhcp4-server")
    assert installed.startswith(f"{packages.suite.kea}.")
    depends = [each.strip() for each in field(packages.deb("kea-hook-chainload"), "Depends").split(",")]
    assert f"kea-dhcp4-server (= {installed})" in depends and f"kea-common (= {installed})" in depends
    assert installed.replace("-", ".") in field(packages.deb("kea-hook-chainload"), "Version")


def test_hook_is_refused_by_another_kea(packages, make_box):
    """Another build of the same release: dpkg says which it wants, and what is there goes on as it is."""
    box = make_box("kea-dhcp4-server")
    box.run("sed -i '/^Package: kea-common$/,/^$/ s/^Version: .*/&+other/' /var/lib/dpkg/status")
    done = box.try_run(f"dpkg -i {packages.put_into(box, '/root/packages')}/kea-hook-chainload_*.deb")
    assert done.returncode != 0
    assert "kea-hook-chainload depends on kea-common (= " in done.stderr and "+other" in done.stderr


def test_apt_installs_everything_from_nothing(packages, make_box):
    box = make_box()
    box.run(f"apt-get update && apt-get install --no-install-recommends {packages.put_into(box, '/root/packages')}/*.deb", 900)
    for name in NAMES:
        assert box.run(f"dpkg-query -W -f '${{db:Status-Status}}' {name}") == "installed"
        for path in contents(packages.deb(name)):
            assert box.path(path).exists() or box.path(path).is_symlink(), path
        assert box.run(f"dpkg -V {name}") == ""
    assert box.path("/usr/lib/chainload/undionly.0").readlink().name == "undionly.kpxe"
    assert box.path("/usr/share/man/man1/chainloadctl.1.gz").exists()
    assert box.run("bash -c '. /usr/share/bash-completion/completions/chainloadctl && complete -p chainloadctl'")
    server = Server(box)
    server.configure(configuration())
    assert ": good: " in box.run(f"chainloadctl check {CONFIGURATION}")
    server.restart()
    assert server.status()["version"] == field(packages.deb("chainloadctl"), "Version").split("+")[0]


@pytest.mark.parametrize("library", [LIBRARY, "libdhcp_chainload.so"])
def test_library_is_loaded_by_its_path_and_by_its_bare_name_where_kea_knows_its_folder(packages, make_box, library):
    box = make_box("kea-dhcp4-server")
    box.run(f"dpkg -i {packages.put_into(box, '/root/packages')}/*.deb")
    server = Server(box)
    server.configure(configuration(library))
    if packages.suite.kea == "2.2" and library != LIBRARY:
        done = box.try_run(f"kea-dhcp4 -t {CONFIGURATION}")
        assert done.returncode != 0 and "libdhcp_chainload.so: cannot open shared object file" in done.stdout + done.stderr
        return
    server.restart()
    assert "CHAINLOAD_LOADED" in server.journal()


def test_commands_come_over_http_as_this_kea_speaks_it(packages, make_box):
    """Through the Control Agent, and since Kea 3.0 to the server itself, configured as docs/commands.md has it."""
    own_socket = packages.suite.kea == "3.0"
    box = make_box(*(["kea-dhcp4-server"] if own_socket else ["kea-dhcp4-server", "kea-ctrl-agent"]))
    box.run(f"dpkg -i {packages.put_into(box, '/root/packages')}/*.deb")
    server, document = Server(box), configuration()
    if own_socket:
        del document["Dhcp4"]["control-socket"]
        document["Dhcp4"]["control-sockets"] = commands_page.settings("control-sockets")
        port = document["Dhcp4"]["control-sockets"][1]["socket-port"]
    else:
        agent = commands_page.settings("Control-agent")
        box.write("/etc/kea/kea-ctrl-agent.conf", json.dumps({"Control-agent": agent}))
        port = agent["http-port"]
    server.configure(document)
    server.restart()
    if not own_socket:
        # Debian 13 starts the agent only where this file is not empty, whatever its configuration says.
        box.run("echo change-me > /etc/kea/kea-api-password; systemctl restart kea-ctrl-agent")
    box.run("install -m 600 /dev/null /root/password; echo change-me > /root/password")
    ask = f"chainloadctl --server http://127.0.0.1:{port}/ --user boot-admin --password-file /root/password --json"
    wait_until(lambda: box.try_run(f"{ask} status").returncode == 0, 60, "an answer over HTTP")
    box.run(f"""{ask} rules add '{{ "name": "over-http", "match": {{ "arch": "x86-bios" }}, "boot": {{ "deny": true }} }}'""")
    assert [rule["name"] for rule in server.ctl("rules get")["rules"]] == ["over-http"]
    assert box.try_run(f"chainloadctl --server http://127.0.0.1:{port}/ rules get").returncode == 5


def test_removing_keeps_the_rules_and_purging_takes_everything(packages, make_box):
    box = make_box("kea-dhcp4-server")
    server = Server(box)
    server.configure({"Dhcp4": {**configuration()["Dhcp4"], "hooks-libraries": []}})
    server.restart()
    folder = packages.put_into(box, "/root/packages")
    before = box.run(FILES)
    box.run(f"dpkg -i {folder}/*.deb && mkdir -p /srv/tftp && chainload-tftp-root")
    server.configure(configuration())
    server.restart()
    box.write("/root/rule.json", '{ "name": "kept", "match": { "arch": "x86-bios" }, "boot": { "deny": true } }')
    server.ctl("rules add /root/rule.json")
    serving = server.pid()
    box.run("dpkg -r kea-hook-chainload chainload-firmware")
    assert server.pid() == serving and server.status()  # it goes on with what it has loaded
    assert not box.path(LIBRARY).exists() and not box.path("/srv/tftp/undionly.kpxe").exists()
    assert any(box.path(STATE).iterdir())
    box.run(f"dpkg -i {folder}/*.deb")
    assert box.path("/srv/tftp/undionly.kpxe").read_bytes() == box.path("/usr/lib/chainload/undionly.kpxe").read_bytes()
    server.restart()
    assert [rule["name"] for rule in server.ctl("rules get")["rules"]] == ["kept"]

    server.configure({"Dhcp4": {**configuration()["Dhcp4"], "hooks-libraries": []}})
    server.restart()
    box.run(f"dpkg -P {' '.join(NAMES)}")
    box.run("rm /root/rule.json; rmdir /srv/tftp")
    assert set(box.run(FILES).splitlines()) - set(before.splitlines()) == set()
