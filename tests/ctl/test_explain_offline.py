# SPDX-License-Identifier: MPL-2.0
"""chainloadctl explain --file: a file is asked without any server."""

import json
import subprocess

from test_check import here, program, root  # noqa: F401

config = """{ "Dhcp4": {
  "hooks-libraries": [ { "library": "libdhcp_chainload.so", "parameters":
    { "next-server": "192.0.2.10", "script": "http://192.0.2.10/boot.php?mac=%{mac}" } } ],
  "subnet4": [ { "id": 7, "subnet": "198.51.100.0/24",
    "user-context": { "chainload": { "script": "http://192.0.2.10/lab" } } } ] } }"""


def explain(tmp_path, *arguments, text=config):
    file = tmp_path / "kea-dhcp4.conf"
    file.write_text(text)
    found = subprocess.run([program, "explain", "--file", file, "--json", *arguments], capture_output=True, text=True,
                           timeout=60)
    return json.loads(found.stdout) if found.returncode == 0 else found


def test_rom_and_firmware_get_their_stages(tmp_path):
    rom = explain(tmp_path, "--arch", "x86-bios", "--vendor-class", "PXEClient", "--ip", "192.0.2.100")
    assert (rom["rule"], rom["reply"]["file"]) == ("built-in/x86-bios", "undionly.kpxe")
    gpxe = explain(tmp_path, "--arch", "0", "--user-class", "gPXE", "--mac", "52:54:00:00:00:01", "--ip", "192.0.2.100")
    assert gpxe["rule"] == "built-in/script" and gpxe["reply"]["file"].endswith("52%3A54%3A00%3A00%3A00%3A01")


def test_contexts_of_subnets_count(tmp_path):
    found = explain(tmp_path, "--user-class", "gPXE", "--subnet", "7")
    assert found["rule"] == "subnet[7]/built-in/script" and found["reply"]["file"] == "http://192.0.2.10/lab"


def test_a_wrong_fact_is_named(tmp_path):
    found = explain(tmp_path, "--mac", "52:54:00:zz")
    assert found.returncode == 2 and 'argument "facts.mac": it is no hardware address' in found.stderr


def test_a_wrong_file_is_named_with_its_place(tmp_path):
    found = explain(tmp_path, "--arch", "0", text=config.replace('"script"', '"scrpt"', 1))
    assert found.returncode == 1 and "kea-dhcp4.conf:3:45: scrpt: there is no such key" in found.stderr
