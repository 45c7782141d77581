# SPDX-License-Identifier: MPL-2.0
"""A machine boots under each configuration in kea-configs/: the file it says for the ROM, then the script it says."""

import shutil
from dataclasses import dataclass

import pytest

from labkit import kea, paths
from labkit.machine import default_mac
from labkit.tftp_transfers import transfers

pytestmark = pytest.mark.slow
page = "real_boot_script.php"
# The scripts are PHP, as the configurations name them; this one says who it is and which machine asked.
speaks = """<?php header('Content-Type: text/plain');
echo "#!gpxe\\necho ", basename(__FILE__), " speaks to ", $_SERVER['QUERY_STRING'], ".\\nsleep 600\\n";
"""


@dataclass(frozen=True)
class Boots:
    firmware: str  # what the ROM loads
    target: str    # what the firmware then asks the web server for
    mac: str = default_mac


by_mac = f"/{page}?mac={default_mac}"
table = {
    "short": Boots("undionly.kpxe", by_mac),
    "bios-uefi": Boots("bios/undionly.kpxe", by_mac),
    "http-boot": Boots("undionly.kpxe", by_mac),
    "reservations": Boots("undionly.kpxe", "/install.php?host=build01", "52:54:00:77:00:11"),
    "ipxe-and-gpxe": Boots("ipxe/undionly.kpxe", "/real_boot_script.php?mac=52:54:00:77:01:01", "52:54:00:77:01:01"),
    "from-dhcpd": Boots("kiosk/undionly.kpxe", f"/{page}", "52:54:01:00:00:01"),
    "from-dnsmasq": Boots("lab/undionly.kpxe", f"/{page}", "52:54:00:77:00:31"),
    "scopes": Boots("undionly.kpxe", f"/lab.php?mac={default_mac}"),
}
# Booted by other tests.
elsewhere = {"relays": "test_relays.py", "ha-1": "test_clients_boot.py", "ha-2": "test_clients_boot.py"}


def configuration(name):
    return kea.read_config(paths.root / f"kea-configs/chainload-{name}.json")


@pytest.fixture
def site(lab):
    """TFTP and web servers, and a script wherever a configuration sends a machine for one."""
    lab.serve_files()
    for name in (page, "install.php", "lab.php"):
        (lab.files / name).write_text(speaks)
    return lab


def test_a_machine_boots_under_every_configuration():
    names = {path.stem.removeprefix("chainload-") for path in (paths.root / "kea-configs").glob("*.json")}
    assert names == {*table, *elsewhere}


@pytest.mark.parametrize("name", table)
def test_machine_boots(site, name):
    boots = table[name]
    image = site.tftp_files / boots.firmware
    image.parent.mkdir(exist_ok=True)
    shutil.copy(paths.need(paths.firmware_image), image)
    site.start_kea(configuration(name))
    machine = site.start_machine(icount=True, nic="virtio", mac=boots.mac)
    script, _, query = boots.target.lstrip("/").partition("?")
    machine.expect(f"{script} speaks to {query}".replace(".", r"\.") + r"\.", 60)
    assert [moved.file.lstrip("/") for moved in transfers(site.capture.udp()) if moved.finished] == [boots.firmware]
    assert [request.target for request in site.web.requests()] == [boots.target]


def test_machine_boots_by_http_alone(site):
    """UEFI HTTP Boot: the ROM's URL, then the script; iPXE stands in for the firmware and says our user class."""
    folder = site.files / "efi/x64"
    folder.mkdir(parents=True)
    shutil.copy(paths.need(paths.peers / "ipxe.efi"), folder / "snponly.efi")
    config = configuration("http-boot")
    kea.chainload_parameters(config)["user-classes"].append("iPXE")
    site.start_kea(config)
    site.start_uefi_machine(arch="x64", boots_by="http").expect(f"{page} speaks to mac=".replace(".", r"\."), 150)
    assert transfers(site.capture.udp()) == []
