# SPDX-License-Identifier: MPL-2.0
"""Two networks behind ISC's dhcrelay, which adds option 82: machines boot through it, each network by its own rule."""

import pytest

from labkit import expect, interop, kea, paths, probe
from labkit.dhcp import messages, suboptions
from labkit.machine import default_mac

halls = {"hall-a": "198.18.78.1", "hall-b": "198.18.79.1"}
answered_by = {"hall-a": ("subnet[78]/built-in/script", "&hall=a"), "hall-b": ("static/hall-b-by-port", "&port=hall-b")}


@pytest.fixture
def relayed(lab):
    """The servers of kea-configs/chainload-relays.json, and a relay to both halls."""
    lab.serve_firmware()
    lab.serve_probe()
    lab.start_web()
    lab.web.set_machine(default_mac, "probe.bin", [], "through the relay")
    lab.start_tftpd_hpa()
    relay = lab.start_relay(halls)
    lab.start_kea(kea.read_config(paths.root / "kea-configs/chainload-relays.json"))
    return lab, relay


@pytest.mark.slow
@pytest.mark.parametrize("hall", [
    pytest.param("hall-a", marks=interop.row("hook", "Kea with the library, behind dhcrelay", "PXE ROM, then the firmware",
                                             "what the subnet's context says")),
    pytest.param("hall-b", marks=interop.row("hook", "Kea with the library, behind dhcrelay", "PXE ROM, then the firmware",
                                             "what a rule by option 82 says"))])
def test_machine_boots_through_the_relay(relayed, hall):
    lab, relay = relayed
    relay.add_tap("tap0", hall)
    lab.start_router(relay, hall)
    capture = lab.capture_on("relay0")
    machine = lab.start_machine(behind=relay, icount=True, nic="rtl8139")
    machine.expect(expect.banner, 60)
    machine.expect(probe.done, 60)
    assert machine.wait(20) == probe.exit_status
    assert "through the relay" in probe.read(machine.text).command_line
    rule, ending = answered_by[hall]
    assert [decision.rule for decision in lab.kea.decisions()][-1] == rule
    assert lab.web.requests()[0].target == f"/real_boot_script.php?mac={default_mac}{ending}"
    asked = [message for message in messages(capture.udp()) if message.raw[0] == 1]
    assert {bytes(message.raw[24:28]) for message in asked} == {bytes(map(int, halls[hall].split(".")))}
    assert {dict(suboptions(message.get(82)))[1] for message in asked} == {hall.encode()}
