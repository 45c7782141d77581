# SPDX-License-Identifier: MPL-2.0
"""The demo: one machine through the whole chain, or, without the hook, through the loop (see scripts/demo --help)."""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from . import kea
from .lab import Lab
from .machine import default_mac, nics
from .network import NoNamespace
from .paths import Missing
from .process import Failed
from .story import Story

ceiling_s = 60
rounds = 3

# Stage, and what its absence means to a person.
stages = [
    ("rom asks", "the PXE ROM never asked for an address"),
    ("firmware rule", "the hook logged no decision for the ROM"),
    ("rom answered", "Kea did not answer the ROM"),
    ("firmware loaded", "the ROM did not fetch undionly.kpxe by TFTP"),
    ("banner", "the firmware did not print its banner"),
    ("gpxe asks", "the firmware sent no DHCP DISCOVER as gPXE"),
    ("script rule", "the hook did not answer gPXE with the script"),
    ("gpxe answered", "the firmware did not get its address"),
    ("script", "the boot script was not fetched over HTTP"),
    ("kernel", "the kernel was not fetched"),
    ("initrd", "the initrd was not fetched"),
    ("linux", "Linux did not report on the serial line"),
]


def tell(line):
    print(line, flush=True)


class Console:
    """Prints the machine's console line by line, set apart from the steps."""

    def __init__(self):
        self._line = ""

    def __call__(self, text):
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if line.strip():
                tell(f"           | {line.rstrip()}")


def follow(story, finished):
    """Tells the story until `finished()`, the machine's end or the ceiling. True if it finished."""
    while story.elapsed() < ceiling_s:
        story.follow()
        if finished():
            return True
        time.sleep(0.02)
    return False


def give_up(lab, sentence):
    tell(lab.report())
    tell(f"demo: {sentence}")
    return 1


def show_chain(lab, story):
    if not follow(story, lambda: all(stage in story.reached for stage, _ in stages)):
        missing = next(sentence for stage, sentence in stages if stage not in story.reached)
        return give_up(lab, f"after {ceiling_s} s the chain is not complete: {missing}")
    at = story.reached
    spans = [("ROM and TFTP", 0.0, at["firmware loaded"]), ("firmware to script", at["firmware loaded"], at["script"]),
             ("kernel and initrd", at["script"], at["initrd"]), ("Linux", at["initrd"], at["linux"])]
    times = ", ".join(f"{name} {end - start:.2f} s" for name, start, end in spans)
    tell(f"chain complete: {story.linux} after {at['linux']:.2f} s ({times})")
    return 0


def show_loop(lab, story):
    if not follow(story, lambda: len(story.loads) >= rounds):
        return give_up(lab, f"after {ceiling_s} s there were {len(story.loads)} rounds, not {rounds}")
    tell(f"loop: {rounds} times the same undionly.kpxe in {story.elapsed():.1f} s, and so on for ever: "
         "without the hook the second answer is the first one again")
    return 0


def run(options, directory):
    with Lab(directory) as lab:
        lab.plug()
        if options.no_hook:
            lab.serve_firmware()
            lab.start_router()
            lab.start_kea(kea.without_hook(kea.short_config(), next_server="198.18.77.1",
                                           boot_file_name="undionly.kpxe"))
            lab.start_tftpd_hpa()
        else:
            lab.serve_chain()
        story = Story(lab, tell)
        try:
            lab.start_machine(nic=options.nic, echo=Console() if options.console else None)
            hook = "without the hook" if options.no_hook else "with the hook"
            story.power_on(f"{options.nic} with its PXE ROM, MAC {default_mac}, kea-dhcp4 {hook}")
            return show_loop(lab, story) if options.no_hook else show_chain(lab, story)
        finally:
            story.stop()


def main():
    parser = argparse.ArgumentParser(prog="scripts/demo", add_help=False)
    parser.add_argument("--no-hook", action="store_true")
    parser.add_argument("--nic", choices=list(nics), default="e1000")
    parser.add_argument("--console", action="store_true")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="chainload-demo-"))
    try:
        return run(options, directory)
    except (Missing, NoNamespace) as problem:
        tell(f"demo: {problem}")
        return 2
    except Failed as problem:
        tell(f"demo: {problem}")
        return 1
    except KeyboardInterrupt:
        tell("demo: stopped")
        return 1
    finally:
        if options.keep:
            # Standard error, because the last line of the output says how it ended.
            print(f"demo: logs and the capture tap0.pcap are in {directory}", file=sys.stderr)
        else:
            shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
