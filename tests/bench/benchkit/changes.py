# SPDX-License-Identifier: MPL-2.0
"""scripts/bench changes: how long a change of 100,000 rules, and of one of them, holds the thread that takes packets."""

import argparse
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from labkit.process import Failed

from . import configs, rules
from .cable import Cable, NoNamespace
from .clients import Client, NoAnswer
from .running import Running

list_ratio_max = 1.05
single_ms_max = 5.0


def command(name, **arguments):
    return json.dumps({"command": name, "arguments": arguments}).encode()


class Cost:
    """Of one command: seconds of CPU in the thread that takes packets and in all others, and on the clock."""

    def __init__(self, server, octets, expected):
        main, whole, started = server.main_cpu_seconds(), server.whole_cpu_seconds(), time.monotonic()
        answer = server.send(octets)
        self.wall = time.monotonic() - started
        self.main = server.main_cpu_seconds() - main
        self.others = server.whole_cpu_seconds() - whole - self.main
        if answer["result"] != expected:
            raise Failed(f"result {answer['result']} and not {expected}: {answer.get('text')}")


def list_costs(server, rounds, count, expected):
    """The same list but for its order, so that every one is a change."""
    costs = []
    for seed in range(rounds + 1):
        octets = command("chainload-rules-set", rules=rules.rules(count, seed=seed))
        costs.append(Cost(server, octets, expected))
        time.sleep(2)  # what is done afterwards, by other threads, is not part of the next
    return costs[1:]  # the first warms up


def single_costs(server, changes, count):
    listed = rules.rules(count)
    server.send(command("chainload-rules-set", rules=listed))
    time.sleep(2)  # the server has still to let the list go
    costs = []
    for number in range(-1, changes):
        rule = dict(listed[(number + 1) * 769 % count])
        rule["boot"] = {"boot-file-name": f"changed-{number}"}
        costs.append(Cost(server, command("chainload-rules-patch", patch=[{"op": "update", "rule": rule}]), 0))
        time.sleep(0.02)
    return costs[1:]  # the first warms up


def spread(values):
    """min, median, 90 %, 99 % and max, in milliseconds."""
    ordered = sorted(values)
    return "".join(f"{1000 * ordered[round(part * (len(ordered) - 1))]:9.2f}" for part in (0, 0.5, 0.9, 0.99, 1))


def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench changes", description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rules", type=int, default=100_000, help="rules in the list (default: 100,000)")
    parser.add_argument("--rounds", type=int, default=3, help="whole lists sent to each server (default: 3)")
    parser.add_argument("--changes", type=int, default=200, help="changes of one rule (default: 200)")
    options = parser.parse_args(arguments)
    library = options.build / "hooks/chainload/libdhcp_chainload.so"
    try:
        with tempfile.TemporaryDirectory(prefix="chainload-bench-") as folder, ExitStack() as stack:
            def started(name, config):
                server = stack.enter_context(Running(stack.enter_context(Cable()), config, Path(folder) / name))
                server.first_reply(Client(99))
                return server
            hook = started("hook", configs.with_chainload(library, {"management": "full"}))
            ours = list_costs(hook, options.rounds, options.rules, 0)
            single = single_costs(hook, options.changes, options.rules)
            theirs = list_costs(started("bare", configs.bare()), options.rounds, options.rules, 2)
    except (Failed, NoAnswer, NoNamespace) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 2
    print(f"{'a list of ' + format(options.rules, ',') + ' rules, medians in seconds':52} {'main thread':>11} {'others':>7} {'clock':>7}")
    for title, costs in (("bare Kea, which reads it and knows no such command", theirs), ("the hook", ours)):
        columns = [statistics.median(getattr(cost, column) for cost in costs) for column in ("main", "others", "wall")]
        print(f"{title:52} {columns[0]:11.2f} {columns[1]:7.2f} {columns[2]:7.2f}")
    print(f"\n{'one rule of them, milliseconds':40}{'min':>9}{'median':>9}{'90 %':>9}{'99 %':>9}{'max':>9}")
    print(f"{'CPU of the main thread':40}{spread([cost.main for cost in single])}")
    print(f"{'on the clock, fsync included':40}{spread([cost.wall for cost in single])}")
    ratio = statistics.median(cost.main for cost in ours) / statistics.median(cost.main for cost in theirs)
    dearest = 1000 * sorted(cost.main for cost in single)[round(0.99 * (len(single) - 1))]
    print(f"\nmain thread, the hook over bare Kea: {ratio:.3f}, at most {list_ratio_max}; one rule: {dearest:.2f} ms of CPU in "
          f"99 of 100 changes, at most {single_ms_max}")
    met = (ratio <= list_ratio_max) + (dearest <= single_ms_max)
    print(f"aims met: {met} of 2")
    return 0 if met == 2 else 1
