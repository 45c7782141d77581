# SPDX-License-Identifier: MPL-2.0
"""docs/guide.md, done by a machine: an empty Debian with our packages and nothing else of ours, and a client that boots."""

import re

from labkit import manual, paths
from labkit.machine import Machine, MachineSpec


def for_debian_of(box, text):
    """The page is written for Debian 12; of others it says that their installer's name has another number."""
    box.run("apt-get -q update", timeout=600)
    found = box.run("apt-cache search --names-only '^debian-installer-[0-9]+-netboot-amd64$'")
    newest = max(int(number) for number in re.findall(r"debian-installer-(\d+)-", found))
    return text.replace("debian-installer-12", f"debian-installer-{newest}").replace("/images/12/", f"/images/{newest}/")


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


def test_every_command_of_the_guide_does_what_it_says_and_a_machine_boots(packages, make_box, network, tmp_path):
    text = (paths.root / "docs/guide.md").read_text()
    card = re.search(r'"interfaces": \[ "(\w+)" \]', text)[1]
    give_name(network, card)
    network.add_tap("tap0", on_bridge=False)
    network.ip("link", "set", "tap0", "master", card)
    box = make_box()
    packages.put_into(box, "/root")
    acts = []
    for step in manual.parse(for_debian_of(box, text), "docs/guide.md"):
        if isinstance(step, manual.Act):
            acts.append(step.words)
            boot(network, tmp_path / "serial.log")
        elif isinstance(step, manual.File):
            box.write(step.path, step.text)
        else:
            done = box.try_run(f"set -eu; cd /root\n{step.text}", timeout=1800)
            told = f"docs/guide.md:{step.line}:\n{step.text}\nended with {done.returncode}:\n{done.stdout}{done.stderr}"
            assert done.returncode == step.status, told
            assert step.missing(done.stdout) is None, f"{told}\nand not:\n{step.missing(done.stdout)}"
    assert acts == ["a machine boots"]
