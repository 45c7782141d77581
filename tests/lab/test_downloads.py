# SPDX-License-Identifier: MPL-2.0
"""Large files through UNDI, over HTTP and TFTP, over good wires and bad: what arrives is whole by SHA-256.

The file is an extra initrd that holds random bytes; the booted Linux prints their SHA-256.
"""

import pytest

from labkit import frames, initrd
from labkit.initrd import Payload
from labkit.lab import quiet_linux
from labkit.machine import default_mac
from labkit.network import server_address
from labkit.tftp_transfers import transfers

headers_only = 600  # enough of each frame for DHCP, TFTP requests and all headers


def boot_and_compare(lab, nic, payload, timeout):
    machine = lab.start_machine(nic=nic)
    machine.expect(initrd.up, timeout)
    seen = machine.expect(initrd.payload_line, 60)
    assert (seen[1], seen[2]) == (payload.sha256, payload.name)
    machine.expect(initrd.done, 30)
    assert machine.wait(20) == 0


@pytest.mark.slow
@pytest.mark.parametrize("nic, mebibytes", [("e1000", 64), ("virtio", 64), ("rtl8139", 16), ("vmxnet3", 16)])
def test_http_download_is_whole(lab, nic, mebibytes):
    lab.plug(headers_only)
    lab.serve_chain()
    payload = Payload(lab.files, "payload", mebibytes, seed=mebibytes)
    lab.web.set_machine(default_mac, "vmlinuz", ["initrd.img", payload.path.name], quiet_linux)
    boot_and_compare(lab, nic, payload, timeout=120)
    syn = next(segment for segment in lab.capture.tcp() if segment.flags == frames.flag_syn)
    assert syn.option(frames.option_mss) == (1460).to_bytes(2, "big")
    assert syn.option(frames.option_sack_permitted) == b""
    sent = [request for request in lab.web.requests() if request.target == "/" + payload.path.name]
    assert [request.size for request in sent] == [payload.path.stat().st_size]


@pytest.mark.slow
@pytest.mark.parametrize("loss", [0.01, 0.05])
@pytest.mark.parametrize("nic", ["e1000", "virtio", "rtl8139", "vmxnet3"])
def test_http_download_is_whole_when_frames_are_lost(lab, nic, loss):
    lab.plug_through_wire(seed=int(loss * 100), snap_length=headers_only, drop=loss)
    lab.serve_chain()
    payload = Payload(lab.files, "payload", 8, seed=8)
    lab.web.set_machine(default_mac, "vmlinuz", ["initrd.img", payload.path.name], quiet_linux)
    boot_and_compare(lab, nic, payload, timeout=240)
    counts = lab.wire.stop()
    for direction in ("up", "down"):
        assert counts[direction]["dropped"] > counts[direction]["frames"] * loss / 3


@pytest.mark.slow
def test_http_download_is_whole_over_a_wire_with_every_fault(lab):
    lab.plug_through_wire(seed=4, snap_length=headers_only, drop=0.01, duplicate=0.02, reorder=0.02, corrupt=0.005,
                          delay_us=300, jitter_us=200)
    lab.serve_chain()
    payload = Payload(lab.files, "payload", 4, seed=4)
    lab.web.set_machine(default_mac, "vmlinuz", ["initrd.img", payload.path.name], quiet_linux)
    boot_and_compare(lab, "virtio", payload, timeout=240)
    counts = lab.wire.stop()["down"]
    told = [segment for segment in lab.capture.tcp() if segment.option(frames.option_sack)]
    assert any(segment.target == server_address for segment in told), "losses were never told by SACK"
    assert min(counts[fault] for fault in ("dropped", "duplicated", "reordered", "corrupted")) > 0


@pytest.mark.slow
@pytest.mark.parametrize("server, mebibytes", [("hpa", 4), ("atftpd", 8)])
def test_tftp_download_is_whole(lab, server, mebibytes):
    lab.plug(headers_only)
    lab.serve_chain(tftp=server)
    payload = Payload(lab.tftp_files, "payload", mebibytes, seed=mebibytes)
    address = f"tftp://198.18.77.1/{payload.path.name}"
    lab.web.set_machine(default_mac, "vmlinuz", ["initrd.img", address], quiet_linux)
    boot_and_compare(lab, "virtio", payload, timeout=120)

    lab.capture.stop()
    assert lab.capture.dropped_by_kernel() == 0
    moved = next(moved for moved in transfers(lab.capture.udp()) if moved.file.lstrip("/") == payload.path.name)
    assert moved.size == payload.path.stat().st_size
    assert {"blksize", "tsize", "windowsize"} <= set(moved.asked)
    assert moved.granted["tsize"] == str(payload.path.stat().st_size)
    assert moved.block_size > 1024
    if server == "atftpd":
        window = int(moved.granted["windowsize"])
        assert window > 1
        assert moved.acks < moved.data_packets * 2 / window + 10
    else:
        # tftpd-hpa ignores windowsize: every block is acknowledged before the next one comes.
        assert "windowsize" not in moved.granted
        assert moved.acks >= moved.data_packets
