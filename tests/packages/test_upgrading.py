# SPDX-License-Identifier: MPL-2.0
"""An upgrade with rules in force, beside machines that ask all the time."""

import pytest

from boxkit.packages import NAMES, later
from boxkit.server import LIBRARY, Server, configuration
from labkit.asker import Asker
from labkit.process import wait_until


@pytest.fixture
def server(packages, make_box):
    """With the packages, one managed rule, and a record of each machine that asked."""
    box = make_box("kea-dhcp4-server")
    box.run(f"dpkg -i {packages.put_into(box, '/root/packages')}/*.deb && mkdir -p /srv/tftp && chainload-tftp-root")
    made = Server(box)
    made.configure(configuration())
    made.restart()
    box.write("/root/rule.json", '{ "name": "lab", "match": { "arch": "x86-bios" },'
                                 '  "boot": { "next-server": "198.18.77.1", "boot-file-name": "from-a-managed-rule" } }')
    made.ctl("rules add /root/rule.json")
    return made


def test_running_server_goes_on_serving_its_rules_through_an_upgrade(packages, server, network, tmp_path):
    box = server.box
    for name in NAMES:
        path = later(packages.deb(name), tmp_path)
        box.path(f"/root/{path.name}").write_bytes(path.read_bytes())
    serving, rules = server.pid(), server.ctl("rules get")
    machines = [f"52:54:00:77:01:{number:02x}" for number in range(16)]
    with Asker(network, machines, rate=40) as asker:
        wait_until(lambda: len(asker.answers) > 20, 30, "answers before the upgrade")
        assert "systemctl restart kea-dhcp4-server" in box.run("dpkg -i /root/*+later.deb")
        upgraded = len(asker.answers)
        wait_until(lambda: len(asker.answers) > upgraded + 20, 30, "answers after the upgrade")
    assert asker.unanswered == 0
    assert {answer.reply.file for answer in asker.answers} == {b"from-a-managed-rule"}
    assert server.pid() == serving
    assert box.run("dpkg-query -W -f '${Version}' kea-hook-chainload").endswith("+later")

    # What is loaded is the library of before, after a reload, too: the system opens the one that it has by its name.
    assert f"{LIBRARY} (deleted)" in box.run(f"cat /proc/{serving}/maps")
    box.run(f"kill -HUP {serving}")
    wait_until(lambda: "DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS" in server.journal(), 30, "the configuration to be read again")
    assert f"{LIBRARY} (deleted)" in box.run(f"cat /proc/{serving}/maps") and server.ctl("rules get") == rules
    with Asker(network, machines, rate=40) as asker:
        wait_until(lambda: len(asker.answers) > 20, 30, "answers after a reload")
    assert {answer.reply.file for answer in asker.answers} == {b"from-a-managed-rule"}

    server.restart()
    assert f"{LIBRARY} (deleted)" not in box.run(f"cat /proc/{server.pid()}/maps")
    assert server.ctl("rules get") == rules


def test_a_server_that_failed_for_want_of_the_library_is_started_with_it(packages, make_box):
    """So ends an upgrade of Kea and the library in which Kea comes first, and was restarted by its own package."""
    box = make_box("kea-dhcp4-server")
    server = Server(box)
    server.configure(configuration())
    box.try_run("systemctl restart kea-dhcp4-server")
    wait_until(lambda: box.try_run("systemctl is-failed kea-dhcp4-server").returncode == 0, 60, "kea-dhcp4 to fail")
    box.run(f"dpkg -i {packages.put_into(box, '/root/packages')}/*.deb")
    wait_until(lambda: "DHCP4_STARTED" in server.journal(), 60, "kea-dhcp4 to start")
    assert server.status()["version"]


def test_copies_of_the_firmware_follow_an_upgrade(packages, server, tmp_path):
    box = server.box
    image = box.path("/srv/tftp/undionly.kpxe")
    image.write_bytes(b"an image of before")
    sums = box.path("/var/lib/chainload-firmware/sums")
    box.run("cd / && sed -i '/undionly.kpxe$/d' /var/lib/chainload-firmware/sums && "
            "sha256sum /srv/tftp/undionly.kpxe >> /var/lib/chainload-firmware/sums")
    path = later(packages.deb("chainload-firmware"), tmp_path)
    box.path("/root/firmware.deb").write_bytes(path.read_bytes())
    box.run("dpkg -i /root/firmware.deb")
    assert image.read_bytes() == box.path("/usr/lib/chainload/undionly.kpxe").read_bytes()
    assert len(sums.read_text().splitlines()) == 3
