# SPDX-License-Identifier: MPL-2.0
"""python3 -m benchkit firmware|hook|server …: scripts/bench calls it."""

import signal
import sys

from . import firmware, hook, server

subcommands = {"firmware": firmware.main, "hook": hook.main, "server": server.main}

# A terminated run unwinds like an interrupted one: namespaces and servers go with it.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
sys.exit(subcommands[sys.argv[1]](sys.argv[2:]))
