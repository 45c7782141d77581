# SPDX-License-Identifier: MPL-2.0
"""Virtual machines with EDK2 for a firmware: OVMF on x86-64, AAVMF on arm64. Their own network stack boots, no ROM."""

from dataclasses import dataclass, field

from . import paths
from .machine import default_mac


@dataclass
class UefiSpec:
    arch: str = "x64"
    boots_by: str = "pxe"  # or "http"
    memory_mib: int = 512
    mac: str = default_mac
    tap: str = "tap0"
    uuid: str = "77777777-0001-4000-8000-525400770001"
    extra: list = field(default_factory=list)

    def command(self):
        """Waits are skipped and instructions counted, as in a Machine with `icount`: EDK2 waits for seconds, most of them
        busily, so that a slow guest (shift) is the faster one."""
        code, variables, words = {
            "x64": (paths.ovmf_code, paths.ovmf_variables,
                    ["qemu-system-x86_64", "-machine", "q35", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]),
            "arm64": (paths.aavmf_code, paths.aavmf_variables,
                      ["qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a57"]),
        }[self.arch]
        # EDK2 tries PXE before HTTP, and IPv4 before IPv6; what is not wanted is switched off.
        off = {"pxe": ["IPv6PXESupport"], "http": ["IPv4PXESupport", "IPv6PXESupport"]}[self.boots_by]
        for name in off:
            words += ["-fw_cfg", f"name=opt/org.tianocore/{name},string=no"]
        return words + [
            "-accel", "tcg", "-icount", "shift=7,sleep=off", "-m", str(self.memory_mib), "-uuid", self.uuid,
            "-nodefaults", "-display", "none", "-monitor", "none", "-no-reboot", "-serial", "stdio",
            "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={paths.need(code)}",
            # What the firmware writes into its variables is forgotten: they are shared.
            "-drive", f"if=pflash,format=raw,unit=1,snapshot=on,file={paths.need(variables)}",
            "-netdev", f"tap,id=n0,ifname={self.tap},script=no,downscript=no",
            "-device", f"virtio-net-pci,netdev=n0,mac={self.mac},romfile=,bootindex=1",
            "-device", "virtio-rng-pci",  # since 2024 EDK2 has no network without true random numbers
            *self.extra]
