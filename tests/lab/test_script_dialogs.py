# SPDX-License-Identifier: MPL-2.0
"""Scripts that ask somebody: menus, prompts and the shell on the real image, typed at over the serial line."""

import re
import time

import pytest

from labkit import disk, expect, probe
from labkit.machine import default_mac

menu = ["set srv ${next-server}",
        "isset ${menu-timeout} || set menu-timeout 30000",
        "goto ${mac} || goto start",
        ":start",
        "menu Boot menu of ${srv} || goto failed",
        "item --gap              Systems:",
        "item nothing            Nothing at all",
        "item linux              Linux",
        "item --key s shell      The shell",
        "choose --timeout ${menu-timeout} --default nothing img || goto cancel",
        "goto ${img}",
        ":linux",
        "kernel http://${srv}/vmlinuz console=ttyS0 quiet",
        "initrd http://${srv}/initrd.img",
        "boot || goto failed",
        ":shell",
        "shell",
        "goto start",
        ":cancel",
        "echo You left the menu",
        "exit 1",
        ":failed",
        "echo Booting failed"]

up, down = "\x1b[A", "\x1b[B"


@pytest.fixture
def scripted(chain):
    """Boots a machine with these lines as its boot script."""
    def boot(*lines, **spec):
        chain.web.set_script(default_mac, *lines)
        machine = chain.start_machine(**spec)
        machine.expect(expect.banner, 40)
        return machine
    return boot


def type_slowly(machine, text):
    """As a person does, who looks at what he typed: a BIOS keeps 15 keys, and lets go of the others."""
    for key in text:
        machine.press(key)
        if key.isprintable():
            machine.expect(re.escape(key), 20, may_grow=False)
        else:
            time.sleep(0.03)


@pytest.mark.slow
def test_menu_is_walked_to_a_booted_linux(scripted):
    machine = scripted(*menu)
    machine.expect("Boot menu of 198\\.18\\.77\\.1", 40)
    machine.expect("The marked item starts in", 10)
    machine.press(down)
    time.sleep(0.5)
    machine.press("\r")
    machine.expect("vmlinuz\\.\\.\\.", 20)
    expect.linux_boots(machine, 120)


@pytest.mark.slow
def test_menu_starts_its_default_when_nobody_is_there(scripted):
    lines = ["set menu-timeout 2000", *(line.replace("default nothing", "default linux") for line in menu)]
    machine = scripted(*lines)
    expect.linux_boots(machine, 150)


@pytest.mark.slow
def test_menu_opens_the_shell_by_its_key_and_comes_back(scripted):
    machine = scripted(*menu)
    machine.expect("The marked item starts in", 40)
    machine.press("s")
    machine.expect("gPXE>", 10)
    type_slowly(machine, "echo address ${ip} of ${manufacturer}\r")
    machine.expect(r"\naddress 198\.18\.77\.1\d\d of QEMU", 10)
    type_slowly(machine, "exit\r")
    machine.expect("The marked item starts in", 10)
    machine.press("\x1b")
    machine.expect("You left the menu", 10)
    machine.expect("No bootable device", 30)


def test_ctrl_b_opens_the_shell_during_the_boot(scripted):
    machine = scripted("echo the script runs", "sleep 600")
    machine.expect("the script runs", 40)
    machine.press("\x02")
    machine.expect("gPXE>", 10)
    type_slowly(machine, "imgst\t\r")
    machine.expect("script", 10)
    machine.press(up)  # the last line again; the three characters at once, or the BIOS takes them for three keys
    machine.expect(r"gPXE> imgstat", 10)
    machine.press("\r")
    machine.expect("gPXE>", 10)
    type_slowly(machine, "reboot\r")
    machine.wait(20)  # QEMU ends at a reset: it runs with -no-reboot


def test_prompt_waits_for_its_key(scripted):
    machine = scripted("prompt --key 0x02 --timeout 1000 Press it || echo nobody", "prompt Any key", "echo going on")
    machine.expect("nobody", 40)
    machine.expect("Any ke", 5)  # the line has no end yet
    machine.press("x")
    machine.expect("going on", 10)


def test_file_is_put_beside_an_initrd(chain, scripted):
    """Linux unpacks the archive and, from the same initrd, a single file under the path that the script gives it."""
    chain.serve_probe()
    (chain.files / "note").write_bytes(b"a note\n")
    machine = scripted("kernel http://198.18.77.1/probe.bin", "initrd http://198.18.77.1/note /etc/note mode=0600",
                       "sha256sum note", "boot", icount=True)
    machine.expect(probe.done, 60)
    machine.wait(10)
    report = probe.read(machine.text)
    name = b"/etc/note\0"
    fields = [0, 0o100600, 0, 0, 1, 0, 7, 0, 0, 0, 0, len(name), 0]
    header = b"070701" + b"".join(b"%08x" % field for field in fields) + name
    archive = header.ljust((len(header) + 3) // 4 * 4, b"\0") + b"a note\n"
    assert report.initrd.checksum == probe.checksum(archive.ljust(report.initrd.size, b"\0"))


def test_local_disk_that_is_not_there_is_a_sentence(scripted):
    machine = scripted("sanboot --no-describe --drive 0x80 || echo no disk", icount=True)
    machine.expect("no disk", 40)


def test_local_disk_is_booted(scripted, tmp_path):
    image = disk.make(tmp_path / "disk.img")
    machine = scripted("sanboot --no-describe --drive 0x80", icount=True,
                       extra=["-drive", f"file={image},format=raw,if=ide"])
    assert machine.wait(60) == disk.exit_status
