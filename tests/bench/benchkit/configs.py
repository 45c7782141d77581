# SPDX-License-Identifier: MPL-2.0
"""The configurations that are compared: bare Kea, Kea with a library, and Kea made to do the library's work itself."""

from pathlib import Path

from .cable import interface, server_address

boot_file = "undionly.kpxe"
script = f"http://{server_address}/boot.php?mac=${{mac}}"
short_form = {"next-server": server_address, "script": script}


def bare(threads=0):
    """Kea alone, with nothing in it that wakes up by itself. `threads` 0: no multi-threading."""
    threading = {"enable-multi-threading": threads > 0}
    if threads:
        threading["thread-pool-size"] = threads
    return {"Dhcp4": {
        "interfaces-config": {"interfaces": [interface], "dhcp-socket-type": "udp"},
        "control-socket": {"socket-type": "unix", "socket-name": "@RUN@/kea.sock"},
        "lease-database": {"type": "memfile", "persist": False, "lfc-interval": 0},
        "expired-leases-processing": {"reclaim-timer-wait-time": 0, "flush-reclaimed-timer-wait-time": 0},
        "multi-threading": threading,
        "valid-lifetime": 4000,
        # Kea would compile a regular expression for each packet that brings a host name: 245,000 instructions.
        "hostname-char-set": "",
        "subnet4": [{"id": 1, "subnet": "198.18.0.0/16", "pools": [{"pool": "198.18.1.0 - 198.18.255.254"}]}],
        "loggers": [{"name": "kea-dhcp4", "severity": "WARN", "output_options": [{"output": "stderr"}]}],
    }}


def with_library(library: Path, parameters=None, **options):
    config = bare(**options)
    entry = {"library": str(library)}
    if parameters is not None:
        entry["parameters"] = parameters
    config["Dhcp4"]["hooks-libraries"] = [entry]
    return config


def with_chainload(library: Path, parameters=None, **options):
    """Our library as an administrator would have it, except that it logs no line for each packet."""
    parameters = {**short_form, "log-decisions": "none", "state-directory": "@RUN@/state", **(parameters or {})}
    return with_library(library, parameters, **options)


def _boot_answer():
    """What makes Kea send the reply that the library gives to a BIOS ROM (option 97 it cannot echo)."""
    return {
        "next-server": server_address,
        "boot-file-name": boot_file,
        "option-data": [
            {"name": "vendor-class-identifier", "data": "PXEClient"},
            {"name": "vendor-encapsulated-options", "csv-format": False, "data": "060108ff"},
            {"name": "tftp-server-name", "data": server_address},
            {"name": "boot-file-name", "data": boot_file},
        ]}


def configured(**options):
    """Kea configured to send that reply to everyone: the cheapest way it has, without a single class."""
    config = bare(**options)
    config["Dhcp4"].update(_boot_answer())
    return config


def classes(count, **options):
    """Kea's own way to chainload: `count` client classes, of which the last two do the job for the clients measured."""
    config = bare(**options)
    machines = [{"name": f"machine-{number}", "test": f"pkt4.mac == 0x0200{number:08x}", "boot-file-name": "own.kpxe"}
                for number in range(count - 2)]
    config["Dhcp4"]["client-classes"] = [
        *machines,
        {"name": "firmware", "test": "option[77].hex == 'gPXE'", "next-server": server_address,
         "boot-file-name": script},
        {"name": "rom", "test": "substring(option[60].hex, 0, 9) == 'PXEClient' and not member('firmware')",
         **_boot_answer()},
    ]
    return config
