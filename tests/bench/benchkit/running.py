# SPDX-License-Identifier: MPL-2.0
"""A kea-dhcp4 as it is run for real, at the server's end of a cable, with the CPU time it has used so far."""

import json
import os
import socket
import time
from pathlib import Path

from labkit.process import Failed, Service

from .clients import NoAnswer, ask

start_seconds = 120


class Running:
    """Use it in a `with` statement. `run` is an empty folder for configuration and logs."""

    def __init__(self, cable, config, run: Path):
        self._run = run
        self._cable = cable
        run.mkdir(mode=0o750, parents=True)
        path = run / "kea-dhcp4.json"
        path.write_text(json.dumps(config).replace("@RUN@", str(run)))
        folders = ("KEA_PIDFILE_DIR", "KEA_CONTROL_SOCKET_DIR", "KEA_LOG_FILE_DIR", "KEA_DHCP_DATA_DIR")
        environment = dict(os.environ, KEA_LOCKFILE_DIR="none", **dict.fromkeys(folders, str(run)))
        for hook in config["Dhcp4"].get("hooks-libraries", []):
            environment["KEA_HOOKS_PATH"] = str(Path(hook["library"]).parent)
        self._server = Service("kea-dhcp4", cable.at_server("kea-dhcp4", "-c", path), run / "output.log",
                               env=environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.stop()

    def first_reply(self, client):
        """Waits until the server answers `client`; the reply, raw."""
        relay = self._cable.relay_socket()
        deadline = time.monotonic() + start_seconds
        try:
            while time.monotonic() < deadline:
                if not self._server.is_running():
                    raise Failed(f"kea-dhcp4 ended at its start:\n{self._server.tail()}")
                try:
                    return ask(relay, client, xid=1, timeout=0.5)
                except (NoAnswer, ConnectionRefusedError):
                    time.sleep(0.1)
            raise Failed(f"kea-dhcp4 answered nobody within {start_seconds} s:\n{self._server.tail()}")
        finally:
            relay.close()

    def cpu_seconds(self):
        """What all its threads have run so far."""
        tasks = Path(f"/proc/{self._server.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def main_cpu_seconds(self):
        """The same of the thread that takes packets from the sockets and answers commands."""
        return int(Path(f"/proc/{self._server.pid}/task/{self._server.pid}/schedstat").read_text().split()[0]) / 1e9

    def whole_cpu_seconds(self):
        """Of all threads, those included that have ended."""
        fields = Path(f"/proc/{self._server.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def send(self, command: bytes):
        """The answer to a command, through the control socket."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
            control.settimeout(300)
            control.connect(str(self._run / "kea.sock"))
            control.sendall(command)
            control.shutdown(socket.SHUT_WR)
            return json.loads(b"".join(iter(lambda: control.recv(65536), b"")))

    def packets_received(self):
        """The server's own count."""
        name = "pkt4-received"
        answer = self.send(json.dumps({"command": "statistic-get", "arguments": {"name": name}}).encode())
        return answer["arguments"][name][0][0]
