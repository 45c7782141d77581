# SPDX-License-Identifier: MPL-2.0
"""Runs the inputs of a fuzz target through two builds of it and says where they come to something else.

usage: compare_outcomes.py PROGRAM PROGRAM TARGET FOLDER...   or   PROGRAM PROGRAM --all SEEDS

CHAINLOAD_SANITIZED_SEEDS names a program that takes the place of the first: of another build, by another compiler.
"""

import os
import subprocess
import sys
from pathlib import Path


def outcomes(program, target, folders):
    """Input file to what the program said of it; a program that breaks leaves the input that broke it without a word."""
    said = {}
    files = sorted(path for folder in folders for path in folder.iterdir())
    while files:
        done = subprocess.run([program, "--outcomes", target, *files[:500]], capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            name, _, outcome = line.partition("\t")
            said[Path(name)] = outcome
        rest = files[500:]
        if done.returncode != 0:
            broken = next((path for path in files[:500] if not said.get(path)), None)
            if broken is None:
                sys.exit(f"{program} {target}: {done.stderr.strip()[-400:]}")
            said[broken] = f"breaks, status {done.returncode}: {done.stderr.strip()[:200]}"
            rest = files[files.index(broken) + 1:]
        files = rest
    return said


def compare(programs, target, folders):
    """True when both builds say the same."""
    first, second = (outcomes(program, target, folders) for program in programs)
    different = [path for path in first if first[path] != second.get(path) or first[path].startswith("breaks")]
    print(f"{target}: {len(first)} inputs come to the same in both builds" if not different else
          f"{target}: {len(different)} of {len(first)} inputs break or come to something else")
    for path in different[:5]:
        print(f"  {path}\n    {programs[0]}: {first[path]}\n    {programs[1]}: {second.get(path)}", file=sys.stderr)
    return bool(first) and not different


def main(programs, target, *folders):
    folders = [Path(folder) for folder in folders]
    if target == "--all":
        return all([compare(programs, folder.name, [folder]) for folder in sorted(folders[0].iterdir())])
    return compare(programs, target, folders)


if len(sys.argv) < 5:
    sys.exit(__doc__)
sanitized = os.environ.get("CHAINLOAD_SANITIZED_SEEDS", sys.argv[1])
sys.exit(0 if main([sanitized, sys.argv[2]], *sys.argv[3:]) else 1)
