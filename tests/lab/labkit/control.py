# SPDX-License-Identifier: MPL-2.0
"""Kea's commands over HTTP: the Control Agent beside a kea-dhcp4, and a client for it and for Kea's own HTTP socket."""

import base64
import http.client
import json
import os
import socket
from pathlib import Path

from .process import Service

address = "127.0.0.1"


class HttpChannel:
    """Posts commands to a port inside the network; `login` is (user, password), or None to send no credentials."""

    def __init__(self, network, port, login=None, service=None):
        self._network, self._port = network, port
        self.login, self.service = login, service

    def connect(self, timeout=20):
        return self._network.inside(lambda: socket.create_connection((address, self._port), timeout))

    def octets(self, request, login="own"):
        """The HTTP request that carries `request`."""
        login = self.login if login == "own" else login
        body = json.dumps(request).encode()
        lines = ["POST / HTTP/1.1", f"Host: {address}", "Content-Type: application/json",
                 f"Content-Length: {len(body)}"]
        if login:
            lines.append("Authorization: Basic " + base64.b64encode(":".join(login).encode()).decode())
        return "\r\n".join([*lines, "", ""]).encode() + body

    def post(self, request, login="own"):
        """(status, answer); the answer is the object in Kea's list of one where there is such a list."""
        with self.connect() as connection:
            connection.sendall(self.octets(request, login))
            return read_response(connection)

    def command(self, name, arguments=None):
        request = {"command": name} | ({"service": self.service} if self.service else {})
        status, answer = self.post(request | ({"arguments": arguments} if arguments is not None else {}))
        assert status == 200, (status, answer)
        return answer


def read_response(connection):
    response = http.client.HTTPResponse(connection)
    response.begin()
    answer = json.loads(response.read())
    return response.status, answer[0] if isinstance(answer, list) and len(answer) == 1 else answer


class ControlAgent:
    """kea-ctrl-agent with `config` ({"Control-agent": …}), in front of the kea-dhcp4 whose socket `dhcp4_socket` is."""

    def __init__(self, network, config, dhcp4_socket: Path, run: Path):
        run.mkdir(mode=0o750, exist_ok=True)
        asked = config["Control-agent"]
        self.port = asked["http-port"]
        asked = asked | {
            "control-sockets": {"dhcp4": {"socket-type": "unix", "socket-name": str(dhcp4_socket)}},
            "loggers": [{"name": "kea-ctrl-agent", "severity": "INFO",
                         "output_options": [{"output": str(run / "kea-ctrl-agent.log"), "flush": True}]}]}
        path = run / "kea-ctrl-agent.json"
        path.write_text(json.dumps({"Control-agent": asked}, indent=1))
        environment = dict(os.environ, KEA_PIDFILE_DIR=str(run), KEA_LOCKFILE_DIR="none", KEA_LOG_FILE_DIR=str(run),
                           KEA_CONTROL_SOCKET_DIR=str(dhcp4_socket.parent))
        self._service = Service("kea-ctrl-agent", network.command("kea-ctrl-agent", "-c", path),
                                run / "kea-ctrl-agent-output.log", env=environment)
        self._service.wait_ready(lambda: listens(network, self.port))

    def stop(self):
        self._service.stop()


def listens(network, port):
    try:
        network.inside(lambda: socket.create_connection((address, port), 1)).close()
        return True
    except OSError:
        return False
