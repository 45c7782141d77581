# SPDX-License-Identifier: MPL-2.0
"""Real boot clients against Kea with the library, in virtual machines: each is given what it is for, and runs it."""

import shutil

import pytest

from labkit import expect, grub, initrd, interop, kea, paths
from labkit.dhcp import discover, messages, of_type
from labkit.lab import quiet_linux
from labkit.machine import default_mac
from labkit.pair import Pair
from labkit.tftp_transfers import transfers
from labkit.untouched import is_untouched

pytestmark = pytest.mark.slow

script = "http://198.18.77.1/boot.ipxe"
# ${net0/chip} tells an iPXE that runs over the ROM's driver from the ROM itself.
told = "#!ipxe\necho SCRIPT on ${net0/chip} as ${buildarch}-${platform}.\nsleep 600\n"
ran = r"SCRIPT on (.*) as (\S+)-(\S+)\."


def row(client, outcome):
    return interop.row("hook", "Kea with the library", client, outcome)


def short_form(user_classes=("gPXE", "iPXE"), **parameters):
    """The short form with a script of our own; by default both classes get it, as without `user-classes`."""
    config = kea.short_config()
    kea.chainload_parameters(config).update({"script": script, "user-classes": list(user_classes), **parameters})
    return config


@pytest.fixture
def site(lab):
    """A lab with a captured tap, TFTP and web server and the script; Kea is started by the test."""
    lab.serve_files()
    (lab.files / "boot.ipxe").write_text(told)
    return lab


def serve(site, source, name):
    """The file by TFTP and HTTP."""
    for folder in (site.tftp_files, site.files):
        shutil.copy(paths.need(source), folder / name)


def given(site):
    """The files that the library gave, each once, in order."""
    return list(dict.fromkeys(decision.file for decision in site.kea.decisions()))


def loaded(site):
    return [moved.file.lstrip("/") for moved in transfers(site.capture.udp()) if moved.finished]


@row("PXE ROM that is iPXE, `user-classes` as they are by default", "the script at once, without the firmware")
def test_rom_that_is_ipxe_gets_the_script(site):
    site.start_kea(short_form())
    machine = site.start_machine(icount=True, nic="virtio")
    assert machine.expect(ran, 60)[2] == "i386"
    assert given(site) == [script] and loaded(site) == []


@row("iPXE `undionly.kpxe` of the ROM's own version", "the script, which tells it from the ROM by `${net0/chip}`")
def test_ipxe_of_the_roms_own_version_is_told_from_it_by_the_script(site):
    """The two ask alike, option by option: no server can tell them apart."""
    (site.files / "boot.ipxe").write_text(
        "#!ipxe\niseq ${net0/chip} undionly && goto loaded ||\nchain tftp://198.18.77.1/undionly.kpxe\n:loaded\n"
        + told.split("\n", 1)[1])
    serve(site, paths.peers / "undionly.kpxe", "undionly.kpxe")
    site.start_kea(short_form())
    machine = site.start_machine(icount=True, nic="rtl8139")
    assert machine.expect(ran, 60)[1] == "undionly"
    assert given(site) == [script] and loaded(site) == ["undionly.kpxe"]
    rom, peer = of_type(site.capture.udp(), discover)
    assert rom.options == peer.options


@row("iPXE `undionly.kpxe`, newer than the ROM's", "told from the ROM by a feature in option 175: the script")
def test_newer_ipxe_is_told_from_its_rom_by_a_feature(site):
    serve(site, paths.newer_peers / "undionly.kpxe", "undionly.kpxe")
    newer = {"name": "newer-ipxe", "match": {"user-class": "iPXE", "feature": "https"},
             "boot": {"boot-file-name": script}}
    site.start_kea(short_form(["gPXE"], rules=[newer]))
    machine = site.start_machine(icount=True, nic="rtl8139")
    assert machine.expect(ran, 60)[1] == "undionly"
    assert given(site) == ["undionly.kpxe", script] and loaded(site) == ["undionly.kpxe"]


@row("iPXE `ipxe.lkrn`, started as a kernel", "the script")
def test_ipxe_as_a_kernel_gets_the_script(site):
    site.start_kea(short_form())
    machine = site.start_machine(icount=True, nic="rtl8139", has_rom=False,
                                 extra=["-kernel", str(paths.need(paths.peers / "ipxe.lkrn"))])
    assert machine.expect(ran, 60)[1] == "rtl8139"
    assert given(site) == [script]


@row("EDK2 (OVMF), PXE, then iPXE `snponly.efi`", "`snponly.efi` by TFTP, then the script")
def test_uefi_x64_by_pxe(site):
    serve(site, paths.peers / "snponly.efi", "snponly.efi")
    site.start_kea(short_form())
    machine = site.start_uefi_machine()
    assert machine.expect(ran, 120)[3] == "efi"
    assert given(site) == ["snponly.efi", script] and loaded(site) == ["snponly.efi"]


