# SPDX-License-Identifier: MPL-2.0
"""The firmware under other DHCP servers, each with its configuration from docs/servers/, and the loop without it."""

import shutil

import pytest

from labkit import configurations, disk, expect, interop, kea, paths, probe, pxelinux
from labkit.dhcp import discover, of_type
from labkit.machine import default_mac
from labkit.tftp_transfers import transfers


@pytest.fixture
def site(lab):
    """A lab with a captured tap, TFTP files, and a web server whose script boots the small kernel; no DHCP yet."""
    lab.plug()
    lab.serve_firmware()
    lab.serve_probe()
    lab.start_router()
    lab.start_web()
    lab.web.set_machine(default_mac, "probe.bin", [], "from the script")
    return lab


def dhcpd(name):
    def start(site, **options):
        site.start_tftpd_hpa()
        site.start_dhcpd(configurations.read(name, **options))
    return start


def dnsmasq(name, **changes):
    def start(site, **options):
        site.start_dnsmasq(configurations.read(name, site.tftp_files, **changes, **options))
    return start


def pxelinux_menu(site, image=paths.firmware_image, **options):
    pxelinux.install(site.tftp_files, image)
    site.start_dnsmasq(configurations.read("dnsmasq-pxelinux.conf", site.tftp_files, **options))


def kea_classes(site, **options):
    site.start_tftpd_hpa()
    site.start_kea(kea.parse_config(configurations.read("kea-classes.json", **options)))


def windows_rule(site, **options):
    site.start_tftpd_hpa()
    site.start_windows_rule(configurations.read("windows.md", **options))


def proxy(site, **options):
    """One server gives addresses; dnsmasq on another host says what to boot."""
    site.start_dhcpd(configurations.read("dhcpd-addresses.conf"))
    site.start_dnsmasq(configurations.read("dnsmasq-proxy.conf", site.tftp_files, interface="eth0", **options),
                       on=site.add_neighbour("198.18.77.3"))


no_override = {"#dhcp-no-override": "dhcp-no-override"}

# name: how it is started, what docs/interop.md calls it
servers = {
    "dhcpd-page": (dhcpd("dhcpd-page.conf"), "ISC dhcpd, the shortest form"),
    "dhcpd": (dhcpd("dhcpd.conf"), "ISC dhcpd"),
    "dnsmasq-page": (dnsmasq("dnsmasq-page.conf"), "dnsmasq, `net:` and `dhcp-host`"),
    "dnsmasq": (dnsmasq("dnsmasq.conf"), "dnsmasq, `tag:`"),
    "dnsmasq-no-override": (dnsmasq("dnsmasq.conf", **no_override), "dnsmasq, `tag:`, with `dhcp-no-override`"),
    "kea-classes": (kea_classes, "Kea without the library, client classes"),
    "dnsmasq-proxy": (proxy, "dnsmasq as ProxyDHCP beside ISC dhcpd"),
    "windows": (windows_rule, "the rule of Windows, as the PowerShell lines set it up"),
}
menu = "dnsmasq, PXELINUX with menu.c32"
services = "dnsmasq, a menu of `pxe-service` lines"


def each_server(outcome, quick=()):
    def marks(name, called):
        row = interop.row("firmware", called, "PXE ROM, then the firmware", outcome)
        return [row] if name in quick else [row, pytest.mark.slow]

    return [pytest.param(start, id=name, marks=marks(name, called)) for name, (start, called) in servers.items()]


def script_is_booted(lab, rom_file="undionly.kpxe"):
    """Waits for the small kernel that the boot script names, and checks who was told what on the way."""
    machine = lab.machine
    machine.expect(expect.banner, 60)
    machine.expect(probe.done, 60)
    assert machine.wait(20) == probe.exit_status
    assert "from the script" in probe.read(machine.text).command_line
    heard = lab.capture.udp()
    assert [moved.file.lstrip("/") for moved in transfers(heard) if moved.finished][0] == rom_file
    assert of_type(heard, discover, expect.gpxe)
    assert lab.web.requests()[0].target == f"/real_boot_script.php?mac={default_mac}"


def loads_itself(lab, file="undionly.kpxe"):
    """Waits until the firmware has been started three times, and checks that nobody was given a script."""
    lab.machine.expect(expect.banner, 60)
    lab.machine.expect(expect.loop_sentence, 30)
    for _ in range(2):
        lab.machine.expect(expect.banner, 60)
    lab.machine.stop()
    loads = [moved for moved in transfers(lab.capture.udp()) if moved.file.lstrip("/") == file and moved.finished]
    assert len(loads) >= 3
    assert lab.web.requests() == []


@pytest.mark.parametrize("start", each_server("the boot script, and what it boots", ["dhcpd", "dnsmasq"]))
def test_chain_reaches_the_script(site, start):
    start(site)
    site.start_machine(icount=True, nic="rtl8139")
    script_is_booted(site)


