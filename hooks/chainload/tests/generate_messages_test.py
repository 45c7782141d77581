#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""The message generator takes a catalogue in order and refuses others. Usage: generate_messages_test.py GENERATOR"""
import pathlib
import subprocess
import sys
import tempfile

GOOD = "% CHAINLOAD_A first %1\nWhat it means.\n\n% CHAINLOAD_B second \"%2\" of %1\nWhat it means.\n"
BAD = {
    "no paragraph": "% CHAINLOAD_A first\n\n% CHAINLOAD_B second\nText.\n",
    "not sorted": "% CHAINLOAD_B x\nText.\n% CHAINLOAD_A x\nText.\n",
    "twice": "% CHAINLOAD_A x\nText.\n% CHAINLOAD_A y\nText.\n",
    "wrong prefix": "% OTHER_A x\nText.\n",
    "no text": "% CHAINLOAD_A\nText.\n",
    "gap": "% CHAINLOAD_A x %2\nText.\n",
    "text first": "Text.\n% CHAINLOAD_A x\nText.\n",
}


def generate(catalogue):
    """Returns the exit status, what was said, and the source made."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "in.mes").write_text(catalogue, encoding="utf-8")
        done = subprocess.run([sys.executable, sys.argv[1], path / "in.mes", path / "out.h", path / "out.cc"],
                              capture_output=True, text=True, check=False)
        source = (path / "out.cc").read_text(encoding="utf-8") if (path / "out.cc").exists() else ""
        return done.returncode, done.stderr, source


status, said, made = generate(GOOD)
assert status == 0, said
assert '"CHAINLOAD_B", "second \\"%2\\" of %1",' in made, made
for what, text in BAD.items():
    status, said, made = generate(text)
    assert status != 0 and "in.mes" in said and not made, f"{what} was taken: {said}"
print(f"1 catalogue taken, {len(BAD)} refused")
