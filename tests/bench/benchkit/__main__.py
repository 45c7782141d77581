# SPDX-License-Identifier: MPL-2.0
"""python3 -m benchkit firmware|hook|server|changes …: scripts/bench calls it."""

import signal
import sys

from . import changes, firmware, hook, server

subcommands = {"changes": changes.main, "firmware": firmware.main, "hook": hook.main, "server": server.main}

# A terminated run unwinds like an interrupted one: namespaces and servers go with it.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
sys.exit(subcommands[sys.argv[1]](sys.argv[2:]))
