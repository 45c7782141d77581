# SPDX-License-Identifier: MPL-2.0
"""The firmware that is measured: ours, and iPXE's undionly.kpxe as Debian packages it, of this release and of forky."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from labkit import paths
from labkit.process import Failed

forky_image = paths.root / "build/tools/ipxe-forky/usr/lib/ipxe/undionly.kpxe"


@dataclass(frozen=True)
class Firmware:
    name: str
    title: str
    image: Path
    # What it waits for a key after its banner; ours waits for nothing [ipxe BANNER_TIMEOUT: 20 tenths of a second].
    banner_seconds: float = 0.0


def contestants(names):
    """Ours first, then the peers of these names."""
    known = {"ipxe-1.0": ("iPXE 1.0.0 (bookworm)", lambda: paths.need(paths.peer_undionly)),
             "ipxe-2.0": ("iPXE 2.0.0 (forky)", fetch_forky)}
    return [Firmware("ours", "Chainload", paths.need(paths.firmware_image))] + [
        Firmware(name, known[name][0], known[name][1](), banner_seconds=2.0) for name in known if name in names]


def _run(*words, cwd=None):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=600, check=False, cwd=cwd)
    if done.returncode != 0:
        raise Failed(f"{words[0]}: {(done.stderr or done.stdout).strip()[-400:]}")
    return done.stdout


def _mirror():
    """The address this machine has its own Debian packages from."""
    listed = _run("apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages")
    found = re.search(r"^Debian (http\S+)$", listed, re.M)
    if not found:
        raise Failed("apt knows no Debian mirror here: run apt-get update, and check /etc/apt/sources.list")
    return found[1]


def fetch_forky():
    """Debian forky's package ipxe, unpacked into build/tools: by apt, with lists of its own beside the machine's."""
    if forky_image.exists():
        return forky_image
    print("bench: fetching forky's package ipxe into build/tools", flush=True)
    state = paths.root / "build/tools/apt-forky"
    for folder in ("lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    (state / "sources.list").write_text(f"deb [arch=amd64] {_mirror()} forky main\n")
    (state / "status").touch()
    options = [word for key, value in (
        ("Dir::State", state), ("Dir::State::status", state / "status"), ("Dir::State::lists", state / "lists"),
        ("Dir::Cache", state / "cache"), ("Dir::Etc::sourcelist", state / "sources.list"),
        ("Dir::Etc::sourceparts", "/dev/null"), ("APT::Sandbox::User", "root"), ("Acquire::Languages", "none"),
        # forky's lists may be older than they say they are good for.
        ("Acquire::Check-Valid-Until", "false")) for word in ("-o", f"{key}={value}")]
    try:
        _run("apt-get", "-qq", *options, "update")
        _run("apt-get", "-qq", *options, "download", "ipxe", cwd=state)
        package = next(state.glob("ipxe_*.deb"))
    except (Failed, StopIteration) as why:
        raise Failed(f"forky's package ipxe could not be fetched ({why}); check the network, or leave it out with "
                     "--peer ipxe-1.0") from None
    unpacked = forky_image.parents[3]
    _run("dpkg", "-x", package, unpacked)
    shutil.rmtree(state)
    return paths.need(forky_image)
