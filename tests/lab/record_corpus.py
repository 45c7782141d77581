#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Records the project's corpus of client packets: what real ROMs, boot programs and DHCP clients send in our lab.

Run by hand when a client is added or changes; tests only read what it wrote (tests/corpus/README.md).
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from labkit import expect, kea, paths
from labkit.dhcp import messages
from labkit.lab import Lab
from labkit.machine import nics
from labkit.process import Failed, Service, wait_until

roms = "the PXE ROM of QEMU's {} (iPXE 1.0.0+git-20190125 of Debian 12)"
kinds = {1: "discover", 3: "request", 8: "inform"}


class Recorder:
    def __init__(self, folder: Path, tools: Path):
        self.folder = folder
        self.tools = tools
        self.entries = []

    def lab(self, name):
        return Lab(self.folder / name)

    def keep(self, name, what, heard, wanted=lambda message: True):
        """Keeps the first message of each kind that a client sent."""
        kept = {}
        for message in messages(heard):
            if message.op == 1 and wanted(message):
                kept.setdefault(message.type, message)
        if not kept:
            raise Failed(f"{name} sent nothing that was looked for")
        for kind, message in kept.items():
            label = kinds.get(kind, "bootp" if kind is None else f"type-{kind}")
            self.entries.append({"name": f"{name}-{label}", "what": what, "hex": message.raw.hex()})
            print(f"  {name}-{label}: {len(message.raw)} octets")

    def chains(self):
        """The ROMs of four cards, and what they load: our firmware."""
        for nic in nics:
            with self.lab(f"chain-{nic}") as lab:
                lab.plug()
                lab.serve_chain()
                machine = lab.start_machine(nic=nic)
                machine.expect(expect.configured, 60)
                machine.expect(expect.booting, 30)
                heard = lab.capture.udp()
                self.keep(f"rom-{nic}", roms.format(nic), heard, lambda message: message.user_class == b"iPXE")
                if nic == "e1000":
                    self.keep("gpxe-bios", "our undionly.kpxe, started by that ROM", heard,
                              lambda message: message.user_class == expect.gpxe)

    def packaged_undionly(self):
        with self.lab("undionly") as lab:
            lab.plug()
            lab.serve_chain()
            lab.serve_firmware(paths.peer_undionly)
            machine = lab.start_machine()
            seen = lambda: [message for message in messages(lab.capture.udp()) if message.op == 1]  # noqa: E731
            wait_until(lambda: len({message.xid for message in seen()}) >= 2, 90, "the second program's DHCP")
            first = seen()[0].xid
            machine.stop()
            self.keep("ipxe-undionly", "undionly.kpxe of Debian 12's ipxe, started by that ROM", lab.capture.udp(),
                      lambda message: message.xid != first)

    def uefi(self, name, what, boot_order, vendor):
        firmware = self.tools / "usr/share/OVMF"
        with self.lab(name) as lab:
            lab.plug()
            lab.start_kea(kea.short_config())
            variables = lab.run / "vars.fd"
            shutil.copy(firmware / "OVMF_VARS_4M.fd", variables)
            command = ["qemu-system-x86_64", "-accel", "tcg", "-machine", "q35", "-m", "256", "-nodefaults",
                       "-display", "none", "-monitor", "none", "-serial", "stdio",
                       "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={firmware / 'OVMF_CODE_4M.fd'}",
                       "-drive", f"if=pflash,format=raw,unit=1,file={variables}",
                       "-netdev", "tap,id=n0,ifname=tap0,script=no,downscript=no",
                       "-device", "virtio-net-pci,netdev=n0,romfile=,mac=52:54:00:77:00:03,bootindex=1",
                       *boot_order]
            machine = Service(name, lab.network.command(*command), lab.run / "serial.log")
            wanted = lambda message: (message.get(60) or b"").startswith(vendor)  # noqa: E731
            try:
                wait_until(lambda: [message for message in messages(lab.capture.udp())
                                    if message.op == 1 and message.type == 3 and wanted(message)], 150, name)
            finally:
                machine.stop()
            self.keep(name, what, lab.capture.udp(), wanted)

    def uefi_pxe(self):
        self.uefi("edk2-pxe-x64", "EDK2 2022.11 (Debian 12's ovmf), PXE", [], b"PXEClient")

    def uefi_http(self):
        self.uefi("edk2-http-x64", "EDK2 2022.11 (Debian 12's ovmf), HTTP boot", [], b"HTTPClient")

    def host_client(self, name, what, *words):
        """A DHCP client program of a Linux system, on the far end of the lab's carrier cable."""
        with self.lab(name) as lab:
            lab.start_kea(kea.short_config())
            lab.network.ip("link", "set", "carrier1", "address", "52:54:00:77:00:04")
            from labkit.capture import Capture
            capture = Capture(lab.network, "carrier1", lab.run / "carrier1.pcap")
            client = Service(name, lab.network.command(*words), lab.run / "client.log")
            try:
                wait_until(lambda: any(message.type == 3 for message in messages(capture.udp())), 30, name)
            finally:
                client.stop()
                capture.stop()
            self.keep(name, what, capture.udp())

    def busybox(self):
        self.host_client("udhcpc", "busybox 1.35.0 udhcpc", paths.busybox, "udhcpc", "-i", "carrier1", "-n", "-q", "-f",
                         "-s", "/bin/true")

    def dhclient(self):
        self.host_client("dhclient", "ISC dhclient 4.4.3-P1", self.tools / "sbin/dhclient", "-4", "-d", "-1",
                         "-sf", "/bin/true", "-cf", "/dev/null", "-lf", self.folder / "leases", "-pf",
                         self.folder / "dhclient.pid", "carrier1")

    def dhcpcd(self):
        self.host_client("dhcpcd", "dhcpcd 9.4.1", self.tools / "usr/sbin/dhcpcd", "-4", "-B", "-A", "-t", "10", "-f",
                         "/dev/null", "--script", "/bin/true", "carrier1")

    def uboot(self, name, what, command):
        with self.lab(name) as lab:
            lab.plug()
            lab.start_kea(kea.short_config())
            machine = Service(name, lab.network.command(
                *command, "-nographic", "-netdev", "tap,id=n0,ifname=tap0,script=no,downscript=no",
                "-device", "virtio-net-pci,netdev=n0,romfile=,mac=52:54:00:77:00:05"), lab.run / "serial.log")
            deadline = time.monotonic() + 120
            try:
                wait_until(lambda: any(message.op == 1 and message.type == 3 for message in messages(lab.capture.udp())),
                           deadline - time.monotonic(), name)
                time.sleep(15)  # its second client, with another vendor class, comes later
            finally:
                machine.stop()
            heard = lab.capture.udp()
            classes = {message.get(60) for message in messages(heard) if message.op == 1}
            for number, vendor in enumerate(sorted(classes, key=lambda value: value or b"")):
                self.keep(f"{name}-{number + 1}", f"{what}, vendor class {(vendor or b'none').decode()}", heard,
                          lambda message, vendor=vendor: message.get(60) == vendor)

    def uboot_arm64(self):
        self.uboot("uboot-arm64", "U-Boot 2023.01 (Debian 12's u-boot-qemu) for arm64",
                   [self.tools / "usr/bin/qemu-system-aarch64", "-accel", "tcg", "-M", "virt", "-cpu", "cortex-a57",
                    "-m", "256", "-bios", self.tools / "usr/lib/u-boot/qemu_arm64/u-boot.bin"])

    def uboot_riscv64(self):
        self.uboot("uboot-riscv64", "U-Boot 2023.01 (Debian 12's u-boot-qemu) for riscv64",
                   [self.tools / "usr/bin/qemu-system-riscv64", "-accel", "tcg", "-M", "virt", "-m", "256",
                    "-bios", self.tools / "usr/lib/u-boot/qemu-riscv64/u-boot.bin"])


