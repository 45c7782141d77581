# SPDX-License-Identifier: MPL-2.0
"""The documents as tests read them: which there are, their headings, their links."""

import re
import subprocess
from pathlib import Path

root = Path(__file__).resolve().parents[2]


def documents():
    """Every .md file that belongs to the project: what git knows, or would, were it added."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
                            capture_output=True, text=True)
    if listed.returncode == 0:
        return sorted(path for path in {root / name for name in listed.stdout.splitlines()} if path.exists())
    # Without git, as in an unpacked archive: all there are, but for build folders.
    return sorted(path for path in root.rglob("*.md")
                  if not any(part.startswith(("build", ".")) for part in path.relative_to(root).parts[:-1]))


def prose(text):
    """`text` without what stands in fences and between backticks, where nothing is a link or a heading."""
    text = re.sub(r"^(```+)[^\n]*\n.*?^\1 *$", "", text, flags=re.S | re.M)
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text, flags=re.S)


def links(text):
    """What each link and picture of a page leads to, as it is written; of pictures in HTML, too."""
    text = prose(text)
    return [found[0] or found[1] for found in
            re.findall(r'\]\(\s*<?([^()\s>]+)>?(?:\s+"[^"]*")?\s*\)|(?:src|srcset|href)="([^"]+)"', text)]


def anchors(text):
    """The names by which the headings of a page can be linked to, made as GitHub makes them."""
    text = re.sub(r"^(```+)[^\n]*\n.*?^\1 *$", "", text, flags=re.S | re.M)
    made, seen = set(), {}
    for title in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", text, re.M):
        name = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()).replace(" ", "-")
        count = seen[name] = seen.get(name, -1) + 1
        made.add(f"{name}-{count}" if count else name)
    return made
