# SPDX-License-Identifier: MPL-2.0
"""One boot of one firmware on one card, and what each of its downloads cost the machine that emulates it.

The card's ROM (which is iPXE, too) and every firmware are given the same script. It chains the firmware by TFTP where it
runs in the ROM, told by the name of the driver, and otherwise downloads, with a mark before and after each download.
"""

import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

from labkit import kea
from labkit.lab import Lab
from labkit.machine import MachineSpec
from labkit.network import bridge, server_address

from .marks import Marks, port
from .start_watch import StartWatch

windowed_address = "198.18.77.2"  # where atftpd is, beside tftpd-hpa
image_name = "firmware.kpxe"
cards = ("e1000", "e1000e", "virtio", "rtl8139", "vmxnet3", "pcnet", "eepro100")
# What the ROMs call themselves in ${net0/chip}; everything else is a firmware over UNDI.
rom_chips = ("82540em", "82574l", "virtio-net", "rtl8139")


@dataclass(frozen=True)
class Download:
    name: str
    title: str
    mebibytes: int
    address: str


def downloads(http_mebibytes=16, tftp_mebibytes=4):
    return [Download("http", "HTTP", http_mebibytes, f"http://{server_address}/http.bin"),
            Download("tftp", "TFTP, lockstep (tftpd-hpa)", tftp_mebibytes, f"tftp://{server_address}/tftp.bin"),
            Download("windowed", "TFTP, windows offered (atftpd)", tftp_mebibytes, f"tftp://{windowed_address}/tftp.bin")]


@dataclass
class Cost:
    """Of one download: QEMU's CPU time and time on the wall, each for a MiB."""
    cpu: float
    wall: float


def script(wanted):
    lines = ["#!ipxe", *(f"iseq ${{net0/chip}} {chip} && goto rom ||" for chip in rom_chips),
             f"imgfetch --name mark http://{server_address}:{port}/begin", "imgfree mark"]
    for one in wanted:
        lines += [f"imgfetch --name bulk {one.address}", "imgfree bulk",
                  f"imgfetch --name mark http://{server_address}:{port}/{one.name}", "imgfree mark"]
    lines += [":forever", "sleep 60", "goto forever", ":rom", f"chain tftp://{server_address}/{image_name}"]
    return "\n".join(lines) + "\n"


class PinnedSpec(MachineSpec):
    """A machine on a CPU of its own; the servers are on ours."""
    cpu = 1

    def command(self):
        return ["chrt", "--other", "0", "taskset", "-c", str(self.cpu), *super().command()]


def pin():
    """This process, and with it every server it starts, keeps off the machine's CPU and waits for nobody else.

    A firmware that waits for a slow server burns the emulator's time, and the less of its own it needs the more of that
    is in its figure.
    """
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) > 1:
        PinnedSpec.cpu = cpus[-1]
        os.sched_setaffinity(0, set(cpus[:-1]))
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        print("bench: the servers cannot be given a realtime priority here: measure on a machine that does nothing else",
              flush=True)


def cpu_seconds(pid):
    """What all its threads have run so far."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def boot(firmware, nic, wanted, folder):
    """(seconds from the firmware's last TFTP ACK to the script's last byte, {download: Cost})"""
    with Lab(folder) as lab:
        lab.network.add_tap("tap0")
        lab.network.ip("addr", "add", f"{windowed_address}/24", "dev", bridge)
        lab.serve_firmware(firmware.image, image_name)
        (lab.files / "script.ipxe").write_text(script(wanted))
        for one in wanted:
            where = lab.files if one.name == "http" else lab.tftp_files
            path = where / one.address.rsplit("/", 1)[1]
            if not path.exists():
                path.write_bytes(random.Random(1).randbytes(one.mebibytes << 20))
        lab.start_router()
        lab.start_kea(kea.without_hook(kea.short_config(), next_server=server_address,
                                       boot_file_name=f"http://{server_address}/script.ipxe"))
        lab.start_tftpd_hpa()
        lab.start_atftpd(windowed_address)
        lab.start_web()
        watch = StartWatch(lab.network, "tap0", image_name)
        try:
            machine = lab.start(PinnedSpec(nic=nic))
            marks = Marks(lab.network, lambda: (cpu_seconds(machine.pid), time.monotonic()))
            try:
                before = marks.wait("begin", machine)
                watch.stop()
                found = {}
                for one in wanted:
                    after = marks.wait(one.name, machine)
                    found[one.name] = Cost(*((now - then) / one.mebibytes for now, then in zip(after, before)))
                    before = after
            finally:
                marks.stop()
        finally:
            watch.stop()
        return watch.seconds(), found
