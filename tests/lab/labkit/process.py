# SPDX-License-Identifier: MPL-2.0
"""Child processes with a log, ended by their own pid, that never outlive the lab."""

import ctypes
import signal
import subprocess
import time
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


def die_with_parent():
    """For Popen's preexec_fn: the kernel ends the child if the lab is killed."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Failed(Exception):
    """A program of the lab ended or stayed silent when it should not have."""


def wait_until(condition, timeout, what):
    """Polls `condition` until it returns something true, and returns that; Failed after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed(f"waited {timeout} s in vain for {what}")
        time.sleep(0.02)


class Service:
    """A server process whose output goes to `log`."""

    def __init__(self, name, command, log: Path, env=None, cwd=None):
        self.name = name
        self.log = log
        self._log_file = open(log, "ab")
        self._process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=self._log_file,
            stderr=subprocess.STDOUT, env=env, cwd=cwd, preexec_fn=die_with_parent)

    @property
    def pid(self):
        return self._process.pid

    def is_running(self):
        return self._process.poll() is None

    def send(self, signal_number):
        self._process.send_signal(signal_number)

    def text(self):
        return self.log.read_text(errors="replace")

    def tail(self, lines=30):
        return "\n".join(self.text().splitlines()[-lines:])

    def wait_ready(self, condition, timeout=15):
        """Waits for `condition()`. If it does not come true, stops the program and says what it printed."""
        def ready():
            if not self.is_running():
                raise Failed(f"{self.name} ended with status {self._process.returncode}")
            return condition()
        try:
            return wait_until(ready, timeout, f"{self.name} to be ready")
        except Failed as failure:
            self.stop()
            raise Failed(f"{failure}\n{self.tail()}") from None

    def stop(self, timeout=5):
        """Ends the process, politely first. Returns its status."""
        if self.is_running():
            self._process.terminate()
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self._process.kill()
        status = self._process.wait()
        self._log_file.close()
        return status
