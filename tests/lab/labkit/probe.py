# SPDX-License-Identifier: MPL-2.0
"""What the lab's own small kernel (tests/lab/probe) printed, read back from the serial text."""

import re
from dataclasses import dataclass

from . import paths

done = re.compile(r"PROBE done")
exit_status = 33


def checksum(data: bytes):
    """The probe's checksum: for each byte, turn left by one and add."""
    total = 0
    for byte in data:
        total = (((total << 1) | (total >> 31)) + byte) & 0xFFFFFFFF
    return total


@dataclass
class Region:
    address: int
    size: int
    checksum: int


@dataclass
class Report:
    loader: int
    command_line: str
    kernel: Region
    initrd: Region
    base_kib: int
    e820: list  # (base, length, type)

    def usable_memory(self):
        return sum(length for _, length, kind in self.e820 if kind == 1)


def read(text: str):
    def numbers(label):
        return [[int(word, 16) for word in match.split()]
                for match in re.findall(rf"^PROBE {label}((?: [0-9a-f]{{8}})+)", text, re.M)]

    return Report(
        loader=numbers("up loader, flags, heap_end")[0][0],
        command_line=re.search(r"^PROBE cmdline (.*)$", text, re.M)[1],
        kernel=Region(*numbers("kernel")[0]),
        initrd=Region(*numbers("initrd")[0]),
        base_kib=numbers("base_kib")[0][0],
        e820=[((high << 32) | low, (len_high << 32) | len_low, kind)
              for high, low, len_high, len_low, kind in numbers("e820")])


def protected_part():
    """The bytes of the probe that a loader must put at its code32_start."""
    image = paths.need(paths.probe_kernel).read_bytes()
    return image[(image[0x1F1] + 1) * 512:]
