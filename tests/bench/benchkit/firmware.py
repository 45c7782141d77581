# SPDX-License-Identifier: MPL-2.0
"""scripts/bench firmware: what downloads through our firmware and through iPXE's cost the machine that emulates them."""

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from labkit.network import NoNamespace
from labkit.paths import Missing
from labkit.process import Failed

from . import boots, instructions, peers

cards = ("e1000", "virtio", "rtl8139")
# Ours over a peer's, at most.
aims = {"http": 1 / 4, "tftp": 1 / 4, "windowed": 1 / 8, "start": 1 / 5}


@dataclass
class Aim:
    sentence: str
    met: bool


class Table:
    """What was measured: for (card, firmware, download or "start"), a list of Costs; a start has seconds for both."""

    def __init__(self):
        self._found = {}

    def add(self, card, firmware, what, cost):
        self._found.setdefault((card, firmware.name, what), []).append(cost)

    def median(self, card, firmware, what):
        found = self._found[card, firmware.name, what]
        return boots.Cost(*(statistics.median(getattr(cost, part) for cost in found) for part in ("cpu", "wall")))


def turns(contestants, repeats):
    """Each as often as the other, in turn: a b c, then c b a, so that what drifts meets all of them."""
    for turn in range(repeats):
        yield from contestants if turn % 2 == 0 else reversed(contestants)


def measure(table, card, contestants, wanted, repeats, folder):
    for number, firmware in enumerate(turns(contestants, repeats)):
        start, found = boots.boot(firmware, card, wanted, folder / f"{card}-{number}")
        start -= firmware.banner_seconds
        table.add(card, firmware, "start", boots.Cost(start, start))
        for name, cost in found.items():
            table.add(card, firmware, name, cost)
        print(f"{card:8} {firmware.name:9} start {start:6.3f} s, CPU s/MiB: "
              + ", ".join(f"{name} {cost.cpu:.4f}" for name, cost in found.items()), flush=True)


def judge(table, card, contestants, titles):
    """Prints the card's rows and yields its aims."""
    ours, *others = contestants
    print(f"\n{card + ', medians':34} {'ours':>8} " + " ".join(f"{peer.name:>9} {'ratio':>6} {'wall':>6}" for peer in others))
    for what, title in titles.items():
        mine = table.median(card, ours, what)
        row = f"{title:34} {mine.cpu:8.4f} "
        for peer in others:
            theirs = table.median(card, peer, what)
            ratio = mine.cpu / theirs.cpu
            row += f"{theirs.cpu:9.4f} {ratio:6.3f} {mine.wall / theirs.wall:6.3f} "
            yield Aim(f"{card}, {title}: {ratio:.3f} of {peer.title}'s, at most {aims[what]:.3f}", ratio <= aims[what])
        print(row.rstrip())


def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench firmware", description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true",
                        help="one card, this Debian's iPXE, two short runs of each: does everything work?")
    parser.add_argument("--card", choices=boots.cards, action="append",
                        help="only this one (may be repeated; default: e1000, virtio and rtl8139)")
    parser.add_argument("--peer", choices=("ipxe-1.0", "ipxe-2.0"), action="append",
                        help="only beside this one (may be repeated; default: both)")
    parser.add_argument("--repeats", type=int, default=5, help="boots of each firmware on each card (default: 5)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the logs in FOLDER")
    options = parser.parse_args(arguments)
    chosen, names, repeats = options.card or cards, options.peer or ["ipxe-1.0", "ipxe-2.0"], options.repeats
    wanted = boots.downloads()
    if options.quick:
        chosen, names, repeats = options.card or cards[:1], options.peer or ["ipxe-1.0"], 2
        wanted = boots.downloads(http_mebibytes=4, tftp_mebibytes=1)
    if repeats < 1:
        parser.error("--repeats must be at least 1")
    titles = {one.name: f"{one.title}, CPU s/MiB" for one in wanted} | {"start": "image loaded to script, s"}
    started = time.monotonic()
    reached = []
    try:
        boots.pin()
        contestants = peers.contestants(names)
        table = Table()
        with tempfile.TemporaryDirectory(prefix="chainload-bench-") as temporary:
            folder = options.keep.resolve() if options.keep else Path(temporary)
            for card in chosen:
                measure(table, card, contestants, wanted, repeats, folder)
            for card in chosen:
                reached += judge(table, card, contestants, titles)
            print()
            for card in chosen:
                print(instructions.count(card, options.build, folder / f"{card}-instructions").sentence(card), flush=True)
    except (Failed, Missing, NoNamespace, FileExistsError) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 2
    print()
    for aim in reached:
        print(f"{'met   ' if aim.met else 'MISSED'} {aim.sentence}")
    print(f"{time.monotonic() - started:.0f} seconds")
    met = sum(aim.met for aim in reached)
    print(f"aims met: {met} of {len(reached)}")
    return 0 if met == len(reached) else 1
