# SPDX-License-Identifier: MPL-2.0
"""Every link in every document leads somewhere, and every document is reached from the README."""

import re
from pathlib import Path

import pytest

from pages import anchors, documents, links, root


def names(path):
    return str(path.relative_to(root))


def target_of(page, link):
    """(file, anchor) of a link within the project; None for one to elsewhere."""
    if re.match(r"[a-z][a-z0-9+.-]*:", link):
        return None
    path, _, anchor = link.partition("#")
    return ((page.parent / path).resolve() if path else page), anchor


@pytest.mark.parametrize("page", documents(), ids=names)
def test_links_lead_somewhere(page):
    lost = []
    for link in links(page.read_text()):
        found = target_of(page, link)
        if found is None:
            continue
        file, anchor = found
        if not file.is_relative_to(root) or not file.exists():
            lost.append(f"{link}: there is no {file}")
        elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
            lost.append(f"{link}: {names(file)} has no such heading; it has {sorted(anchors(file.read_text()))}")
    assert not lost, "\n".join([names(page), *lost])


def test_every_document_is_reached_from_the_readme():
    reached, ahead = set(), [root / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached:
            continue
        reached.add(page)
        for link in links(page.read_text()):
            found = target_of(page, link)
            if found is None:
                continue
            file = found[0] / "README.md" if found[0].is_dir() else found[0]
            if file.suffix == ".md" and file.exists():
                ahead.append(file)
    assert [names(page) for page in documents() if page not in reached] == []


def test_what_looks_like_a_link_in_code_is_none():
    text = "see [a](b.md) and `[c](d.md)`\n```\n[e](f.md)\n```\n<img src=\"g.svg\"> [h](#i \"j\")\n"
    assert links(text) == ["b.md", "g.svg", "#i"]
    assert anchors("# One `two`, three!\n```\n# no\n```\n## Same\n## Same\n") == {"one-two-three", "same", "same-1"}


def test_there_are_documents():
    assert Path(root / "docs/rules.md") in documents()
