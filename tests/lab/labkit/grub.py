# SPDX-License-Identifier: MPL-2.0
"""GRUB as a network boot program, made by grub-mkimage with a script inside."""

import subprocess
from pathlib import Path

from . import paths

_modules = ["pxe", "pxechain", "net", "tftp", "echo", "halt"]


def make_pxe_image(path: Path, *script):
    """A file that a PXE ROM starts; GRUB runs the lines of `script`."""
    embedded = path.with_suffix(".cfg")
    embedded.write_text("".join(f"{line}\n" for line in script))
    subprocess.run([paths.need(paths.grub_mkimage), "-O", "i386-pc-pxe", "-o", path, "-p", "/grub", "-c", embedded,
                    *_modules], check=True, timeout=60)
    return path
