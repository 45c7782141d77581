# SPDX-License-Identifier: MPL-2.0
"""The packages as files: what they say of themselves, and later versions of them."""

import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("kea-hook-chainload", "chainload-firmware", "chainloadctl")


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def field(deb, name):
    return run("dpkg-deb", "-f", deb, name).strip()


def contents(deb):
    """The paths in a package, without its folders."""
    listed = [line.split(maxsplit=5) for line in run("dpkg-deb", "-c", deb).splitlines()]
    return {words[5].split(" -> ")[0].lstrip(".") for words in listed if not words[0].startswith("d")}


def later(deb, folder, suffix="+later"):
    """The same package as another, later version of itself."""
    with tempfile.TemporaryDirectory(dir=folder) as unpacked:
        run("dpkg-deb", "-R", deb, unpacked)
        control = Path(unpacked) / "DEBIAN/control"
        lines = control.read_text().splitlines()
        control.write_text("".join(f"{line}{suffix if line.startswith('Version: ') else ''}\n" for line in lines))
        made = Path(folder) / f"{field(deb, 'Package')}{suffix}.deb"
        run("dpkg-deb", "--root-owner-group", "-Znone", "-b", unpacked, made)
    return made


class Packages:
    def __init__(self, work, suite):
        self.suite = suite
        self.folder = work / ("deb" if suite.has_firmware else f"{suite.name}/deb")
        self._firmware_folder = work / "deb"
        self.rpm_folder = work / "rpm"

    def deb(self, name):
        folder = self._firmware_folder if name == "chainload-firmware" else self.folder
        found = sorted(folder.glob(f"{name}_*.deb"))
        assert len(found) == 1, f"{folder} holds {len(found)} packages {name}, not one: run scripts/package deb"
        return found[0]

    def rpm(self, name):
        found = sorted(self.rpm_folder.glob(f"{name}-[0-9]*.rpm"))
        assert len(found) == 1, f"{self.rpm_folder} holds {len(found)} packages {name}, not one: run scripts/package rpm"
        return found[0]

    def put_into(self, box, folder, names=NAMES):
        """Copies them into a folder of the box; returns that folder."""
        box.path(folder).mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copy(self.deb(name), box.path(folder))
        return folder
