# SPDX-License-Identifier: MPL-2.0
"""The firmware on networks as they are: boot menus of PXE servers, routes, small packets, shut ports, very many blocks."""

import hashlib
import random

import pytest

from labkit import dnsmasq, expect
from labkit.kea import parse_config
from labkit.network import bridge, server_address
from labkit.tftp_transfers import transfers

router = f"dhcp-option=option:router,{server_address}"
menu = """
enable-tftp
tftp-root=ROOT
pxe-service=tag:!gpxe,x86PC,"Firmware",undionly.kpxe
pxe-prompt=tag:gpxe,"Choose a service",4
pxe-service=tag:gpxe,x86PC,"First service",first.gpxe
pxe-service=tag:gpxe,x86PC,"Second service",second.gpxe
pxe-service=tag:gpxe,x86PC,"Own disk",0
"""
# Option 175 says nothing here (priority 0): the lab would else add that nobody needs to wait for ProxyDHCP.
kea_without_a_word_about_booting = """{ "Dhcp4": {
  "option-data": [ { "code": 175, "csv-format": false, "data": "010100" } ],
  "subnet4": [ { "id": 1, "subnet": "198.18.77.0/24", "pools": [ { "pool": "198.18.77.100 - 198.18.77.199" } ],
    "option-data": [ { "name": "routers", "data": "198.18.77.1" } ] } ] } }"""


@pytest.fixture
def site(lab):
    lab.plug()
    lab.start_router()
    lab.serve_firmware()
    for name in ("first", "second"):
        (lab.tftp_files / f"{name}.gpxe").write_text(f"#!gpxe\necho The {name} script runs\n")
    return lab


def runs_script(site, *lines, options=(), **tftp):
    """Boots a machine whose firmware is given these lines as its script, by TFTP."""
    (site.tftp_files / "script.gpxe").write_text("\n".join(["#!gpxe", *lines, ""]))
    site.start_tftpd_hpa(**tftp)
    site.start_dnsmasq(dnsmasq.full_server(router, *dnsmasq.gives("undionly.kpxe"), *options))
    machine = site.start_machine(nic="rtl8139")
    machine.expect(expect.banner, 60)
    return machine


def payload(site, size):
    """A file of random octets behind TFTP, and the line that fetches and checks it."""
    content = random.Random(size).randbytes(size)
    (site.tftp_files / "payload").write_bytes(content)
    return (f"imgfetch --name payload tftp://{server_address}/payload && "
            f"sha256sum --expect {hashlib.sha256(content).hexdigest()} payload && echo The payload is whole")


def menu_of(site):
    return menu.replace("ROOT", str(site.tftp_files))


@pytest.mark.slow
@pytest.mark.parametrize("key, script", [("", "first"), ("2", "second")])
def test_menu_of_a_proxydhcp_server_beside_kea_is_chosen_from(site, key, script):
    site.start_kea(parse_config(kea_without_a_word_about_booting))
    site.start_dnsmasq(dnsmasq.basics("eth0") + "dhcp-range=198.18.77.0,proxy" + menu_of(site),
                       on=site.add_neighbour("198.18.77.3"))
    machine = site.start_machine(nic="rtl8139")
    machine.expect(expect.banner, 60)
    machine.expect("Second service", 30)
    if key:
        machine.press(key)
    machine.expect(f"The {script} script runs", 30)


@pytest.mark.slow
def test_menu_of_the_dhcp_server_itself_starts_its_first_item(site):
    site.start_dnsmasq(dnsmasq.full_server(router, alone=False) + menu_of(site))
    machine = site.start_machine(nic="rtl8139")
    machine.expect(expect.banner, 60)
    machine.expect("Choose a service", 30)
    machine.expect("The first script runs", 30)


def test_classless_routes_lead_to_other_networks_and_pings_tell(site):
    neighbour = site.add_neighbour("198.18.77.3")
    neighbour.ip("addr", "add", "203.0.113.3/32", "dev", "lo")
    machine = runs_script(site, "route", "ping --count 2 203.0.113.3 && echo The other network answers",
                          "ping -c 1 -t 200 198.18.77.9 || echo Nobody there", "ping -c 1 192.0.2.1",
                          options=["dhcp-option=option:classless-static-route,203.0.113.0/24,198.18.77.3"])
    machine.expect(r"203\.0\.113\.0/255\.255\.255\.0 gw 198\.18\.77\.3", 30)
    machine.expect("56 bytes from 203.0.113.3: seq=2", 30)
    machine.expect("The other network answers", 30)
    machine.expect("Nobody there", 30)
    # Option 3 was sent, too, and is not heard beside option 121 [rfc3442].
    machine.expect(r"192\.0\.2\.1 cannot be reached: it is not on this network", 30)


def test_file_that_comes_in_fragments_is_whole(site):
    # The way's and not the bridge's, which would have no IPv6 then, and the ROM wait for it.
    site.network.ip("route", "change", "198.18.77.0/24", "dev", bridge, "src", server_address, "mtu", "700")
    machine = runs_script(site, payload(site, 300_001), "ping -c 1 -s 1400 198.18.77.1 && echo Large echo")
    machine.expect("The payload is whole", 60)
    machine.expect("Large echo", 30)
    moved = next(moved for moved in transfers(site.capture.udp()) if moved.file.lstrip("/") == "script.gpxe")
    assert moved.block_size > 700  # so that blocks do not fit


def test_shut_ports_are_named_at_once(site):
    machine = runs_script(site, f"imgfetch tftp://{server_address}:1069/x")
    machine.expect(r"198\.18\.77\.1 port 1069 cannot be reached: 198\.18\.77\.1 says", 20)


@pytest.mark.slow
def test_file_of_more_than_65535_blocks_is_whole(site):
    """512 octets each, for the server refuses another size: the numbers go from 65,535 to 0."""
    machine = runs_script(site, payload(site, 65_600 * 512 + 17), refuses=["blksize"])
    machine.expect("The payload is whole", 400)
