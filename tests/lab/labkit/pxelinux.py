# SPDX-License-Identifier: MPL-2.0
"""Puts PXELINUX with a menu.c32 menu into a TFTP directory; the menu starts our image by itself after a moment."""

import shutil
from pathlib import Path

from . import paths

# A name that ends in .0 tells PXELINUX to start the file as a network boot program.
image_name = "undionly.0"

_menu = f"""DEFAULT menu.c32
PROMPT 0
TIMEOUT 10
ONTIMEOUT chainload

LABEL chainload
  MENU LABEL Chainload from a PXE capable card
  KERNEL {image_name}
"""


def install(directory: Path, image: Path):
    shutil.copy(paths.need(paths.pxelinux), directory / "pxelinux.0")
    for module in ("ldlinux.c32", "menu.c32", "libutil.c32"):
        shutil.copy(paths.need(paths.syslinux_modules / module), directory / module)
    (directory / "pxelinux.cfg").mkdir(exist_ok=True)
    (directory / "pxelinux.cfg/default").write_text(_menu)
    shutil.copy(image, directory / image_name)
