# SPDX-License-Identifier: MPL-2.0
"""The configurations that docs/servers/ shows, as the lab's servers are given them."""

import re
from pathlib import Path

from . import paths
from .network import bridge

folder = paths.root / "docs/servers"

_loop_breaker = re.compile(r"^(?P<sign>#|//) >>>.*?^(?P=sign) <<<.*?$\n?", re.M | re.S)


def read(name, tftp_root: Path = Path("/nowhere"), breaks_the_loop=True, interface=bridge, **replaced):
    """The text of docs/servers/NAME with a value in place of its words between @ signs.

    `breaks_the_loop=False` takes out the lines that it marks as those that break the loop. Each of `replaced` is a text that
    must stand in the file, and what stands there instead.
    """
    text = paths.need(folder / name).read_text()
    if not breaks_the_loop:
        text, found = _loop_breaker.subn("", text)
        if found == 0:
            raise ValueError(f"{name} marks no lines that break the loop")
    words = {"@INTERFACE@": interface, "@TFTP_ROOT@": str(tftp_root)}
    for word, value in words.items():
        text = text.replace(word, value)
    for old, new in replaced.items():
        if old not in text:
            raise ValueError(f"{name} does not hold {old!r}")
        text = text.replace(old, new)
    return text
