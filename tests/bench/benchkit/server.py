# SPDX-License-Identifier: MPL-2.0
"""scripts/bench server: CPU time that kea-dhcp4 spends on one packet under load, beside Kea that does the work itself."""

import argparse
import math
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path

from labkit.process import Failed

from . import configs, rules
from .cable import Cable, NoNamespace
from .clients import Client, NoAnswer, boot_fields
from .perfdhcp import load
from .running import Running

ratio_min = 0.95
rule_count = 100_000
pairs_for_each_start = 5  # servers are started anew so often: where a process lies in memory is chance too
# Two-sided 95 % of Student's distribution, by degrees of freedom.
student = {2: 4.303, 4: 2.776, 9: 2.262, 14: 2.145, 19: 2.093, 29: 2.045}
ours, theirs = "hook", "configured"


def servers(library, threads):
    """name → (title, configuration), in the order of the table."""
    return {
        "bare": ("bare Kea, no boot file", configs.bare(threads=threads)),
        theirs: ("bare Kea configured to send the same reply", configs.configured(threads=threads)),
        ours: (f"the hook with {rule_count:,} rules",
               configs.with_chainload(library, {"rules": rules.rules(rule_count)}, threads=threads)),
        "classes-1000": ("1,000 client classes", configs.classes(1000, threads=threads)),
    }


@dataclass
class Slice:
    """One second of load, or several added up."""
    cpu_seconds: float
    packets: int
    sent: int
    received: int
    seconds: int = 1

    def __add__(self, other):
        return Slice(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    @property
    def us_per_packet(self):
        return self.cpu_seconds / self.packets * 1e6

    @property
    def answers_per_second(self):
        return self.received / self.seconds

    @property
    def drops_percent(self):
        return 100 * (self.sent - self.received) / self.sent


class Bench:
    """Every server on a cable of its own; only one is under load at a time."""

    def __init__(self, configurations, folder, stack):
        self._running = {}
        replies = {}
        for name, (_, config) in configurations.items():
            cable = stack.enter_context(Cable())
            server = stack.enter_context(Running(cable, config, folder / name))
            # A machine that none of the rules names, and so the dearest: nothing ends the search early.
            replies[name] = boot_fields(server.first_reply(Client(99)))
            self._running[name] = cable, server
        if replies[ours]["file"] != configs.boot_file or replies["bare"]["file"]:
            raise Failed(f"the servers do not do the work that is to be measured: {replies}")
        theirs_and_97 = {**replies[theirs], 97: replies[ours].get(97)}
        if replies[ours] != theirs_and_97:
            raise Failed(f"the hook and the configured Kea send different replies: {replies[ours]}, {replies[theirs]}")

    def measure(self, name, rate):
        """One second of load."""
        cable, server = self._running[name]
        cpu, packets = server.cpu_seconds(), server.packets_received()
        done = load(cable, rate, seconds=1)
        slice_ = Slice(server.cpu_seconds() - cpu, server.packets_received() - packets, done.sent, done.received)
        if slice_.packets == 0 or slice_.sent == 0:
            raise Failed(f"{name}: no packet reached the server")
        return slice_


def lower_bound(ratios):
    """(geometric mean, lower end of its two-sided 95 % confidence interval)"""
    logs = [math.log(ratio) for ratio in ratios]
    mean = statistics.fmean(logs)
    error = statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(mean), math.exp(mean - student[len(logs) - 1] * error)


def run_pair(bench, names, rate, slices, turned):
    """The two that are compared take turns (a b b a, then b a a b), the others run once. What drifts meets both."""
    first, second = (theirs, ours) if not turned else (ours, theirs)
    turns = ([first, second, second, first] * slices)[:2 * slices]
    found = {}
    for name in [name for name in names if name not in turns] + turns:
        measured = bench.measure(name, rate)
        found[name] = found[name] + measured if name in found else measured
    return found


def run_pairs(configurations, pairs, rate, slices, folder):
    """Per server, a list of measurements, one for each pair."""
    found = {name: [] for name in configurations}
    done = 0
    while done < pairs:
        with ExitStack() as stack:
            bench = Bench(configurations, folder / f"start-{done}", stack)
            for name in configurations:
                bench.measure(name, rate)  # warms up, and is not counted
            for _ in range(min(pairs_for_each_start, pairs - done)):
                for name, measured in run_pair(bench, configurations, rate, slices, turned=done % 2 == 1).items():
                    found[name].append(measured)
                done += 1
                print(f"pair {done:2}: us/packet: "
                      + "  ".join(f"{name} {found[name][-1].us_per_packet:.1f}" for name in configurations), flush=True)
    return found


def print_table(configurations, found):
    print(f"\n{'medians':46} {'us/packet':>9} {'answers/s':>10} {'drops %':>8}")
    for name, (title, _) in configurations.items():
        columns = [statistics.median(getattr(slice_, column) for slice_ in found[name])
                   for column in ("us_per_packet", "answers_per_second", "drops_percent")]
        print(f"{title:46} {columns[0]:9.1f} {columns[1]:10.0f} {columns[2]:8.1f}")


def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench server", description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="3 short pairs: does everything work?")
    parser.add_argument("--pairs", type=int, choices=sorted(size + 1 for size in student), default=15)
    parser.add_argument("--rate", type=int, default=8000, help="DISCOVERs offered a second (default: 8000)")
    parser.add_argument("--slices", type=int, default=4,
                        help="seconds of load on each of the two compared, in turns, for one pair (default: 4)")
    parser.add_argument("--threads", type=int, default=0, help="Kea's packet threads (default: 0, no multi-threading)")
    options = parser.parse_args(arguments)
    pairs, slices = (3, 2) if options.quick else (options.pairs, options.slices)
    configurations = servers(options.build / "hooks/chainload/libdhcp_chainload.so", options.threads)
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="chainload-bench-") as folder:
            found = run_pairs(configurations, pairs, options.rate, slices, Path(folder))
    except (Failed, NoAnswer, NoNamespace) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 2
    print_table(configurations, found)
    mean, lower = lower_bound([kea.us_per_packet / hook.us_per_packet for kea, hook in zip(found[theirs], found[ours])])
    print(f"\nKea's own over the hook's: {mean:.3f} (more is better for the hook), lower 95 % bound {lower:.3f}, "
          f"at least {ratio_min}, of {pairs} pairs")
    print(f"{time.monotonic() - started:.0f} seconds")
    met = lower >= ratio_min
    print(f"aims met: {int(met)} of 1")
    return 0 if met else 1
