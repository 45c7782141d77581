#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Has kea-dhcp4 check every configuration in a folder. Usage: configs_test.py FOLDER LIBRARY

Exits with 77 (skipped) where there is no kea-dhcp4.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def gathered(library, folder):
    """A folder with links to our library and to Kea's own: newer servers load from one folder only."""
    libraries = pathlib.Path(folder) / "hooks"
    libraries.mkdir()
    for each in [pathlib.Path(library), *pathlib.Path("/usr/lib").glob("*/kea/hooks/libdhcp_*.so")]:
        link = libraries / each.name
        if not link.is_symlink():
            link.symlink_to(each)
    return str(libraries)


def check(configuration, library, folder):
    """Returns what the server says about one configuration, or nothing when it is content."""
    libraries = gathered(library, folder)
    words = {"@HOOK@": f"{libraries}/{os.path.basename(library)}", "@KEA_HOOKS@": libraries, "@INTERFACE@": "lo", "@CONTROL_SOCKET@": f"{folder}/socket",
             "@STATE_DIRECTORY@": f"{folder}/state"}
    text = configuration.read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(word, value)
    if left := re.findall(r"@[A-Z_]+@", text):
        return f"nothing to put in place of {', '.join(left)}"
    filled = pathlib.Path(folder) / configuration.name
    filled.write_text(text, encoding="utf-8")
    environment = dict(os.environ, KEA_LOCKFILE_DIR="none", KEA_PIDFILE_DIR=folder,
                       KEA_HOOKS_PATH=libraries, KEA_CONTROL_SOCKET_DIR=folder)
    done = subprocess.run([server, "-t", str(filled)], env=environment, timeout=60, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout if done.returncode else ""


server = shutil.which("kea-dhcp4", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
if not server:
    print("kea-dhcp4 is not installed")
    sys.exit(77)
configurations = sorted(pathlib.Path(sys.argv[1]).glob("*.json"))
if not configurations:
    sys.exit(f"no configuration in {sys.argv[1]}")
failed = False
for each in configurations:
    with tempfile.TemporaryDirectory() as directory:
        complaint = check(each, os.path.abspath(sys.argv[2]), directory)
    print(f"{each.name}: {complaint or 'good'}")
    failed = failed or bool(complaint)
sys.exit(1 if failed else 0)
