# SPDX-License-Identifier: MPL-2.0
"""Guests of many sizes boot, and nothing of ours hides memory from what is booted: packaged iPXE is the yardstick."""

import pytest

from labkit import expect, initrd, kea, paths, probe
from labkit.lab import quiet_linux
from labkit.machine import default_mac

_peer_script = """#!ipxe
iseq ${{net0/chip}} undionly && goto real ||
chain tftp://198.18.77.1/peer.kpxe
:real
kernel http://198.18.77.1/{kernel} {arguments}
initrd http://198.18.77.1/{initrd}
boot
"""


def serve_peer(lab, kernel, initrd_name, arguments):
    """Packaged iPXE's undionly.kpxe over the same ROM: one script for both, told apart by the driver."""
    (lab.files / "peer.ipxe").write_text(_peer_script.format(kernel=kernel, initrd=initrd_name, arguments=arguments))
    lab.serve_firmware(paths.peer_undionly, "peer.kpxe")
    lab.start_router()
    lab.start_kea(kea.without_hook(kea.short_config(), next_server="198.18.77.1",
                                   boot_file_name="http://198.18.77.1/peer.ipxe"))
    lab.start_tftpd_hpa()
    lab.start_web()


def boot_probe(lab, memory_mib):
    machine = lab.start_machine(memory_mib=memory_mib, icount=True)
    machine.expect(probe.done, 60)
    assert machine.wait(10) == probe.exit_status
    return probe.read(machine.text)


@pytest.mark.slow
@pytest.mark.parametrize("memory_mib", [256, 1024])
def test_linux_sees_no_less_than_under_the_peer(labs, memory_mib):
    lab = labs("ours")
    lab.plug()
    lab.serve_chain()
    ours = expect.linux_boots(lab.start_machine(memory_mib=memory_mib))
    lab.close()

    lab = labs("peer")
    lab.plug()
    lab.serve_linux()
    serve_peer(lab, "vmlinuz", "initrd.img", quiet_linux)
    peers = expect.linux_boots(lab.start_machine(memory_mib=memory_mib, icount=True), timeout=300)
    assert ours >= peers


@pytest.mark.slow
@pytest.mark.parametrize("memory_mib", [64, 256, 1024])
def test_small_kernel_gets_its_parts_whole_and_all_memory(labs, memory_mib):
    lab = labs("ours")
    lab.plug()
    lab.serve_chain()
    lab.serve_probe()
    lab.web.set_machine(default_mac, "probe.bin", ["initrd.img"], "one two")
    ours = boot_probe(lab, memory_mib)
    image = (lab.files / "initrd.img").read_bytes()
    lab.close()
    assert ours.kernel.checksum == probe.checksum(probe.protected_part())
    # A loader may round an initrd up to a multiple of four with zeros, which Linux's unpacker skips.
    padding = ours.initrd.size - len(image)
    assert 0 <= padding < 4
    assert ours.initrd.checksum == probe.checksum(image + bytes(padding))
    assert "one two" in ours.command_line

    lab = labs("peer")
    lab.plug()
    lab.serve_probe()
    initrd.write_initrd(lab.files / "initrd.img")
    serve_peer(lab, "probe.bin", "initrd.img", "one two")
    peers = boot_probe(lab, memory_mib)
    assert ours.usable_memory() >= peers.usable_memory()
    assert ours.base_kib >= peers.base_kib
