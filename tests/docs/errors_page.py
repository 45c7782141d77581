#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Writes the hook's log messages into docs/errors.md, from messages.mes and the lines that log them.

The catalogue is the one place where they are written; run this after changing it. Usage: errors_page.py [--check]
"""

import re
import sys

from pages import root

page = root / "docs/errors.md"
adapter = root / "hooks/chainload/kea"
begin = "<!-- made by tests/docs/errors_page.py from messages.mes: do not edit -->\n"
end = "<!-- end of what is made -->\n"
headings = {"ERROR": "Errors: something does not work, look now",
            "WARN": "Warnings: somebody may not boot, look today",
            "INFO": "Information: nothing is to be done"}


def messages():
    """(id, text, paragraph) of each message of the catalogue."""
    entries = re.split(r"^% ", (adapter / "messages.mes").read_text(), flags=re.M)[1:]
    for entry in entries:
        head, paragraph = entry.split("\n", 1)
        name, text = head.split(" ", 1)
        yield name, text, " ".join(paragraph.split())


def levels():
    """The level at which each message is logged, read from the sources."""
    found = {}
    for source in sorted(adapter.rglob("*.cc")):
        for upper, lower, name in re.findall(r"(?:LOG_([A-Z]+)\([\w:]*logger, |logger\.(info|warn|error)\()(CHAINLOAD_[A-Z_]+)",
                                             source.read_text()):
            level = (upper or lower).upper()
            if found.setdefault(name, level) != level:
                sys.exit(f"{source}: {name} is logged at two levels, {found[name]} and {level}")
    return found


def wrapped(paragraph, width=120):
    lines = [""]
    for word in paragraph.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return "\n".join(lines)


def made():
    level_of, groups = levels(), {}
    for name, text, paragraph in messages():
        if name not in level_of:
            sys.exit(f"{name} stands in messages.mes, and no line of {adapter} logs it")
        groups.setdefault(level_of[name], []).append(f"#### {name}\n\n`{text}`\n\n{wrapped(paragraph)}\n")
    return "\n".join(f"### {title}\n\n" + "\n".join(groups.pop(level)) for level, title in headings.items())


def whole():
    """The page as it is to be."""
    head, rest = page.read_text().split(begin)
    return head + begin + "\n" + made() + "\n" + end + rest.split(end)[1]


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    if sys.argv[1:] == []:
        page.write_text(whole())
    elif page.read_text() != whole():
        sys.exit("docs/errors.md is not what messages.mes says: run tests/docs/errors_page.py")


if __name__ == "__main__":
    main()
