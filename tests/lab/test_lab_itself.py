# SPDX-License-Identifier: MPL-2.0
"""The lab's own parts, without our product: what the other tests lean on must be right first."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from labkit import initrd, kea, paths, probe
from labkit.asker import Answer
from labkit.boots_in_force import BootsInForce
from labkit.cpio import Archive
from labkit.dhcp import Message
from labkit.network import Network, sweep_dead_namespaces
from labkit.process import wait_until


def test_two_labs_live_side_by_side_and_leave_nothing_behind():
    first, second = Network(), Network()
    try:
        assert first.name != second.name
        for network in (first, second):
            assert "198.18.77.1/24" in network.ip("addr", "show", "br0")
    finally:
        first.close()
        second.close()
    assert not Path("/run/netns", first.name).exists() and not Path("/run/netns", second.name).exists()


def test_what_a_killed_lab_left_is_swept_away(tmp_path):
    program = ("import os, signal, sys; from pathlib import Path; from labkit.lab import Lab; "
               "lab = Lab(Path(sys.argv[1])); lab.plug(); lab.start_web(); print(lab.network.name, flush=True); "
               "os.kill(os.getpid(), signal.SIGKILL)")
    killed = subprocess.run(["/usr/bin/python3", "-c", program, tmp_path], capture_output=True, text=True, timeout=30,
                            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)})
    left = Path("/run/netns", killed.stdout.strip())
    assert left.name.startswith("chainload-lab-") and left.exists()
    workers = subprocess.run(["ip", "netns", "pids", left.name], capture_output=True, text=True).stdout.split()
    sweep_dead_namespaces()
    assert not left.exists()
    wait_until(lambda: not any(Path("/proc", pid).exists() for pid in workers), 5, "the killed lab's workers to end")


def test_archive_is_read_by_busybox(tmp_path):
    Archive().directory("d").file("d/odd", b"12345").file("d/empty", b"").write(tmp_path / "a.cpio")
    with open(tmp_path / "a.cpio", "rb") as archive:
        listing = subprocess.run([paths.busybox, "cpio", "-itv"], stdin=archive, capture_output=True, text=True).stdout
    assert [line.split()[-1] for line in listing.splitlines()] == ["d", "d/odd", "d/empty"]
    assert " 5 " in listing


def test_payload_is_the_same_for_a_seed_and_differs_for_another(tmp_path):
    first = initrd.Payload(tmp_path, "one", 1, seed=1)
    assert first.sha256 == initrd.Payload(tmp_path, "one", 1, seed=1).sha256
    assert first.sha256 != initrd.Payload(tmp_path, "one", 1, seed=2).sha256
    assert first.path.stat().st_size > 1 << 20


def test_kea_comments_are_taken_out_but_not_from_strings(tmp_path):
    (tmp_path / "kea.json").write_text('{ // one\n "a": "http://x/#y", # two\n /* three\n */ "b": "\\"//" }')
    assert kea.read_config(tmp_path / "kea.json") == {"a": "http://x/#y", "b": '"//'}


def test_boot_script_answers_by_mac_over_real_php(lab):
    lab.start_web()
    lab.web.set_machine("52:54:00:77:00:09", "vmlinuz", ["a.img", "tftp://198.18.77.1/b.img"], "quiet")
    lab.web.set_script("52:54:00:77:00:08", "echo Hello", "exit")
    fetched = {}
    for mac in ("52:54:00:77:00:08", "52:54:00:77:00:09", "52-54-00-77-00-09", "52:54:00:00:00:00", "nobody"):
        fetched[mac] = subprocess.run(
            lab.network.command("/bin/busybox", "wget", "-q", "-O", "-",
                                f"http://198.18.77.1/real_boot_script.php?mac={mac}"),
            capture_output=True, text=True, timeout=20).stdout
    script = fetched["52:54:00:77:00:09"].splitlines()
    assert script[0] == "#!gpxe"
    assert script[2:] == ["kernel http://198.18.77.1/vmlinuz quiet", "initrd http://198.18.77.1/a.img",
                          "initrd tftp://198.18.77.1/b.img", "boot"]
    assert fetched["52:54:00:77:00:08"].splitlines()[2:] == ["echo Hello", "exit"]
    assert fetched["52-54-00-77-00-09"] == fetched["52:54:00:77:00:09"]
    assert "Nothing is set up for 52:54:00:00:00:00" in fetched["52:54:00:00:00:00"]
    assert fetched["nobody"] == ""
    refused = wait_until(lambda: [each for each in lab.web.requests() if each.target.endswith("mac=nobody")], 20,
                         "the last request's line, which nginx writes after its answer")
    assert [each.status for each in refused] == [400]


def test_wire_carries_frames_and_loses_the_asked_share(lab):
    lab.plug_through_wire(seed=3, up_drop=0.2)
    kind, count = b"\x88\xb5", 400
    frame = b"\xff" * 6 + bytes.fromhex("525400770001") + kind + bytes(60)
    far_end = lab.network.packet_socket("carrier1")
    with lab.network.open_tap("tap0") as machine:
        for _ in range(count):
            machine.write(frame)
        time.sleep(0.3)
    counts = lab.wire.stop()["up"]
    far_end.setblocking(False)
    arrived = 0
    with pytest.raises(BlockingIOError):
        while True:
            arrived += far_end.recv(65536)[12:14] == kind
    far_end.close()
    assert counts["frames"] == count
    assert arrived == counts["delivered"] == count - counts["dropped"]
    assert 50 < counts["dropped"] < 110


def test_probe_reports_what_a_loader_gave_it(lab, tmp_path):
    """QEMU's own loader starts the probe, so that its report is known to be right before our firmware is judged by it."""
    data = bytes(range(256)) * 5 + b"end"
    (tmp_path / "data").write_bytes(data)
    lab.network.add_tap("tap0")
    machine = lab.start_machine(memory_mib=64, extra=[
        "-kernel", str(paths.need(paths.probe_kernel)), "-append", "one two", "-initrd", str(tmp_path / "data")])
    machine.expect(probe.done, 20)
    assert machine.wait(10) == probe.exit_status
    report = probe.read(machine.text)
    assert report.command_line == "one two"
    assert (report.initrd.size, report.initrd.checksum) == (len(data), probe.checksum(data))
    assert report.kernel.checksum == probe.checksum(probe.protected_part())
    assert 60 << 20 < report.usable_memory() < 64 << 20


