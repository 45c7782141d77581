# SPDX-License-Identifier: MPL-2.0
"""What happens in a lab, told while it happens: listens to the wire, Kea's log, nginx's log and the serial line."""

import queue
import time

from . import expect, initrd
from .dhcp import Message, ack, discover
from .observer import Observer
from .tftp_transfers import Follower


_screen_columns = 80


def _unwrapped(text, start):
    """The line that begins at `start`, joined again where the screen's edge broke it."""
    lines = text[start:start + 1000].split("\n")
    line = lines[0]
    for left, right in zip(lines, lines[1:]):
        if len(left) < _screen_columns:
            break
        line += right
    return line.strip()


class Story:
    """Prints a line per step and remembers when each stage was reached, in seconds since power-on."""

    def __init__(self, lab, tell):
        self._lab = lab
        self._tell_line = tell
        self._heard = queue.Queue()
        self._observer = Observer(lab.network, "tap0", self._heard.put)
        self._follower = Follower()
        self._told_xids = set()
        self._told_decisions = 0
        self._told_requests = 0
        self._told_transfers = set()
        self._serial_marks = {"banner": expect.banner, "loop": expect.loop_sentence, "linux": initrd.up}
        self._serial_from = 0
        self._power_on = (time.monotonic(), time.time())
        self.reached = {}  # stage name to seconds
        self.loads = []  # finished TFTP transfers of the firmware
        self.linux = ""

    def stop(self):
        self._observer.stop()

    def power_on(self, what):
        self._power_on = (time.monotonic(), time.time())
        self._tell(0.0, "power", what)

    def elapsed(self):
        return time.monotonic() - self._power_on[0]

    def _tell(self, seconds, who, what):
        self._tell_line(f"[{seconds:6.2f} s] {who:<8} {what}")

    def _reach(self, stage, seconds=None):
        self.reached.setdefault(stage, self.elapsed() if seconds is None else seconds)

    def follow(self):
        """Tells what is new. To be called often."""
        while not self._heard.empty():
            datagram = self._heard.get()
            self._follow_dhcp(datagram)
            self._follow_tftp(datagram)
        self._follow_decisions()
        self._follow_serial()
        self._follow_web()

    def _since_power_on(self, epoch):
        return max(0.0, epoch - self._power_on[1])

    def _follow_dhcp(self, datagram):
        if not {datagram.source_port, datagram.target_port} & {67, 68} or len(datagram.payload) < 240:
            return
        message = Message(datagram.payload, datagram.time)
        is_ours = message.user_class == expect.gpxe
        at = self._since_power_on(datagram.time)
        if message.type == discover and message.xid not in self._told_xids:
            self._told_xids.add(message.xid)
            vendor = (message.get(60) or b"").decode("latin-1").split(":UNDI")[0]
            says = message.user_class.decode("latin-1")
            who = "firmware" if is_ours else "ROM"
            self._tell(at, who, f"DHCP DISCOVER from {message.mac}: {vendor}, user class {says}")
            self._reach("gpxe asks" if is_ours else "rom asks", at)
        elif message.type == ack:
            self._reach("rom answered" if "gpxe asks" not in self.reached else "gpxe answered", at)
            self._tell(at, "kea", f"gives {message.yiaddr} to {message.mac}, "
                                  f"boot file {(message.get(67) or message.file).rstrip(bytes(1)).decode('latin-1')}")

    def _follow_tftp(self, datagram):
        moved = self._follower.take(datagram)
        if moved and moved.finished and id(moved) not in self._told_transfers:
            self._told_transfers.add(id(moved))
            at = self._since_power_on(moved.finished)
            if moved.file.endswith("undionly.kpxe"):
                self.loads.append(moved)
                self._reach("firmware loaded", at)
            took = moved.finished - moved.started
            self._tell(at, "tftp", f"{moved.file}, {moved.size:,} bytes in {took:.2f} s")

    def _follow_decisions(self):
        decisions = self._lab.kea.decisions()
        for decision in decisions[self._told_decisions:]:
            if "REQUEST" not in decision.message:  # the same rule answers both; once is enough to read
                self._tell(self.elapsed(), "hook", f"{decision.client}: rule {decision.rule} gives {decision.file}")
                self._reach("script rule" if decision.rule == "built-in/script" else "firmware rule")
        self._told_decisions = len(decisions)

    def _follow_web(self):
        if not self._lab.web:
            return
        requests = self._lab.web.requests()
        for request in requests[self._told_requests:]:
            at = self._since_power_on(request.at)
            failed = "" if request.status in (200, 206) else f", answered with {request.status}"
            self._tell(at, "http", f"{request.target}, {request.size:,} bytes in {request.seconds:.2f} s{failed}")
            if not failed:
                stage = "script" if ".php" in request.target else request.target.lstrip("/").split("?")[0]
                self._reach({"vmlinuz": "kernel", "initrd.img": "initrd"}.get(stage, stage), at)
        self._told_requests = len(requests)

    def _follow_serial(self):
        text = self._lab.machine.text
        found = []
        for stage, pattern in self._serial_marks.items():
            for match in pattern.finditer(text, self._serial_from):
                if "\n" in text[match.end():]:  # the line is complete
                    found.append((match.start(), match.end(), stage, match))
        for _, end, stage, match in sorted(found, key=lambda mark: mark[0]):
            at = self._lab.machine.time_of(match)
            self._serial_from = end
            line = _unwrapped(text, text.rfind("\n", 0, match.start()) + 1)
            if stage == "linux":
                self.linux = f"Linux {match[1]} with {int(match[2]) // 1024} MiB"
                line = f"{self.linux} reports on the serial line"
            self._tell(at, "linux" if stage == "linux" else "firmware", line)
            self._reach(stage, at)
