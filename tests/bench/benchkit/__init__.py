# SPDX-License-Identifier: MPL-2.0
"""What scripts/bench is made of: two namespaces, a server that is measured in one, clients in the other."""

import sys
from pathlib import Path

# The lab's parts (processes that end with us, namespaces) are used here too.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab"))
