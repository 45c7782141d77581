# SPDX-License-Identifier: MPL-2.0
"""scripts/test divides the units between two builds: none of them falls between."""

import json
import os
import re
import subprocess
from pathlib import Path

root = Path(__file__).resolve().parents[2]


def words_of(name):
    """Of an array of the script, as a whole run has it."""
    return re.search(rf"\b{name}=\(([^)]*)\)", (root / "scripts/test").read_text())[1].split()


def test_every_unit_test_of_the_build_is_run_by_one_compiler_or_the_other():
    build = os.environ.get("CHAINLOAD_BUILD", root / "build")
    listed = json.loads(subprocess.run(["meson", "introspect", str(build), "--tests"], capture_output=True, text=True,
                                       check=True).stdout)
    by_name = set(words_of("g_tests")) | set(words_of("other_library_tests"))
    options = words_of("clang_tests")
    suites = {word for option, word in zip(options, options[1:]) if option == "--suite"}
    assert by_name and suites
    chosen = {test["name"] for test in listed
              if test["name"] in by_name or suites & {suite.split(":")[-1] for suite in test["suite"]}}
    assert {test["name"] for test in listed} == chosen
    assert by_name <= chosen, "a name that no test has"
