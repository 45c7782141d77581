# SPDX-License-Identifier: MPL-2.0
"""A virtual machine in QEMU with a BIOS, a PXE ROM and a serial line that is read as it comes."""

import re
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import paths
from .process import Failed, die_with_parent

default_mac = "52:54:00:77:00:01"

# SeaBIOS knows the PCI id of Debian's virtio ROM only when the card is not transitional.
nics = {
    "e1000": ("e1000", "pxe-e1000.rom"),
    "virtio": ("virtio-net-pci,disable-legacy=on", "pxe-virtio.rom"),
    "rtl8139": ("rtl8139", "pxe-rtl8139.rom"),
    "vmxnet3": ("vmxnet3", "pxe-vmxnet3.rom"),
    "e1000e": ("e1000e", "pxe-e1000e.rom"),
    "eepro100": ("i82557b", "pxe-eepro100.rom"),
    "pcnet": ("pcnet", "pxe-pcnet.rom"),
}

_escapes = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[^[]|[\x00\x07\x08\r]")


@dataclass
class MachineSpec:
    nic: str = "e1000"
    memory_mib: int = 512
    mac: str = default_mac
    tap: str = "tap0"
    icount: bool = False  # skip idle waits and count instructions: deterministic, but no measure of time
    uuid: str = "77777777-0001-4000-8000-525400770001"
    has_rom: bool = True  # without it the machine boots from disk, or what `extra` says
    extra: list = field(default_factory=list)

    def command(self):
        device, rom = nics[self.nic]
        rom_file = paths.need(paths.roms / rom) if self.has_rom else ""
        words = ["qemu-system-x86_64", "-accel", "tcg", "-machine", "pc,graphics=off", "-m", str(self.memory_mib),
                 "-uuid", self.uuid, "-nodefaults", "-display", "none", "-monitor", "none", "-no-reboot",
                 "-serial", "stdio",
                 "-netdev", f"tap,id=n0,ifname={self.tap},script=no,downscript=no",
                 "-device", f"{device},netdev=n0,mac={self.mac},romfile={rom_file},bootindex=1",
                 "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        if self.icount:
            words += ["-icount", "shift=4,sleep=off"]
        return words + self.extra


class Machine:
    """Runs `spec` in `network`. `expect` reads on from where the last one matched."""

    def __init__(self, network, spec: MachineSpec, log: Path, echo=None):
        self.log = log
        self.spec = spec
        self._echo = echo
        self._text = ""
        self._line_times = []  # (offset of the line's first character, seconds since start)
        self._cursor = 0
        self._grown = threading.Condition()
        self._closed = False
        self.started_at = time.monotonic()
        self._process = subprocess.Popen(
            network.command(*spec.command()), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        pending = ""
        with open(self.log, "wb") as log:
            while chunk := self._process.stdout.read1(65536):
                now = time.monotonic() - self.started_at
                log.write(chunk)
                log.flush()
                raw = pending + chunk.decode("latin-1")
                # An escape sequence may be cut by the end of the chunk: keep its beginning for the next one.
                cut = raw.rfind("\x1b", max(0, len(raw) - 12))
                pending = raw[cut:] if cut >= 0 and not _escapes.match(raw, cut) else ""
                clean = _escapes.sub("", raw[:len(raw) - len(pending)])
                if self._echo:
                    self._echo(clean)
                with self._grown:
                    if not self._line_times:
                        self._line_times.append((0, now))
                    for match in re.finditer("\n", clean):
                        self._line_times.append((len(self._text) + match.end(), now))
                    self._text += clean
                    self._grown.notify_all()
        with self._grown:
            self._closed = True
            self._grown.notify_all()

    @property
    def text(self):
        with self._grown:
            return self._text

    def tail(self, lines=25):
        return "\n".join(line for line in self.text.splitlines()[-4 * lines:] if line.strip())[-4000:]

    def expect(self, marker, timeout, may_grow=True):
        """Waits for the regular expression `marker` in the serial stream; Failed with the stream's tail otherwise.

        A match that ends where the stream ends may still grow, unless nothing follows any more or `may_grow` is false.
        """
        pattern = re.compile(marker) if isinstance(marker, str) else marker
        deadline = time.monotonic() + timeout
        with self._grown:
            while True:
                match = pattern.search(self._text, self._cursor)
                if match and (not may_grow or match.end() < len(self._text) or self._closed):
                    self._cursor = match.end()
                    return match
                left = deadline - time.monotonic()
                if self._closed or left <= 0:
                    why = "the machine ended" if self._closed else f"{timeout} s passed"
                    raise Failed(f"{why} without {pattern.pattern!r} on the serial line; its last lines:\n"
                                 + "\n".join(self._text.splitlines()[-30:]))
                self._grown.wait(left)

    def time_of(self, match):
        """Seconds from power-on to the line where `match` begins."""
        with self._grown:
            return max((when for offset, when in self._line_times if offset <= match.start()), default=0.0)

    def press(self, keys: str):
        """Types on the serial console (SeaBIOS turns it into keystrokes)."""
        self._process.stdin.write(keys.encode("latin-1"))
        self._process.stdin.flush()

    def wait(self, timeout):
        """Waits for the machine to power off and returns QEMU's status ((v << 1) | 1 after a write of v to port F4h)."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f"the machine still ran after {timeout} s; its last lines:\n{self.tail()}") from None
        self._reader.join(5)
        return status

    def is_running(self):
        return self._process.poll() is None

    @property
    def pid(self):
        return self._process.pid

    def stop(self):
        if self.is_running():
            self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._reader.join(5)
