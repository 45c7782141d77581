# SPDX-License-Identifier: MPL-2.0
"""What the firmware prints at each step, and the steps of a boot as tests wait for them."""

import re
from urllib.parse import unquote

from . import initrd
from .dhcp import ack, discover, of_type
from .tftp_transfers import transfers

gpxe = b"gPXE"
banner = re.compile(r"Chainload gPXE \S+ -- Network Boot Firmware")
features = re.compile(r"Features: .*")
configured = re.compile(r"DHCP \(net0 [0-9a-f:]{17}\)\.*\s*ok")
booting = re.compile(r"Booting from filename")
loop_sentence = re.compile(r"(?i)\bloop\b")

script_url = "http://198.18.77.1/real_boot_script.php"


def linux_boots(machine, timeout=60):
    """Waits until Linux reports itself and powers the machine off; returns MemTotal in KiB."""
    memory = int(machine.expect(initrd.up, timeout)[2])
    machine.expect(initrd.done, 60)
    assert machine.wait(20) == 0
    return memory


def chain_was_complete(lab, rom_file="undionly.kpxe"):
    """Asserts from capture, access log and Kea's log that both halves did their work, in the right order."""
    heard = lab.capture.udp()
    rom_ack = next(message for message in of_type(heard, ack) if message.file == rom_file.encode())
    loaded = next(moved for moved in transfers(heard) if moved.file == rom_file)
    firmware_discover = of_type(heard, discover, gpxe)[0]
    script_ack = of_type(heard, ack)[-1]
    assert rom_ack.time < loaded.started <= loaded.finished < firmware_discover.time < script_ack.time
    assert loaded.size == (lab.tftp_files / rom_file).stat().st_size
    url = (script_ack.get(67) or script_ack.file).decode()
    assert url.startswith(script_url)
    asked = [unquote(request.target) for request in lab.web.requests()]
    assert asked[0] == f"/real_boot_script.php?mac={lab.machine.spec.mac}"
    assert all(request.status in (200, 206) for request in lab.web.requests())
    rules = [decision.rule for decision in lab.kea.decisions()]
    assert rules[0] != rules[-1] and rules[-1] == "built-in/script"
