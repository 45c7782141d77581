# SPDX-License-Identifier: MPL-2.0
"""What others wrote: the menu of Debian's LTSP, Debian's installer, compressed kernels and scripts."""

import gzip
import re
import shutil
import subprocess

import pytest

from labkit import cpio, expect, paths, probe
from labkit.lab import quiet_linux
from labkit.machine import default_mac


def ltsp_menu(lab, served):
    """Has the real `ltsp ipxe` make its menu for one image in the folder `served`, and puts LTSP's own initrd beside it."""
    images = lab.run / "ltsp/images"
    images.mkdir(parents=True)
    (images / "x86_64.img").write_bytes(b"\0" * 4096)
    program = paths.need(paths.ltsp)
    subprocess.run([program, f"--base-dir={lab.run / 'ltsp'}", f"--tftp-dir={served}", "ipxe", "--binaries=0"],
                   cwd=program.parent, check=True, capture_output=True, text=True, timeout=60)
    folder = served / "ltsp"
    assert "item --key 1 x86_64" in (folder / "ltsp.ipxe").read_text()
    (folder / "x86_64").mkdir()
    cpio.Archive().file("ltsp-was-here", b"yes").write(folder / "ltsp.img")
    return folder


def test_menu_of_ltsp_boots_its_image(chain):
    folder = ltsp_menu(chain, chain.files)  # by HTTP, for the kernel is large
    shutil.copy(paths.need(paths.kernel), folder / "x86_64/vmlinuz")
    shutil.copy(chain.files / "initrd.img", folder / "x86_64/initrd.img")
    chain.web.set_script(default_mac, f"set cmdline_client {quiet_linux}",
                         "chain http://198.18.77.1/ltsp/ltsp.ipxe")
    machine = chain.start_machine()
    machine.expect("iPXE boot menu - :198.18.77.1:", 60)
    machine.expect("Boot an image from the network in LTSP mode:", 10)
    machine.expect("Exit iPXE and continue BIOS boot", 10)
    machine.press("1")
    expect.linux_boots(machine, 300)


@pytest.mark.slow
def test_menu_of_ltsp_gives_its_kernel_what_ltsp_wants(chain):
    folder = ltsp_menu(chain, chain.tftp_files)
    shutil.copy(paths.need(paths.probe_kernel), folder / "x86_64/vmlinuz")
    (folder / "x86_64/initrd.img").write_bytes(b"i" * 5000)
    chain.web.set_script(default_mac, "chain tftp://198.18.77.1/ltsp/ltsp.ipxe")
    machine = chain.start_machine()
    machine.expect("The marked item starts in", 90)  # and the menu's five seconds pass by themselves
    machine.expect(probe.done, 90)
    machine.wait(10)
    report = probe.read(re.sub(r"^(.{80})\n", r"\1", machine.text, flags=re.M))  # the screen breaks lines
    assert report.command_line.startswith(
        f"initrd=ltsp.img initrd=initrd.img root=/dev/nfs nfsroot=198.18.77.1:{chain.run}/ltsp ")
    assert report.command_line.endswith("BOOTIF=01-" + default_mac.replace(":", "-"))
    first = (folder / "ltsp.img").read_bytes()
    both = first + b"\0" * (-len(first) % 4096) + b"i" * 5000
    assert report.initrd.checksum == probe.checksum(both.ljust(report.initrd.size, b"\0"))


@pytest.mark.slow
def test_debian_installer_reaches_its_first_screen(chain):
    for name in ("linux", "initrd.gz"):
        shutil.copy(paths.need(paths.installer / name), chain.files / name)
    chain.web.set_script(default_mac, "kernel linux initrd=initrd.gz console=ttyS0 no_timer_check ---",
                         "initrd initrd.gz", "boot")
    machine = chain.start_machine(memory_mib=1024)
    machine.expect("Select a language", 600)


def test_compressed_scripts_and_kernels_are_unpacked_and_initrds_are_not(chain):
    chain.serve_probe()
    (chain.files / "kernel.gz").write_bytes(gzip.compress((chain.files / "probe.bin").read_bytes()))
    packed = gzip.compress(b"a cpio archive" * 1000)
    (chain.files / "initrd.gz").write_bytes(packed)
    (chain.files / "next.gpxe.gz").write_bytes(gzip.compress(
        b"#!ipxe\necho unpacked\nkernel kernel.gz one two\ninitrd initrd.gz\nboot\n"))
    chain.web.set_script(default_mac, "chain next.gpxe.gz")
    machine = chain.start_machine(icount=True)
    machine.expect(r"unpacked\n", 60)
    machine.expect(probe.done, 60)
    machine.wait(10)
    report = probe.read(machine.text)
    assert "one two" in report.command_line
    assert report.initrd.size == len(packed)
    assert report.initrd.checksum == probe.checksum(packed)
