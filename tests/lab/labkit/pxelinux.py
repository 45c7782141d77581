# SPDX-License-Identifier: MPL-2.0
"""Puts PXELINUX with the menu of docs/servers/ into a TFTP directory; the menu starts our image by itself."""

import shutil
from pathlib import Path

from . import configurations, paths

# A name that ends in .0 tells PXELINUX to start the file as a network boot program.
image_name = "undionly.0"


def install(directory: Path, image: Path):
    shutil.copy(paths.need(paths.pxelinux), directory / "pxelinux.0")
    for module in ("ldlinux.c32", "menu.c32", "libutil.c32"):
        shutil.copy(paths.need(paths.syslinux_modules / module), directory / module)
    (directory / "pxelinux.cfg").mkdir(exist_ok=True)
    shutil.copy(configurations.folder / "pxelinux.cfg/default", directory / "pxelinux.cfg/default")
    shutil.copy(image, directory / image_name)
