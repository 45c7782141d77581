# SPDX-License-Identifier: MPL-2.0
"""Writes newc cpio archives, the format of a Linux initrd [Linux: driver-api/early-userspace/buffer-format]."""

import stat
from pathlib import Path


class Archive:
    """Collects entries in memory; `bytes()` gives the archive with its trailer, padded to 512."""

    def __init__(self):
        self._parts = []
        self._next_inode = 1

    def _entry(self, name, mode, data=b"", device=(0, 0)):
        fields = [self._next_inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0]
        self._next_inode += 1
        head = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
        self._parts += [head, bytes(-len(head) % 4), data, bytes(-len(data) % 4)]
        return self

    def directory(self, name):
        return self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o644):
        return self._entry(name, stat.S_IFREG | mode, data)

    def character_device(self, name, major, minor):
        return self._entry(name, stat.S_IFCHR | 0o600, b"", (major, minor))

    def bytes(self):
        self._entry("TRAILER!!!", 0)
        whole = b"".join(self._parts)
        return whole + bytes(-len(whole) % 512)

    def write(self, path: Path):
        path.write_bytes(self.bytes())
        return path
