# SPDX-License-Identifier: MPL-2.0
"""The picture of the README is whole, needs nothing from elsewhere, and can be read on light and on dark."""

import re
import xml.etree.ElementTree as tree

import pytest

from pages import root

svg = "{http://www.w3.org/2000/svg}"
source = (root / "docs/chain.svg").read_text()
picture = tree.fromstring(source)
light, dark = re.fullmatch(r"(.*)@media \(prefers-color-scheme: dark\) \{(.*)\}\s*", picture.find(f"{svg}style").text,
                           re.S).groups()


def fills(style):
    return {name: colour for names, colour in re.findall(r"([.\w, ]+?)\s*\{[^}]*fill: (#\w{6})", style)
            for name in re.findall(r"\w+", names)}


def luminance(colour):
    """As WCAG has it."""
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(scheme):
    colours = fills(light) | (fills(dark) if scheme == "dark" else {})
    for text in ("title", "say", "text"):
        for ground in ("card", "box", "server"):
            assert contrast(colours[text], colours[ground]) >= 7, (scheme, text, ground)


def test_nothing_lies_outside_the_picture():
    width, height = map(float, picture.get("viewBox").split()[2:])
    for text in picture.iter(f"{svg}text"):
        room = 7.6 * len(text.text)  # broader than most sans-serif is at 14 pixels
        left = float(text.get("x"))
        if text.get("class") == "text":
            left -= room / 2
        elif text.get("text-anchor") == "end":
            left -= room
        assert 0 <= left and left + room <= width and 0 < float(text.get("y")) < height, text.text


def test_nothing_is_fetched_from_elsewhere():
    assert not re.findall(r"href|url\((?!#)|<script|@import", source)
    assert picture.find(f"{svg}title").text and picture.find(f"{svg}desc").text
