# SPDX-License-Identifier: MPL-2.0
"""How many instructions the guest needs for a turn of its network loop that finds nothing, and for one that finds a frame.

QEMU counts (tests/bench/count_polls.cc), with a clock that instructions drive, so that nothing depends on the host's.
The machine sleeps in its script; meanwhile full-sized datagrams for a port where nobody listens come, one at a time. The
turn that is seen most often is the idle one; what those with a frame have more is what a frame costs: not always the
same, for the ROM fills the card's ring anew now and then.
"""

import os
import signal
import socket
import statistics
import struct
import time
from collections import Counter
from dataclasses import dataclass

from labkit import kea
from labkit.lab import Lab
from labkit.machine import MachineSpec
from labkit.network import server_address
from labkit.process import Failed

from .marks import Marks, port

frames_sent = 200
payload = bytes(1472)
discard_port = 9


@dataclass
class Instructions:
    idle: int
    frame: int  # the median of `frames` turns with one
    frames: int

    def sentence(self, card):
        return (f"{card}: {self.idle:,} instructions for an idle poll, {self.frame:,} more for a full frame "
                f"(median of {self.frames} turns)")


def _mark(low_block):
    """The first bytes of the routine in low.asm that a turn runs; the header's seventh word says where it stands."""
    code = low_block.read_bytes()
    begin = struct.unpack_from("<H", code, 12)[0]
    return code[begin:begin + 16].hex()


def _script():
    return "\n".join(["#!gpxe", f"imgfetch --name mark http://{server_address}:{port}/asleep", "sleep 600"]) + "\n"


def read_turns(text):
    """From the plugin's lines: a number of instructions, and how many turns had so many."""
    turns = Counter({int(count): int(times) for count, times in (line.split() for line in text.splitlines())})
    idle = turns.most_common(1)[0][0]
    # A frame is copied and summed, word by word: that is three instructions for each at the least. A timer's tick and a
    # look for keys cost less.
    frames = sorted(count - idle for count in turns.elements() if count - idle >= 3 * len(payload) // 4)
    if len(frames) < frames_sent // 4:
        raise Failed(f"{len(frames)} of {frames_sent} frames were seen; the turns seen most: {turns.most_common(8)}")
    return Instructions(idle, statistics.median_low(frames), len(frames))


def count(card, build, folder):
    plugin, low_block = build / "tests/bench/libcount_polls.so", build / "firmware/platform/bios/low.bin"
    with Lab(folder) as lab:
        lab.network.add_tap("tap0")
        lab.serve_firmware()
        (lab.files / "script.gpxe").write_text(_script())
        config = kea.short_config()
        kea.chainload_parameters(config)["script"] = f"http://{server_address}/script.gpxe"
        lab.start_router()
        lab.start_kea(config)
        lab.start_tftpd_hpa()
        lab.start_web()
        marks = Marks(lab.network, lambda: None)
        try:
            out = folder / "turns"
            machine = lab.start(MachineSpec(nic=card, extra=[
                "-icount", "shift=0,sleep=off", "-plugin", f"{plugin},mark={_mark(low_block)},out={out}"]))
            marks.wait("asleep", machine)
            _send_frames(lab, marks.client)
            os.kill(machine.pid, signal.SIGTERM)  # QEMU ends as it should, and the plugin tells
            machine.wait(20)
            return read_turns(out.read_text())
        finally:
            marks.stop()


def _send_frames(lab, machine_address):
    with lab.network.inside(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
        for _ in range(frames_sent):
            sender.sendto(payload, (machine_address, discard_port))
            time.sleep(0.01)
