# SPDX-License-Identifier: MPL-2.0
"""docs/guide.md as a list of steps, in the form that the page itself is written in."""

import re
from dataclasses import dataclass

# A fence with the line of prose before it.
_block = re.compile(r"(?:^(?P<before>[^\n]*\S[^\n]*)\n+)?^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.S | re.M)
_file = re.compile(r"[Ii]n `(/[^`]+)`:$")


@dataclass
class Step:
    kind: str  # "run", "write" or "boot"
    text: str = ""  # what is run, or written
    path: str = ""
    shown: tuple = ()  # lines that running it prints, in this order; … stands for anything


def _as_pattern(line):
    return ".*".join(re.escape(part) for part in re.split(r"\s*…\s*", line))


def steps(page):
    """`sh` is run, but not `sh build`; `text` is what the commands before it print; files are named before their block."""
    found = []
    for block in _block.finditer(page):
        before, kind, text = block["before"] or "", block["kind"].strip(), block["text"]
        if "<!-- test: a machine boots -->" in before:
            found.append(Step("boot"))
        if named := _file.search(before):
            found.append(Step("write", text, named[1]))
        elif kind == "sh":
            found.append(Step("run", text))
        elif kind == "text":
            found[-1].shown = tuple(line for line in text.splitlines() if line.strip())
    return found


def not_shown(step, printed):
    """The first line that was to be printed and was not, or None."""
    lines = iter(printed.splitlines())
    for wanted in step.shown:
        if not any(re.fullmatch(_as_pattern(wanted.strip()), line.strip()) for line in lines):
            return wanted
    return None
