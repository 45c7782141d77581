# SPDX-License-Identifier: MPL-2.0
"""The userland of the lab's Linux guests: static busybox and an /init that reports on the serial line and powers off.

Its lines all begin with `LAB `; whoever looks for one uses the patterns here.
"""

import hashlib
import random
import re
from pathlib import Path

from . import paths
from .cpio import Archive

up = re.compile(r"LAB linux up: kernel (\S+), MemTotal (\d+) kB")
e820_line = re.compile(r"LAB e820 (.*)")
command_line = re.compile(r"LAB cmdline (.*)")
payload_line = re.compile(r"LAB payload ([0-9a-f]{64}) (\S+)")
done = re.compile(r"LAB done")

_init = """#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
total=$($b sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)
echo
echo "LAB linux up: kernel $($b uname -r), MemTotal $total kB"
echo "LAB cmdline $($b cat /proc/cmdline)"
$b dmesg | $b sed -n 's/.*BIOS-e820: /LAB e820 /p'
for file in /payload/*; do
  [ -f "$file" ] || continue
  set -- $($b sha256sum "$file")
  echo "LAB payload $1 ${file##*/}"
done
echo "LAB done"
$b sleep 0.1
$b poweroff -f
"""


def write_initrd(path: Path):
    archive = Archive()
    for name in ("bin", "dev", "proc"):
        archive.directory(name)
    archive.character_device("dev/console", 5, 1)
    archive.file("bin/busybox", paths.need(paths.busybox).read_bytes(), 0o755)
    archive.file("init", _init.encode(), 0o755)
    return archive.write(path)


_dhcp_init = """#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
for module in %s; do $b insmod /modules/$module.ko; done
$b ip link set eth0 up
$b udhcpc -f -q -n -i eth0 -s /tell -O bootfile
echo "LAB done"
$b sleep 0.1
$b poweroff -f
"""
_tell = """#!/bin/busybox sh
[ "$1" = bound ] && echo "LAB lease ip=$ip boot_file=$boot_file siaddr=$siaddr."
"""
lease_line = re.compile(r"LAB lease ip=(\S*) boot_file=(\S*) siaddr=(\S*)\.")
_card_modules = ["virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "failover",
                 "net_failover", "virtio_net"]


def write_dhcp_initrd(path: Path):
    """A userland that asks DHCP over a virtio card, as an ordinary Linux does, and reports its lease."""
    archive = Archive()
    for name in ("bin", "dev", "proc", "modules"):
        archive.directory(name)
    archive.character_device("dev/console", 5, 1)
    archive.file("bin/busybox", paths.need(paths.busybox).read_bytes(), 0o755)
    archive.file("init", (_dhcp_init % " ".join(_card_modules)).encode(), 0o755)
    archive.file("tell", _tell.encode(), 0o755)
    for name in _card_modules:
        archive.file(f"modules/{name}.ko", paths.need(paths.kernel_modules / f"{name}.ko").read_bytes())
    return archive.write(path)


class Payload:
    """An archive with one file of seeded random bytes: an extra initrd whose content the guest can check."""

    def __init__(self, directory: Path, name, mebibytes, seed):
        data = random.Random(seed).randbytes(mebibytes << 20)
        self.name = name
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.path = Archive().directory("payload").file(f"payload/{name}", data).write(directory / f"{name}.cpio")