@pytest.mark.parametrize("start", each_server("without the lines that break it: the loop, named by the firmware"))
def test_without_the_lines_that_break_it_there_is_a_loop(site, start):
    start(site, breaks_the_loop=False)
    site.start_machine(icount=True, nic="rtl8139")
    loads_itself(site)


@pytest.mark.slow
@pytest.mark.parametrize("start", [
    pytest.param(servers[name][0], id=name, marks=interop.row(
        "firmware", servers[name][1], "EDK2 (OVMF), HTTP Boot", "the boot program, by HTTP"))
    for name in ("dhcpd", "dnsmasq", "kea-classes")])
def test_uefi_http_boot_takes_what_the_server_offers(site, start):
    """The boot program is packaged iPXE's; what these servers give that afterwards is another matter."""
    shutil.copy(paths.need(paths.peers / "snponly.efi"), site.files / "snponly.efi")
    start(site)
    machine = site.start_uefi_machine(boots_by="http")
    machine.expect("iPXE initialising devices", 120)
    machine.stop()
    assert {(request.target, request.agent.split("/")[0]) for request in site.web.requests()} == {
        ("/snponly.efi", "UefiHttpBoot")}


@pytest.mark.slow
@interop.row("firmware", services, "PXE ROM and its menu, then the firmware", "the boot script, and what it boots")
def test_first_boot_service_of_a_roms_menu_reaches_the_script(site):
    dnsmasq("dnsmasq-menu.conf")(site)
    machine = site.start_machine(icount=True, nic="rtl8139")
    machine.expect("Press F8 for a menu of boot services", 60)
    machine.press("\r")  # does not wait for the five seconds
    script_is_booted(site)


@pytest.mark.slow
@interop.row("firmware", services, "PXE ROM, then the firmware and its menu", "the chosen script, by TFTP")
def test_firmware_shows_a_menu_of_boot_services(site):
    for name in ("install", "rescue"):
        (site.tftp_files / f"{name}.gpxe").write_text(f"#!gpxe\necho this is {name}\nexit\n")
    dnsmasq("dnsmasq-menu-gpxe.conf")(site)
    machine = site.start_machine(icount=True, nic="rtl8139")
    machine.expect(expect.banner, 60)
    machine.expect("The local disk", 60)
    machine.press("2")
    machine.expect("this is rescue", 60)
    files = [moved.file for moved in transfers(site.capture.udp()) if moved.finished]
    assert files == ["undionly.kpxe", "rescue.gpxe"]


@pytest.mark.slow
@interop.row("firmware", menu, "PXE ROM, PXELINUX, `KERNEL undionly.0`", "the boot script, and what it boots")
def test_entry_of_a_pxelinux_menu_reaches_the_script(site):
    pxelinux_menu(site)
    site.start_machine(icount=True, nic="rtl8139")
    script_is_booted(site, "pxelinux.0")
    files = [moved.file.lstrip("/") for moved in transfers(site.capture.udp()) if moved.finished]
    assert "menu.c32" in files and files[-1] == pxelinux.image_name


@pytest.mark.slow
@interop.row("firmware", menu, "PXE ROM, PXELINUX, `KERNEL undionly.0`",
             "without the lines that break it: PXELINUX's menu again and again")
def test_pxelinux_without_a_line_for_the_firmware_comes_back_for_ever(site):
    pxelinux_menu(site, breaks_the_loop=False)
    machine = site.start_machine(icount=True, nic="rtl8139")
    for _ in range(3):
        machine.expect(expect.banner, 90)
    machine.stop()
    loads = [moved.file for moved in transfers(site.capture.udp()) if moved.file == "pxelinux.0" and moved.finished]
    assert len(loads) >= 3
    assert site.web.requests() == []


@pytest.mark.slow
@pytest.mark.parametrize("image, goes", [
    pytest.param(paths.firmware_image, "on to its next boot device", id="kpxe", marks=interop.row(
        "firmware", menu, "the script says `exit`, `undionly.kpxe`", "the machine's next boot device")),
    pytest.param(paths.returning_image, "back to what started it", id="kkpxe", marks=interop.row(
        "firmware", menu, "the script says `exit`, `undionly.kkpxe`", "the ROM, and by it the machine's next boot device"))])
def test_exit_does_not_return_to_pxelinux_but_goes_on_to_the_next_device(site, tmp_path, image, goes):
    """PXELINUX has given its memory to us: nothing could be returned to."""
    pxelinux_menu(site, image)
    site.web.set_script(default_mac, "exit")
    machine = site.start_machine(icount=True, nic="rtl8139", extra=disk.as_next_boot_device(tmp_path / "disk.img"))
    machine.expect(expect.banner, 90)
    machine.expect(f"goes {goes}", 60)
    assert machine.wait(60) == disk.exit_status
    files = [moved.file.lstrip("/") for moved in transfers(site.capture.udp()) if moved.finished]
    assert files.count("pxelinux.0") == files.count(pxelinux.image_name) == 1
    assert len(site.web.requests()) == 1
