# SPDX-License-Identifier: MPL-2.0
"""The firmware started by other boot programs, and other boot programs started by it. What is
started shows that it lives; ours goes on to a booted kernel."""

import shutil

import pytest

from labkit import dnsmasq, expect, grub, paths, probe, pxelinux
from labkit.network import server_address

kernel_lines = [f"kernel tftp://{server_address}/probe.bin one two", f"initrd tftp://{server_address}/probe.bin", "boot"]


@pytest.fixture
def site(lab):
    lab.plug()
    lab.start_router()
    lab.serve_firmware()
    shutil.copy(paths.need(paths.probe_kernel), lab.tftp_files / "probe.bin")
    lab.start_tftpd_hpa()
    return lab


def write_script(site, name, *lines):
    (site.tftp_files / name).write_text("\n".join(["#!gpxe" if name.endswith("gpxe") else "#!ipxe", *lines, ""]))


def power_on(site, rom_gets, *script, **spec):
    """The ROM, and whatever is not gPXE, is given `rom_gets`; our firmware these lines."""
    write_script(site, "script.gpxe", *script)
    site.start_dnsmasq(dnsmasq.full_server(*dnsmasq.gives(rom_gets)))
    return site.start_machine(**{"nic": "rtl8139", **spec})


def boots_to_the_kernel(machine):
    machine.expect(expect.banner, 60)
    machine.expect(probe.done, 60)
    assert machine.wait(20) == probe.exit_status
    assert probe.read(machine.text).command_line.endswith("one two")


@pytest.mark.slow
@pytest.mark.parametrize("nic", ["rtl8139", "e1000", "virtio"])
def test_grubs_pxechain_starts_it(site, nic):
    grub.make_pxe_image(site.tftp_files / "core.0", "echo GRUB is here", "pxechainloader (pxe)/undionly.kpxe", "boot")
    machine = power_on(site, "core.0", *kernel_lines, nic=nic)
    machine.expect("GRUB is here", 60)
    boots_to_the_kernel(machine)


@pytest.mark.slow
@pytest.mark.parametrize("nic", ["rtl8139", "e1000", "virtio"])
def test_packaged_ipxe_chains_it(site, nic):
    shutil.copy(paths.need(paths.peer_undionly), site.tftp_files / "peer.kpxe")
    write_script(site, "start.ipxe", "iseq ${net0/chip} undionly && goto loaded ||", "chain peer.kpxe", ":loaded",
                 "echo Packaged iPXE is here", "chain undionly.kpxe")
    machine = power_on(site, "start.ipxe", *kernel_lines, nic=nic)
    machine.expect("Packaged iPXE is here", 90)
    boots_to_the_kernel(machine)


@pytest.mark.slow
def test_it_chains_pxelinux(site):
    pxelinux.install(site.tftp_files, paths.need(paths.firmware_image))
    (site.tftp_files / "pxelinux.cfg/default").write_text(
        "DEFAULT probe\nSAY PXELINUX is here\nLABEL probe\nLINUX probe.bin\nAPPEND one two\n")
    machine = power_on(site, "undionly.kpxe", "chain pxelinux.0")
    machine.expect(expect.banner, 60)
    machine.expect("PXELINUX is here", 60)
    machine.expect(probe.done, 60)
    assert machine.wait(20) == probe.exit_status


@pytest.mark.slow
def test_it_chains_grub(site):
    grub.make_pxe_image(site.tftp_files / "core.0", "net_bootp", "echo GRUB has $net_default_ip", "halt")
    machine = power_on(site, "undionly.kpxe", "chain core.0")
    machine.expect(expect.banner, 60)
    machine.expect(r"GRUB has 198\.18\.77\.\d+", 90)


@pytest.mark.slow
def test_it_chains_packaged_ipxe(site):
    shutil.copy(paths.need(paths.peer_undionly), site.tftp_files / "peer.kpxe")
    write_script(site, "start.ipxe", "iseq ${net0/chip} undionly && goto loaded ||", "chain undionly.kpxe", ":loaded",
                 "echo Packaged iPXE has ${ip}", "sleep 600")
    machine = power_on(site, "start.ipxe", "chain peer.kpxe")
    machine.expect(expect.banner, 60)
    machine.expect(r"Packaged iPXE has 198\.18\.77\.\d+", 90)


@pytest.mark.slow
def test_it_starts_memtest(site):
    """It draws into the text memory of the screen: the serial line has it only when it is asked to. Before it shows
    anything it measures the memory's speed by copying 800 MiB, which takes an emulator its time."""
    shutil.copy(paths.need(paths.memtest), site.tftp_files / "memtest.bin")
    machine = power_on(site, "undionly.kpxe", "kernel memtest.bin console=ttyS0,115200", "boot")
    machine.expect(expect.banner, 60)
    machine.expect("Status: Testing", 300)
