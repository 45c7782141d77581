# SPDX-License-Identifier: MPL-2.0
"""The manuals as tests read them: the files they have one write, the commands they have one run, and what is shown.

    In `/path/of/a/file`:       the block that follows is that file
    ```sh                       commands, run by root, one `bash -eu` for a block
    ```text                     right behind commands: what they print; `…` stands for anything
    <!-- exit status 6 -->      before commands that are to end so
    <!-- test: words -->        what happens meanwhile: a machine asks, say

`sh` blocks with a word more (```sh build) are not for every machine; who wants them asks for them.
"""

import re
from dataclasses import dataclass

from . import paths


@dataclass
class File:
    path: str
    text: str
    line: int


@dataclass
class Run:
    text: str
    line: int
    status: int = 0
    shown: str = ""

    def missing(self, printed):
        """The first line of what is shown that was not printed, in its place; None where all was."""
        lines = iter(printed.splitlines())
        for wanted in self.shown.splitlines():
            parts = [r"\s+".join(map(re.escape, part.split())) for part in wanted.split("…")]
            pattern = re.compile(r"\s*" + ".*".join(parts) + r"\s*")
            if wanted.strip() not in ("", "…") and not any(pattern.fullmatch(line) for line in lines):
                return wanted
        return None


@dataclass
class Act:
    words: str
    line: int


_piece = re.compile(r"^(?P<fence>```+)(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$"
                    r"|^<!-- (?P<note>exit status|test:) (?P<said>[^\n]*?) -->$"
                    r"|^(?:[^\n]* )?In `(?P<path>/[^`\n]+)`(?:[^`\n]*):$", re.S | re.M)


def steps(page, kinds=("sh",)):
    """What docs/`page` has one do, in order; commands of the `kinds` asked for."""
    return parse((paths.root / "docs" / page).read_text(), f"docs/{page}", kinds)


def parse(text, name, kinds=("sh",)):
    """The same of the `text` of a page; errors call it by its `name`."""
    found, path, status, may_show = [], None, 0, False
    for piece in _piece.finditer(text):
        line = text.count("\n", 0, piece.start()) + 1
        if piece["path"]:
            path = piece["path"]
        elif piece["note"] == "exit status":
            status = int(piece["said"])
        elif piece["note"]:
            found.append(Act(piece["said"], line))
        else:
            info = piece["info"].strip()
            if path:
                found.append(File(path, piece["body"], line))
            elif info in kinds:
                found.append(Run(piece["body"], line, status))
            elif info == "text" and may_show:
                found[-1].shown = piece["body"]
            may_show = info in kinds and not path
            path, status = None, 0
    if len(written := re.findall(r"\bIn `/[^`]+`", text)) != sum(isinstance(step, File) for step in found):
        raise ValueError(f"{name}: of these not each ends its line with a colon and has a block behind it: {written}")
    return found
