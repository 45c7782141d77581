# SPDX-License-Identifier: MPL-2.0
"""docs/interop.md: which server, which client, what came of it. Tests carry the rows; those that passed make the page."""

import json
import subprocess
import tempfile
from dataclasses import astuple, dataclass
from pathlib import Path

import pytest

from . import paths

page = paths.root / "docs/interop.md"

# The tables of the page: what a row's `table` may be, in the page's order.
tables = {
    "firmware": "The firmware under DHCP servers",
    "hook": "Clients of the hook library",
}

_packages = """kea-dhcp4-server dnsmasq-base pxelinux qemu-system-x86 qemu-system-arm ipxe ipxe-qemu ovmf
    qemu-efi-aarch64 grub-pc-bin busybox-static""".split()
_fetched = ["isc-dhcp-server", "isc-dhcp-relay", "isc-dhcp-client", "dhcpcd-base", "ipxe-trixie"]

_head = """# What was seen to work with what

Each line is a test of the lab that really ran: real servers, real clients, and virtual machines where there is firmware.
`scripts/test --lab -- --write-interop` writes this page anew, and only if every one of them passed.
Configurations of the servers: [servers/](servers/README.md); of Kea with the library: [kea-configs/](../kea-configs/README.md).

Kea is that of Debian 12. `scripts/kea-matrix` runs the tests of the second table with Kea 2.6 and 3.0, too, but for those of
the network cards one by one and of arm64.
"""


@dataclass(frozen=True)
class Row:
    table: str
    server: str
    client: str
    outcome: str


def row(table, server, client, outcome):
    """A mark for a test: passing it shows this row of the page."""
    if table not in tables:
        raise ValueError(f"{table} is none of {', '.join(tables)}")
    return pytest.mark.interop(table=table, server=server, client=client, outcome=outcome)


def rows_of(item):
    """The rows that a collected test shows."""
    return [Row(**mark.kwargs) for mark in item.iter_markers("interop")]


def declared():
    """The rows of all tests of the lab, in the order of the tests, whether they have run or not."""
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "rows.json"
        done = subprocess.run(["/usr/bin/python3", "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
                               "--collect-only", "--list-interop", listing, paths.root / "tests/lab"],
                              cwd=paths.root / "tests", capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"the tests could not be collected:\n{done.stdout[-2000:]}")
        return [Row(*found) for found in json.loads(listing.read_text())]


def _distinct(rows):
    return list(dict.fromkeys(rows))


def table_text(rows):
    """The tables of the page."""
    text = ""
    for key, title in tables.items():
        lines = [f"| {found.server} | {found.client} | {found.outcome} |"
                 for found in _distinct(rows) if found.table == key]
        text += f"\n## {title}\n\n| server | client | what comes of it |\n|---|---|---|\n" + "\n".join(lines) + "\n"
    return text


def rows_in(text):
    """The rows of a page, as tuples."""
    found, table = [], None
    by_title = {title: key for key, title in tables.items()}
    for line in text.splitlines():
        if line.startswith("## "):
            table = by_title.get(line[3:])
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if table and line.startswith("| ") and cells[0] != "server" and len(cells) == 3:
            found.append((table, *cells))
    return found


def as_tuples(rows):
    return [astuple(found) for found in sorted(_distinct(rows), key=lambda found: list(tables).index(found.table))]


def versions():
    """(package, version) of the programs that stand behind the rows."""
    listed = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *_packages], capture_output=True,
                            text=True, timeout=20, check=False).stdout
    found = [tuple(line.split()) for line in listed.splitlines()]
    return found + [(name, paths.need(paths.build / f"tools/{name}/version").read_text().strip()) for name in _fetched]


def write(rows):
    listed = "".join(f"| {name} | {version} |\n" for name, version in versions())
    page.write_text(f"{_head}{table_text(rows)}\n## Versions\n\nDebian's packages, as they were when the page was "
                    f"written.\n\n| package | version |\n|---|---|\n{listed}")
