# SPDX-License-Identifier: MPL-2.0
"""Commands with a log each, of which nothing outlives this program."""

import ctypes
import os
import signal
import subprocess
from pathlib import Path


def say(text):
    print(f"kea-matrix: {text}", flush=True)


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def run(command, log):
    """Runs a command with its output in `log`; true if it ended well."""
    with open(log, "ab") as output:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, preexec_fn=_die_with_parent, start_new_session=True)
        try:
            return process.wait() == 0
        finally:
            if process.poll() is None:  # interrupted: it leads a process group of its own
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()


def tail(log, lines=25):
    return "\n".join(Path(log).read_text(errors="replace").splitlines()[-lines:])
