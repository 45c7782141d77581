# SPDX-License-Identifier: MPL-2.0
"""scripts/bench hook: instructions that each part of the library's work costs for one packet, beside bare Kea's."""

import argparse
import fnmatch
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from labkit.process import Failed

from . import configs, rules
from .cable import Cable, NoNamespace
from .callgrind import Counted
from .clients import Client, NoAnswer, boot_fields

above_bare_max = 6000
growth_max = 1.1

boot_client = Client(1)
host_client = Client(1, arch=None)
fields_only = [{"name": "fields", "match": {"arch": "x86-bios"},
                "boot": {"next-server": configs.server_address, "boot-file-name": configs.boot_file},
                "reply": {"write": "fields"}}]


@dataclass
class Variant:
    name: str
    title: str
    config: dict
    clients: list
    above: str | None  # the variant it is compared with


def variants(library, empty_library, sizes):
    def chainload(**parameters):
        return configs.with_chainload(library, parameters)

    boot, host, mixed = [boot_client], [host_client], rules.measured
    yield Variant("bare-host", "bare Kea, not a boot client", configs.bare(), host, None)
    yield Variant("host", "the hook, not a boot client", chainload(), host, "bare-host")
    yield Variant("bare", "bare Kea, a boot client", configs.bare(), boot, None)
    yield Variant("empty", "an empty callout", configs.with_library(empty_library), boot, "bare")
    yield Variant("fields", "the hook, a hit with write: fields", chainload(rules=fields_only), boot, "bare")
    yield Variant("full", "the hook, a hit with the full reply", chainload(), boot, "bare")
    yield Variant("configured", "bare Kea configured to send that reply", configs.configured(), boot, "bare")
    yield Variant("classes-2", "2 client classes that do the job", configs.classes(2), boot, "bare")
    yield Variant("classes-1000", "1,000 client classes that do the job", configs.classes(1000), boot, "bare")
    yield Variant("bare-mixed", "bare Kea, the machines of the rules", configs.bare(), mixed, None)
    for size in sizes:
        yield Variant(f"rules-{size}", f"the hook with {size:,} rules", chainload(rules=rules.rules(size)), mixed,
                      "bare-mixed")
    yield Variant(f"host-{sizes[-1]}", f"{sizes[-1]:,} rules, not a boot client",
                  chainload(rules=rules.rules(sizes[-1])), host, "bare-host")


def difference(ours, theirs):
    """What two replies do not have in common, for the note under the table; option 97 Kea cannot echo."""
    keys = [key for key in {**ours, **theirs} if ours.get(key) != theirs.get(key) and key != 97]
    return ", ".join(f"{key}: {ours.get(key)} and {theirs.get(key)}" for key in keys)


class Report:
    def __init__(self):
        self.cost, self.replies, self.above = {}, {}, {}

    def add(self, variant, instructions, replies):
        self.cost[variant.name] = instructions
        self.replies[variant.name] = replies
        more = ""
        if variant.above in self.cost:
            self.above[variant.name] = instructions - self.cost[variant.above]
            more = f"{self.above[variant.name]:+11,.0f}"
        print(f"{variant.title:42} {instructions:11,.0f} {more}", flush=True)

    def aims(self, sizes):
        """(sentence, met) for each aim whose variants were measured."""
        above = self.above
        if "host" in above:
            yield (f"not a boot client: {above['host']:,.0f} above bare Kea, at most {above_bare_max:,}",
                   above["host"] <= above_bare_max)
        if {"full", "configured"} <= above.keys():
            yield (f"a hit with the full reply: {above['full']:,.0f}, "
                   f"Kea configured to send it: {above['configured']:,.0f}", above["full"] <= above["configured"])
        few, many = f"rules-{sizes[0]}", f"rules-{sizes[-1]}"
        if {few, many} <= above.keys():
            growth = above[many] / above[few]
            yield (f"{sizes[-1]:,} rules cost {growth:.3f} times what {sizes[0]:,} cost (above bare Kea), "
                   f"at most {growth_max}", growth <= growth_max)


def measure(variant, folder):
    with Cable() as cable, Counted(cable, variant.config, folder / variant.name, variant.clients) as server:
        replies = [boot_fields(reply) for reply in server.replies()]
        return server.instructions_per_packet(), replies


def check_work_done(report):
    """A figure of a server that did not do the work would be worth nothing."""
    def file_given(name):
        return [reply["file"] for reply in report.replies.get(name, [])]

    wanted = {"full": [configs.boot_file], "configured": [configs.boot_file], "fields": [configs.boot_file],
              "classes-2": [configs.boot_file], "classes-1000": [configs.boot_file], "bare": [""], "empty": [""],
              "host": [""]}
    for name, files in wanted.items():
        if name in report.replies and file_given(name) != files:
            raise Failed(f"{name}: the client was given {file_given(name)} and not {files}")
    sized = [name for name in report.replies if name.startswith("rules-")]
    for name in sized:
        if report.replies[name] != report.replies[sized[0]] or len(set(file_given(name))) < 8:
            raise Failed(f"{name}: these rules do not answer as those of {sized[0]} do: {file_given(name)}")


def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench hook", description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--only", metavar="NAME", action="append",
                        help="only bare Kea and the variants of this name, such as full or 'rules-*' (may be repeated); "
                             "aims that are not measured count as missed")
    parser.add_argument("--sizes", default="10,1000,100000", help="how many rules (default: 10,1000,100000)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER",
                        help="keep configurations, logs and callgrind's counts (for callgrind_annotate) in FOLDER")
    options = parser.parse_args(arguments)
    sizes = [int(size) for size in options.sizes.split(",")]
    library = options.build / "hooks/chainload/libdhcp_chainload.so"
    empty_library = options.build / "tests/bench/libdhcp_bench_empty.so"
    report = Report()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chainload-bench-") as temporary:
        folder = options.keep.resolve() if options.keep else Path(temporary)
        print(f"{'instructions for one DISCOVER and its OFFER':42} {'in all':>11} {'above bare':>11}")
        try:
            for variant in variants(library, empty_library, sizes):
                if (not options.only or variant.above is None
                        or any(fnmatch.fnmatch(variant.name, name) for name in options.only)):
                    report.add(variant, *measure(variant, folder))
            check_work_done(report)
        except (Failed, NoAnswer, NoNamespace, FileExistsError) as failure:
            print(f"bench: {failure}", file=sys.stderr)
            return 2
    print()
    if {"full", "configured"} <= report.replies.keys():
        other = difference(report.replies["full"][0], report.replies["configured"][0])
        print(f"the two full replies {'differ in ' + other if other else 'say the same (but for option 97)'}")
    aims = list(report.aims(sizes))
    for sentence, met in aims:
        print(f"{'met   ' if met else 'MISSED'} {sentence}")
    print(f"{time.monotonic() - started:.0f} seconds")
    all_met = [met for _, met in aims]
    print(f"aims met: {sum(all_met)} of 3")
    return 0 if sum(all_met) == 3 else 1
