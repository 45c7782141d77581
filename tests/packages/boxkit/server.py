# SPDX-License-Identifier: MPL-2.0
"""kea-dhcp4 in a box, as its unit starts it, with the library."""

import json

from labkit.process import wait_until

CONFIGURATION = "/etc/kea/kea-dhcp4.conf"
LIBRARY = "/usr/lib/x86_64-linux-gnu/kea/hooks/libdhcp_chainload.so"
STATE = "/var/lib/kea/chainload/kea-dhcp4"
SOCKET = "/run/kea/kea4-ctrl-socket"


def configuration(library=LIBRARY, **parameters):
    """Of the lab's network; rules can be changed by command."""
    return {"Dhcp4": {
        "interfaces-config": {"interfaces": ["br0"], "dhcp-socket-type": "raw"},
        "control-socket": {"socket-type": "unix", "socket-name": SOCKET},
        "lease-database": {"type": "memfile", "persist": False},
        "subnet4": [{"id": 1, "subnet": "198.18.77.0/24", "pools": [{"pool": "198.18.77.100 - 198.18.77.199"}]}],
        "hooks-libraries": [{"library": library, "parameters": {
            "next-server": "198.18.77.1", "script": "http://198.18.77.1/boot", "management": "full", **parameters}}],
        "loggers": [{"name": "kea-dhcp4", "severity": "INFO", "output_options": [{"output": "stdout"}]}],
    }}


class Server:
    def __init__(self, box):
        self.box = box

    def configure(self, document):
        self.box.write(CONFIGURATION, json.dumps(document, indent=2))

    def restart(self):
        self.box.run("systemctl restart kea-dhcp4-server")
        wait_until(lambda: "DHCP4_STARTED" in self.journal(), 60, "kea-dhcp4 to start")

    def journal(self):
        """Of the unit's last start."""
        return self.box.run("journalctl --no-pager --output=cat _SYSTEMD_INVOCATION_ID="
                            "$(systemctl show --value --property=InvocationID kea-dhcp4-server)")

    def pid(self):
        return int(self.box.run("systemctl show --value --property=MainPID kea-dhcp4-server"))

    def ctl(self, words):
        """What chainloadctl prints as JSON."""
        return json.loads(self.box.run(f"chainloadctl --json {words}"))

    def status(self):
        return self.ctl("status")[SOCKET]