def by_http(site, name, arch):
    site.start_kea(short_form())
    machine = site.start_uefi_machine(arch=arch, boots_by="http")
    found = machine.expect(ran, 150)
    assert given(site) == [f"http://198.18.77.1/{name}", script] and loaded(site) == []
    assert f"/{name}" in [request.target for request in site.web.requests() if request.agent.startswith("UefiHttpBoot")]
    return found


@row("EDK2 (OVMF), HTTP Boot, then iPXE `ipxe.efi`", "`http://…/snponly.efi`, then the script")
def test_uefi_x64_by_http(site):
    serve(site, paths.peers / "ipxe.efi", "snponly.efi")
    assert by_http(site, "snponly.efi", "x64")[3] == "efi"


@row("EDK2 (AAVMF), PXE, then iPXE `ipxe-arm64.efi`", "`snponly-arm64.efi` by TFTP, then the script")
def test_uefi_arm64_by_pxe(site):
    serve(site, paths.newer_peers / "ipxe-arm64.efi", "snponly-arm64.efi")
    site.start_kea(short_form())
    machine = site.start_uefi_machine(arch="arm64")
    assert machine.expect(ran, 150)[2] == "arm64"
    assert given(site) == ["snponly-arm64.efi", script] and loaded(site) == ["snponly-arm64.efi"]


@row("EDK2 (AAVMF), HTTP Boot, then iPXE `ipxe-arm64.efi`", "`http://…/snponly-arm64.efi`, then the script")
def test_uefi_arm64_by_http(site):
    serve(site, paths.newer_peers / "ipxe-arm64.efi", "snponly-arm64.efi")
    assert by_http(site, "snponly-arm64.efi", "arm64")[2] == "arm64"


@row("GRUB's `net_bootp`, started by a PXE ROM", "GRUB for the ROM; GRUB itself is left alone")
def test_grub_is_given_to_the_rom_and_then_left_alone(site):
    grub.make_pxe_image(site.tftp_files / "core.0", "net_bootp", "echo GRUB has $net_default_ip from $net_default_server",
                        "halt")
    config = short_form(["gPXE"], firmware={"x86-bios": "core.0"})
    site.start_kea(config)
    machine = site.start_machine(icount=True, nic="rtl8139")
    machine.expect(r"GRUB has 198\.18\.77\.\d+", 60)
    machine.stop()
    assert given(site) == ["core.0"] and loaded(site) == ["core.0"]
    asked = [message.raw for message in messages(site.capture.udp()) if message.raw[0] == 1 and not message.user_class]
    decided = len(site.kea.decisions())
    assert decided == 2, "one for each message of the ROM, and none for GRUB"
    site.kea.stop()
    assert is_untouched(site, config, asked)


@row("our firmware, then an ordinary Linux (udhcpc)", "the whole chain; Linux's own lease is left alone")
def test_linux_that_was_booted_gets_an_ordinary_lease(chain):
    initrd.write_dhcp_initrd(chain.files / "dhcp.img")
    chain.web.set_machine(default_mac, "vmlinuz", ["dhcp.img"], quiet_linux)
    machine = chain.start_machine(nic="virtio")
    machine.expect(expect.banner, 60)
    lease = machine.expect(initrd.lease_line, 90)
    machine.expect(initrd.done, 30)
    assert machine.wait(30) == 0
    assert lease[1].startswith("198.18.77.") and lease[2] == "" and lease[3] in ("", "0.0.0.0")
    asked = [message.raw for message in messages(chain.capture.udp())
             if message.raw[0] == 1 and message.get(60) and message.get(60).startswith(b"udhcp")]
    assert len(chain.kea.decisions()) == 4, "two for the ROM, two for the firmware"
    chain.kea.stop()
    assert is_untouched(chain, kea.short_config(), asked)


@interop.row("hook", "two Kea with the library, in hot standby", "PXE ROM, then the firmware", "the whole chain")
def test_machine_boots_under_a_pair_of_servers(site):
    site.serve_firmware()
    names = ("chainload-ha-1.json", "chainload-ha-2.json")
    first, second = (kea.read_config(paths.root / "kea-configs" / name) for name in names)
    pair = Pair.of(site, first, second)
    site.web.set_script(default_mac, *told.splitlines()[1:])
    machine = site.start_machine(icount=True, nic="rtl8139")
    machine.expect(expect.banner, 60)
    assert machine.expect(ran, 60)[3] == "pcbios"
    assert [decision.rule for decision in pair.first.decisions()][-1] == "built-in/script"
    assert pair.second.decisions() == []
