# SPDX-License-Identifier: MPL-2.0
"""Started from a PXELINUX menu, as people do who cannot change what their ROM is given."""

import pytest

from labkit import expect, kea, paths, pxelinux
from labkit.dhcp import discover, of_type
from labkit.tftp_transfers import transfers


@pytest.mark.slow
def test_menu_entry_boots_the_chain(lab):
    lab.plug()
    config = kea.short_config()
    kea.chainload_parameters(config)["firmware"] = {"x86-bios": "pxelinux.0"}
    lab.serve_chain(config)
    pxelinux.install(lab.tftp_files, paths.need(paths.firmware_image))
    machine = lab.start_machine()
    machine.expect(expect.banner, 40)
    expect.linux_boots(machine)
    files = [moved.file.lstrip("/") for moved in transfers(lab.capture.udp()) if moved.finished]
    assert files[0] == "pxelinux.0"
    assert "menu.c32" in files and files[-1] == pxelinux.image_name
    assert of_type(lab.capture.udp(), discover, expect.gpxe)
    assert lab.web.requests()[0].target.startswith("/real_boot_script.php?mac=")