def test_expect_gives_up_with_the_last_lines(lab):
    from labkit.process import Failed
    lab.network.add_tap("tap0")
    machine = lab.start_machine()
    with pytest.raises(Failed, match="(?s)never printed.*SeaBIOS"):
        machine.expect("never printed", 2)


def test_cut_option_is_refused():
    with pytest.raises(ValueError, match="option 77"):
        Message(bytes(240) + bytes([53, 1, 1, 77, 4, 65]))


def test_mixed_and_outdated_replies_are_told_from_old_and_new_ones():
    mac = "52:54:00:00:0d:01"
    boots = BootsInForce([mac])
    boots.update({mac: 7}, sent=10.0, answered=11.0)
    boots.update({mac: 8}, sent=20.0, answered=21.0)

    def fault(asked, answered, siaddr, name):
        text = [b"s-%d" % name, b"f-%d" % name]
        raw = (bytes([2, 1, 6, 0]) + bytes(16) + bytes(map(int, siaddr.split("."))) + bytes(20)
               + text[0].ljust(64, b"\0") + text[1].ljust(128, b"\0") + b"\x63\x82\x53\x63")
        options = b"".join(bytes([code, len(value)]) + value for code, value in zip((66, 67), text)) + b"\xff"
        return boots.fault(Answer(mac, asked, answered, Message(raw + options)))

    assert fault(12.0, 12.1, "10.0.0.7", 7) is None
    assert fault(20.5, 20.6, "10.0.0.7", 7) is None and fault(20.5, 20.6, "10.0.0.8", 8) is None
    assert "a mix" in fault(12.0, 12.1, "10.0.0.7", 8)
    assert "was answered 7, but in force were [(8" in fault(21.5, 22.0, "10.0.0.7", 7)
    assert "was answered 8" in fault(12.0, 19.0, "10.0.0.8", 8)
