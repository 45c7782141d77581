# SPDX-License-Identifier: MPL-2.0
"""A disk whose boot sector prints a letter by the BIOS and ends the machine with a status that says it ran."""

from pathlib import Path

_code = bytes.fromhex("b80e4d" "b300" "cd10" "b031" "e6f4" "f4")  # mov ax,0e4dh; int 10h; out 0f4h,31h; hlt
exit_status = (0x31 << 1) | 1


def make(path: Path):
    path.write_bytes(_code.ljust(510, b"\0") + b"\x55\xaa" + bytes(512 * 63))
    return path


def as_next_boot_device(path: Path):
    """QEMU's words for a disk that is tried after the network card."""
    return ["-drive", f"file={make(path)},format=raw,if=none,id=next", "-device", "ide-hd,drive=next,bootindex=2"]
