# SPDX-License-Identifier: MPL-2.0
"""Where the machine goes when nothing was booted: from undionly.kpxe to the next boot device, from undionly.kkpxe to whoever started it."""

import pytest

from labkit import disk, dnsmasq, expect, paths
from labkit.machine import default_mac


def start(chain, image, tmp_path, *lines):
    """A machine whose ROM is given `image`, and which has a disk to go on with."""
    chain.serve_firmware(image)
    chain.web.set_script(default_mac, *lines)
    machine = chain.start_machine(icount=True, nic="rtl8139", extra=disk.as_next_boot_device(tmp_path / "disk.img"))
    machine.expect(expect.banner, 60)
    return machine


@pytest.mark.parametrize("lines", [["exit"], ["kernel http://198.18.77.1/absent.img"]], ids=["exit", "failure"])
def test_kpxe_goes_on_to_the_next_boot_device_and_not_through_the_rom(chain, tmp_path, lines):
    machine = start(chain, paths.firmware_image, tmp_path, *lines)
    machine.expect("goes on to its next boot device", 30)
    shown = len(machine.text)
    assert machine.wait(60) == disk.exit_status
    assert "PXE" not in machine.text[shown:]


def test_kkpxe_goes_back_to_the_rom_and_tells_it_how_it_ended(chain, tmp_path):
    machine = start(chain, paths.returning_image, tmp_path, "kernel http://198.18.77.1/absent.img")
    machine.expect("goes back to what started it", 30)
    machine.expect("Could not boot", 30)
    assert machine.wait(60) == disk.exit_status


@pytest.mark.slow
@pytest.mark.parametrize("image, ends", [(paths.firmware_image, disk.exit_status), (paths.returning_image, None)],
                         ids=["kpxe", "kkpxe"])
def test_ipxe_that_chained_it_goes_on_with_its_script_after_kkpxe_only(lab, tmp_path, image, ends):
    lab.plug()
    lab.start_router()
    lab.serve_firmware(image)
    (lab.tftp_files / "script.gpxe").write_text("#!gpxe\nexit\n")
    (lab.tftp_files / "start.ipxe").write_text("#!ipxe\nchain undionly.kpxe && echo iPXE is back ||\nsleep 600\n")
    lab.start_dnsmasq(dnsmasq.full_server(*dnsmasq.gives("start.ipxe"), "enable-tftp", f"tftp-root={lab.tftp_files}"))
    machine = lab.start_machine(nic="rtl8139", extra=disk.as_next_boot_device(tmp_path / "disk.img"))
    machine.expect(expect.banner, 120)
    if ends is None:
        machine.expect("iPXE is back", 30)
    else:
        assert machine.wait(60) == ends
        assert "iPXE is back" not in machine.text
