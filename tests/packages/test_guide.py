# SPDX-License-Identifier: MPL-2.0
"""docs/guide.md, done by a machine: an empty Debian with our packages and nothing else of ours, and a client that boots."""

import re
from pathlib import Path

from labkit import manual
from labkit.machine import Machine, MachineSpec

page = Path(__file__).resolve().parents[2] / "docs/guide.md"
release = {"bookworm": "12", "trixie": "13", "forky": "14"}


def for_suite(text, suite):
    """The page is written for Debian 12, and says of the others what is different."""
    text = text.replace("debian-installer-12", f"debian-installer-{release[suite.name]}")
    return text.replace("/images/12/", f"/images/{release[suite.name]}/")


def give_name(network, name):
    """The card that the guide speaks of."""
    network.ip("link", "set", "br0", "down")
    network.ip("link", "set", "br0", "name", name)
    network.ip("link", "set", name, "up")


def boot(network, log):
    """Until Linux has its initrd."""
    machine = Machine(network, MachineSpec(memory_mib=1024), log)
    try:
        for marker in (r"Chainload gPXE", r"Linux version \S+", r"Run /init as init process"):
            machine.expect(marker, 300)
    finally:
        machine.stop()


def test_every_command_of_the_guide_does_what_it_says_and_a_machine_boots(suite, packages, make_box, network, tmp_path):
    text = for_suite(page.read_text(), suite)
    card = re.search(r'"interfaces": \[ "(\w+)" \]', text)[1]
    give_name(network, card)
    network.add_tap("tap0", on_bridge=False)
    network.ip("link", "set", "tap0", "master", card)
    box = make_box()
    packages.put_into(box, "/root")
    booted = 0
    for step in manual.parse(text, page.name):
        if isinstance(step, manual.Act):
            boot(network, tmp_path / "serial.log")
            booted += 1
        elif isinstance(step, manual.File):
            box.write(step.path, step.text)
        else:
            printed = box.run(f"set -e; cd /root\n{step.text}", timeout=1800)
            gone = step.missing(printed)
            assert gone is None, f"{step.text}\nprinted\n{printed}\nand not\n{gone}"
    assert booted == 1
