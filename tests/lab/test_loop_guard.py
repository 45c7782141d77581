# SPDX-License-Identifier: MPL-2.0
"""The loop guard against real machines and racks of raw clients: what is a loop, and above all what is none."""

import re
import time

import pytest

from labkit import expect, kea
from labkit.client import RawClient
from labkit.stages import gpxe, rom

looping = re.compile(r"CHAINLOAD_LOOP (\S+) .*? (\d+) times after")
retrying = "CHAINLOAD_RETRY_MANY"
asks_for_file = re.compile(r"tftp://198\.18\.77\.1/undionly\.kpxe")


def config(user_classes=("gPXE",), **more):
    """With other user classes than our firmware's it is given itself, again and again."""
    asked = kea.short_config()
    kea.chainload_parameters(asked).update({"user-classes": list(user_classes)}, **more)
    return asked


def wait_until(claim, seconds):
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it has not come true in time"
        time.sleep(0.2)


@pytest.fixture
def client(lab):
    raw = RawClient(lab.network)
    yield raw
    raw.close()


def boots(client, mac, options):
    """One round of a machine: DISCOVER, then REQUEST."""
    offer = client.discover(mac, options)
    assert offer is not None
    return client.request(mac, offer, options)


def test_firmware_that_is_given_itself_is_found_within_three_rounds(lab):
    lab.plug()
    lab.serve_firmware()
    lab.start_router()
    server = lab.start_kea(config(["nobody"]))
    lab.start_tftpd_hpa()
    machine = lab.start_machine(icount=True)
    machine.expect(expect.banner, 40)
    wait_until(lambda: looping.search(server.text()), 120)
    assert looping.findall(server.text()) == [("52:54:00:77:00:01", "3")]
    machine.stop()


@pytest.mark.slow
def test_real_machine_that_is_power_cycled_before_and_after_its_second_stage_is_in_no_loop(lab):
    lab.plug()
    lab.serve_firmware()
    lab.start_router()
    server = lab.start_kea(config())
    lab.start_tftpd_hpa()
    for marker in (expect.banner, expect.configured) * 2:
        machine = lab.start_machine(icount=True)
        machine.expect(marker, 60)
        machine.stop()
    assert len([each for each in server.decisions() if each.file == "undionly.kpxe"]) >= 4
    assert "CHAINLOAD_LOOP" not in server.text()


def test_real_machine_whose_tftp_server_is_down_is_retrying_and_in_no_loop(lab):
    lab.plug()
    lab.start_router()
    server = lab.start_kea(config())
    for _ in range(4):
        machine = lab.start_machine(icount=True)
        machine.expect(asks_for_file, 60)
        machine.stop()
    given = [each for each in server.decisions() if each.file == "undionly.kpxe" and each.message == "DHCPREQUEST"]
    assert len(given) >= 4
    assert "CHAINLOAD_RETRY 52:54:00:77:00:01" in server.text()
    assert "CHAINLOAD_LOOP" not in server.text()


def test_fallback_takes_a_machine_out_of_its_loop(lab, client):
    server = lab.start_kea(config(["nobody"], **{"loop-guard": "fallback",
                                                 "loop-fallback": {"boot-file-name": "rescue.kpxe"}}))
    mac = "52:54:00:00:0a:01"
    boots(client, mac, rom)
    given = [(boots(client, mac, gpxe).get(67) or b"").rstrip(b"\0") for _ in range(4)]
    assert given == [b"undionly.kpxe", b"undionly.kpxe", b"rescue.kpxe", b"rescue.kpxe"]
    assert looping.findall(server.text()) == [(mac, "3")]


def test_rack_without_its_tftp_server_is_one_message_and_no_loop(lab, client):
    server = lab.start_kea(config())
    for _ in range(5):
        for number in range(8):
            boots(client, f"52:54:00:00:0b:{number:02x}", rom)
    assert not looping.search(server.text())
    assert server.text().count(retrying) == 1


def test_machine_that_is_power_cycled_is_in_no_loop(lab, client):
    server = lab.start_kea(config())
    mac = "52:54:00:00:0c:01"
    for _ in range(6):
        boots(client, mac, rom)
        boots(client, mac, gpxe)
    assert not looping.search(server.text())
    assert "CHAINLOAD_LOOP" not in server.text()


def test_five_phones_behind_one_address_are_in_no_loop(lab, client):
    server = lab.start_kea(config())
    mac = "52:54:00:00:0d:01"
    for _ in range(4):
        for phone in range(5):
            options = [(93, b"\0\0"), (60, b"PXEClient:Arch:00000:UNDI:002001"),
                       (55, bytes([1, 3, 43, 60, 66, 67, 150 + phone])), (61, bytes([0, phone, 1, 2, 3, 4]))]
            boots(client, mac, options)
    assert not looping.search(server.text())


def test_boots_after_a_loop_was_released_are_no_loop(lab, client):
    server = lab.start_kea(config(["nobody"], management="overrides"))
    mac = "52:54:00:00:0e:01"
    boots(client, mac, rom)
    for _ in range(3):
        boots(client, mac, gpxe)
    assert [each["machine"] for each in server.command("chainload-loop-get-page")["arguments"]["loops"]] == [mac]
    assert server.command("chainload-loop-release", {"machine": mac})["result"] == 0
    assert server.command("chainload-loop-get-page")["result"] == 3
    boots(client, mac, gpxe)
    assert server.command("chainload-loop-get-page")["result"] == 3


def test_next_boot_gets_what_was_set_also_after_a_restart(lab, client):
    asked = config(management="overrides")
    server = lab.start_kea(asked)
    mac = "52:54:00:00:0f:01"
    answer = server.command("chainload-override-set",
                            {"mac": mac, "boot": {"boot-file-name": "install.kpxe"}, "uses": 1})
    assert answer["result"] == 0, answer
    server.stop()
    server.log.unlink()  # its "started" must not be taken for that of the next one
    server = lab.start_kea(asked)
    assert (boots(client, mac, rom).get(67) or b"").rstrip(b"\0") == b"install.kpxe"
    page = server.command("chainload-override-get-page")["arguments"]["overrides"]
    assert [(each["state"], each["used"]) for each in page] == [("booting", 1)]