steps = ["chains", "packaged_undionly", "uefi_pxe", "uefi_http", "busybox", "dhclient", "dhcpcd", "uboot_arm64",
         "uboot_riscv64"]


def main():
    parser = argparse.ArgumentParser(prog="record_corpus.py", description=__doc__)
    parser.add_argument("--tools", type=Path, required=True,
                        help="a folder where the Debian packages ovmf, isc-dhcp-client, dhcpcd-base, u-boot-qemu, "
                             "qemu-system-arm and qemu-system-misc are unpacked (dpkg -x)")
    parser.add_argument("--out", type=Path, default=paths.root / "tests/corpus/recorded.jsonl")
    parser.add_argument("step", nargs="*", help="only these: " + " ".join(steps))
    arguments = parser.parse_args()
    failed = []
    with tempfile.TemporaryDirectory(prefix="chainload-corpus-") as folder:
        recorder = Recorder(Path(folder), arguments.tools)
        for step in arguments.step or steps:
            print(step, flush=True)
            try:
                getattr(recorder, step)()
            except (Failed, paths.Missing, OSError) as failure:
                print(f"  {failure}", flush=True)
                failed.append(step)
    known = {}
    if arguments.out.exists():
        known = {entry["name"]: entry for entry in map(json.loads, arguments.out.read_text().splitlines())}
    known |= {entry["name"]: entry for entry in recorder.entries}
    arguments.out.write_text("".join(json.dumps(known[name]) + "\n" for name in sorted(known)))
    print(f"{len(recorder.entries)} packets recorded, {len(known)} in {arguments.out}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
