# SPDX-License-Identifier: MPL-2.0
"""The whole chain: PXE ROM, the hook's first answer, our firmware, the hook's second answer, script, Linux."""

import random

import pytest

from labkit import expect, interop, kea, probe
from labkit.dhcp import discover, of_type
from labkit.machine import default_mac, nics
from labkit.process import Failed
from labkit.tftp_transfers import transfers


def with_row(nic, *marks):
    row = interop.row("hook", "Kea with the library", f"PXE ROM of {nic}, then the firmware", "the whole chain, to Linux")
    return pytest.param(nic, marks=[row, *marks])


@pytest.mark.parametrize("nic", [with_row("e1000"), *(with_row(nic, pytest.mark.slow)
                                                       for nic in ("virtio", "rtl8139", "vmxnet3"))])
def test_chain_reaches_linux(chain, nic):
    machine = chain.start_machine(nic=nic)
    machine.expect(expect.banner, 30)
    machine.expect(expect.features, 5)
    machine.expect(expect.configured, 15)
    machine.expect(expect.booting, 5)
    expect.linux_boots(machine)
    expect.chain_was_complete(chain)
    assert "initrd.img" in [request.target.lstrip("/") for request in chain.web.requests()][2]


def with_kernel_row(nic):
    row = interop.row("hook", "Kea with the library", f"PXE ROM of {nic}, then the firmware", "a kernel and its initrd, whole")
    return pytest.param(nic, marks=row)


def start_firmware(chain, nic):
    """A machine that shows our banner.

    QEMU's i8255x goes on at address 0 when it was out of receive buffers and is resumed, and the ROM has four of them:
    a burst of the network's own chatter can end the ROM before it has loaded anything. That machine starts again.
    """
    for starts_left in reversed(range(3 if nic == "eepro100" else 1)):
        machine = chain.start_machine(nic=nic, icount=True)
        try:
            machine.expect(expect.banner, 20 if starts_left else 60)
            return machine
        except Failed:
            if not starts_left:
                raise
            machine.stop()


@pytest.mark.parametrize("nic", [with_kernel_row(nic) for nic in nics])
def test_chain_brings_a_small_kernel_and_its_initrd_whole_on_every_card(chain, nic):
    initrd = random.Random(nic).randbytes(200_000)
    (chain.files / "initrd.bin").write_bytes(initrd)
    chain.serve_probe()
    chain.web.set_machine(default_mac, "probe.bin", ["initrd.bin"], f"card={nic}")
    machine = start_firmware(chain, nic)
    machine.expect(probe.done, 60)
    assert machine.wait(10) == probe.exit_status
    seen = probe.read(machine.text)
    assert f"card={nic}" in seen.command_line
    assert seen.kernel.checksum == probe.checksum(probe.protected_part())
    assert (seen.initrd.size, seen.initrd.checksum) == (len(initrd), probe.checksum(initrd))
    expect.chain_was_complete(chain)


def test_without_the_hook_the_firmware_is_handed_out_for_ever(lab):
    lab.plug()
    lab.serve_firmware()
    lab.start_router()
    lab.start_kea(kea.without_hook(kea.short_config(), next_server="198.18.77.1", boot_file_name="undionly.kpxe"))
    lab.start_tftpd_hpa()
    machine = lab.start_machine(icount=True)
    machine.expect(expect.banner, 30)
    machine.expect(expect.loop_sentence, 15)
    for _ in range(2):
        machine.expect(expect.banner, 30)
    machine.stop()
    heard = lab.capture.udp()
    assert len([moved for moved in transfers(heard) if moved.file.lstrip("/") == "undionly.kpxe" and moved.finished]) >= 3
    assert len({message.xid for message in of_type(heard, discover, expect.gpxe)}) >= 2


def test_machine_without_a_script_is_told_so_in_a_sentence(chain):
    machine = chain.start_machine(mac="52:54:00:77:00:02", icount=True)
    machine.expect("Nothing is set up for", 40)
