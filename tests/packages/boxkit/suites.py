# SPDX-License-Identifier: MPL-2.0
"""The releases of Debian that packages are made for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Suite:
    name: str
    kea: str
    has_firmware: bool = False  # the firmware is built where Debian 12's compiler is, and is the same everywhere
    script: str = ""  # debootstrap's, where it has none of the suite's name
    apt_options: tuple = ()


SUITES = {suite.name: suite for suite in (
    Suite("bookworm", "2.2", has_firmware=True),
    Suite("trixie", "2.6"),
    # forky's lists may be older than they say they are good for.
    Suite("forky", "3.0", script="sid", apt_options=("Acquire::Check-Valid-Until=false",)),
)}
