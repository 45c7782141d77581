# SPDX-License-Identifier: MPL-2.0
"""Our firmware on the wire: gPXE's options in gPXE's order, with the differences that were chosen and no others."""

import pytest

from labkit import expect, probe
from labkit.dhcp import discover, of_type, request, suboptions
from labkit.machine import default_mac

# The options of gPXE 1.0.1's DISCOVER, in its order; the REQUEST adds 54 and 50 behind them.
gpxe_order = [53, 57, 93, 94, 60, 77, 55, 175, 61, 97]
gpxe_asks_for = {1, 3, 6, 7, 12, 15, 17, 43, 60, 66, 67, 175, 203}
hardware = bytes.fromhex(default_mac.replace(":", ""))


@pytest.fixture
def probe_chain(lab):
    """The chain with the small kernel at its end, for tests that need many boots or little memory."""
    lab.plug()
    lab.serve_chain()
    lab.serve_probe()
    lab.web.set_machine(default_mac, "probe.bin")
    return lab


def boot_probe(lab, **spec):
    machine = lab.start_machine(icount=True, **spec)
    machine.expect(probe.done, 40)
    assert machine.wait(10) == probe.exit_status
    return machine


def test_discover_and_request_are_gpxes(probe_chain):
    boot_probe(probe_chain)
    heard = probe_chain.capture.udp()
    found = of_type(heard, discover, expect.gpxe)[0]
    assert found.codes() == gpxe_order
    assert found.get(57) == bytes.fromhex("05c0")
    assert found.get(93) == bytes(2)
    assert found.get(94) == bytes.fromhex("010201")
    assert found.get(60) == b"PXEClient:Arch:00000:UNDI:002001"
    assert found.get(77) == bytes.fromhex("67505845")
    assert found.get(61) == b"\x01" + hardware
    assert found.get(97)[0] == 0 and len(found.get(97)) == 17
    assert (found.op, found.htype, found.hlen, found.mac) == (1, 1, 6, default_mac)
    # What the smallest BOOTP relay takes and no more than an Ethernet frame holds.
    assert 300 <= len(found.raw) <= 1472

    taken = of_type(heard, request, expect.gpxe)[0]
    assert taken.codes() == gpxe_order + [54, 50]
    assert taken.xid == found.xid


def test_differences_from_gpxe_are_the_chosen_ones(probe_chain):
    boot_probe(probe_chain)
    heard = probe_chain.capture.udp()
    found = of_type(heard, discover, expect.gpxe)[0]
    taken = of_type(heard, request, expect.gpxe)[0]
    assert set(found.get(55)) > gpxe_asks_for
    assert found.xid != hardware[-4:]
    assert found.secs == 0 and taken.secs >= 0
    assert found.flags == 0
    features = dict(suboptions(found.get(175)))
    assert features[0xEB][0:1] != b"" and len(features[0xEB]) == 3
    assert features[0xB1][0] == 1 and len(features[0xB1]) == 5
    # http, tftp, dns, bzimage, pxe are there; what this build cannot do (iscsi, aoe, https, comboot, …) is not.
    assert {0x13, 0x15, 0x17, 0x18, 0x21} <= set(features)
    assert not {0x11, 0x12, 0x14, 0x16, 0x1B, 0x23, 0x24} & set(features)


@pytest.mark.slow
def test_twenty_boots_give_twenty_xids(probe_chain):
    for _ in range(20):
        boot_probe(probe_chain)
    boots = of_type(probe_chain.capture.udp(), discover, expect.gpxe)
    assert len({message.xid for message in boots}) == len(boots) >= 20
