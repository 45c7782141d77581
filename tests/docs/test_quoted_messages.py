# SPDX-License-Identifier: MPL-2.0
"""What the pages quote of our messages stands in the sources: a message that is reworded is reworded there, too."""

import re

import pytest

from pages import root

_literal = re.compile(r'"((?:\\.|[^"\\\n])*)"')


def sentences(*folders):
    """All string literals of the sources in these folders; adjacent ones are one, as in the compiler's eyes."""
    found = []
    for folder in folders:
        for source in sorted((root / folder).rglob("*")):
            if source.suffix not in (".cc", ".h") or source.stem.endswith("_test") or "tests" in source.parts:
                continue
            text = re.sub(r'"\s*\n\s*"', "", source.read_text())
            found += (match.replace('\\"', '"') for match in _literal.findall(text))
    return "\n".join(found)


def quoted(page, *titles):
    """What stands between backticks in the first column of the tables below these headings."""
    text = (root / "docs" / page).read_text()
    for title in titles:
        section = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)[1]
        for row in re.findall(r"^\| (.*?) \| ", section, re.M):
            yield from re.findall(r"`([^`]{10,})`", row)


def fragments(quotation):
    """Its parts between `…` and what a message puts in; short ones say too little to be looked for."""
    return [part.strip(" :,") for part in quotation.split("…") if len(part.strip(" :,")) >= 8]


def is_said(part, said, pieces=3):
    """Whether `part` is one literal, or a few that a program puts together."""
    if part in said:
        return True
    cuts = [at for at in range(len(part) - 1, 0, -1) if part[at] == " " or part[at - 1] in " :"]
    return pieces > 1 and any(part[:at].strip() in said and is_said(part[at:].strip(), said, pieces - 1)
                              for at in cuts if len(part[:at].strip()) >= 6)


pages = {"errors.md": (["Answers to commands", "chainloadctl"], ["hooks/chainload"]),
         "firmware.md": (["Errors"], ["firmware"])}
# Said by Kea, and one made of a path and a key.
of_others = {"….colour: there is no such key: …", "'chainload-…' command not supported",
             "cannot connect: No such file or directory: …", "cannot connect: Permission denied …",
             "cannot connect: Connection refused: …"}


@pytest.mark.parametrize("page", pages)
def test_messages_are_quoted_as_they_are(page):
    titles, folders = pages[page]
    said = sentences(*folders)
    rows = [text for text in quoted(page, *titles) if text not in of_others]
    assert len(rows) >= 10
    lost = [(text, part) for text in rows for part in fragments(text) if not is_said(part, said)]
    assert not lost, "\n".join(f"`{text}`: no source says \"{part}\"" for text, part in lost)


def test_a_message_that_nobody_says_is_found():
    said = "cannot be reached: {}\nnothing listens there; start the server\nits {} is {}, expected"
    assert is_said("cannot be reached: nothing listens there", said)
    assert not is_said("cannot be reached: nobody listens there", said)


# Their remedy is in themselves: after a semicolon or colon, or behind words like these.
_helps = re.compile(r";|: |, (?:or|see|check|try|use|write|give)|check (?:that|the)")
# No errors: what is printed anyway, examples of what to write, and parts that stand in other sentences.
_no_errors = re.compile(r"\[-|^\[|KiB|%|^\\n|^ |^, |rep (?:movs|stos)|such as |^a UUID of|realm=|NAME|Press |Booting |marked item"
                        r"|^This program goes back|^The machine goes on|^the (?:firmware|file) that|transfer ended by the client"
                        r"|nothing in this answer|was called$"
                        r"|^a value was taken|^an empty optional")
_elsewhere = {"pack", "host"}  # what builds the image; what tests run in


def without_remedy():
    """Sentences of the firmware that name a fault and not what to do."""
    for source in sorted((root / "firmware").rglob("*.cc")):
        if source.stem.endswith(("_test", "_bench")) or _elsewhere & set(source.parts):
            continue
        code = re.sub(r"\bDEBUG_LINE\(.*?\);", "", source.read_text(), flags=re.S)  # for who builds it with them
        for text in _literal.findall(re.sub(r'"\s*\n\s*"', "", code)):
            text = text.replace('\\"', '"')
            if len(text) > 24 and text.count(" ") > 2 and not _helps.search(text) and not _no_errors.search(text):
                yield source.name, text


def test_the_firmwares_errors_that_do_not_say_what_to_do_are_explained():
    section = re.search(r"^## Errors\n(.*?)^## ", (root / "docs/firmware.md").read_text(), re.M | re.S)[1]
    known = [part for text in re.findall(r"`([^`]+)`", section) for part in fragments(text)]
    lost = []
    for name, text in without_remedy():
        pieces = [piece.strip() for piece in re.split(r"\{\w*\}", text)]
        if not any(part in piece or (len(piece) >= 8 and piece in part) for part in known for piece in pieces):
            lost.append(f"{name}: {text}")
    assert not lost, "\n".join(lost)
