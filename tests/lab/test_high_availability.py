# SPDX-License-Identifier: MPL-2.0
"""H1 with a real machine: the active server of a pair is killed between stage one and stage two, and it still boots."""

import re

from labkit import expect, kea
from labkit.dhcp import ack, of_type
from labkit.lab import quiet_linux
from labkit.machine import default_mac
from labkit.pair import Pair, kill
from labkit.process import wait_until
from labkit.tftp_transfers import transfers


def server_of(message):
    return ".".join(map(str, message.get(54)))


def test_H1_machine_boots_from_the_partner_of_a_server_that_is_killed_between_its_stages(lab):
    lab.plug()
    lab.serve_firmware()
    lab.serve_linux()
    lab.start_router()
    lab.start_tftpd_hpa()
    config = kea.short_config()
    kea.chainload_parameters(config)["management"] = "full"
    pair = Pair(lab, config)
    rules = [{"name": "ours", "match": {"mac": default_mac, "user-class": "gPXE"},
              "boot": {"boot-file-name": "http://198.18.77.1/real_boot_script.php?mac=${mac}&pushed=1"}}]
    for answer in pair.both("chainload-rules-set", {"rules": rules}):
        assert answer["result"] == 0, answer
    assert len(set(pair.managed())) == 1 and pair.managed()[0][0] == 1
    lab.start_web().set_machine(default_mac, "vmlinuz", ["initrd.img"], quiet_linux)

    machine = lab.start_machine()
    wait_until(lambda: re.search(r"\(DHCPREQUEST\): rule built-in/x86-bios gives it undionly.kpxe", pair.first.text()),
               60, "stage one of the machine")
    kill(pair.first)
    machine.expect(expect.banner, 60)
    machine.expect(expect.configured, 90)
    machine.expect(expect.booting, 10)
    expect.linux_boots(machine)

    heard = lab.capture.udp()
    acks = of_type(heard, ack)
    assert server_of(acks[0]) == "198.18.77.1" and acks[0].file == b"undionly.kpxe"
    assert any(moved.file == "undionly.kpxe" and moved.finished for moved in transfers(heard))
    assert server_of(acks[-1]) == "198.18.77.2" and acks[-1].yiaddr == acks[0].yiaddr
    assert [each.rule for each in pair.second.decisions()][-1] == "managed/ours"
    assert [request.target for request in lab.web.requests()][0].endswith("pushed=1")
    assert pair.second.command("chainload-status")["arguments"]["managed"]["revision"] == 1
