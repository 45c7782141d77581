# SPDX-License-Identifier: MPL-2.0
"""kea-dhcp4 inside a lab network, with configurations derived from kea-configs/ and a client of its control socket."""

import copy
import functools
import json
import os
import re
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import paths
from .network import bridge, server_address
from .process import Failed, Service

_string_or_comment = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|#[^\n]*|/\*.*?\*/', re.S)


def parse_config(text: str):
    """A Kea configuration as an object; its comments (`//`, `#`, `/* */`) are passed over."""
    return json.loads(_string_or_comment.sub(lambda match: match[1] or "", text))


def read_config(path: Path):
    return parse_config(path.read_text())


def short_config():
    """kea-configs/chainload-short.json as an object."""
    return read_config(paths.need(paths.kea_short_config))


@functools.cache
def version():
    """(2, 6, 3) for the Kea that is installed here."""
    printed = subprocess.run(["kea-dhcp4", "-v"], capture_output=True, text=True, check=True, timeout=20).stdout
    return tuple(int(number) for number in printed.strip().split("."))


def kea_hooks():
    """The folder of Kea's own hook libraries."""
    found = sorted(Path("/usr/lib").glob("*/kea/hooks/libdhcp_ha.so"))
    if not found:
        raise paths.Missing("Kea's own hook libraries are missing; run scripts/install-deps")
    return found[0].parent


def _our_hooks(config):
    """The entries of our library, known by the placeholder that kea-configs/README.md names."""
    return [hook for hook in config["Dhcp4"].get("hooks-libraries", []) if hook["library"] == "@HOOK@"]


def chainload_parameters(config):
    """The parameters of our library in `config`, to be changed in place."""
    return _our_hooks(config)[0]["parameters"]


def without_hook(config, **globals_):
    """The same configuration with no hook; `globals_` (boot_file_name=..., next_server=...) are set for everybody."""
    plain = copy.deepcopy(config)
    plain["Dhcp4"].pop("hooks-libraries", None)
    for key, value in globals_.items():
        plain["Dhcp4"][key.replace("_", "-")] = value
    return plain


def _for_lab(config, run: Path):
    """Puts the lab's paths and interface into `config`, and the tuning that saves seconds at each start."""
    lab = copy.deepcopy(config)
    dhcp4 = lab["Dhcp4"]
    dhcp4["interfaces-config"] = {"interfaces": [bridge], "dhcp-socket-type": "raw"}
    dhcp4["lease-database"] = {"type": "memfile", "persist": False, "lfc-interval": 0}
    unix = {"socket-type": "unix", "socket-name": str(run / "kea.sock")}
    if "control-sockets" in dhcp4:  # Kea 3.0's list, where a test asks for an HTTP socket
        others = [each for each in dhcp4["control-sockets"] if each["socket-type"] != "unix"]
        dhcp4["control-sockets"] = [unix, *others]
        dhcp4.pop("control-socket", None)
    else:
        dhcp4["control-socket"] = unix
    # A configuration may ask for another severity and debug level; where the log goes is the lab's.
    asked = dhcp4.get("loggers", [{}])[0]
    dhcp4["loggers"] = [{"name": "kea-dhcp4", "severity": asked.get("severity", "INFO"),
                         "debuglevel": asked.get("debuglevel", 0),
                         "output_options": [{**_rotation(asked), "output": str(run / "kea-dhcp4.log"), "flush": True}]}]
    for hook in _our_hooks(lab):
        hook["library"] = str(paths.need(paths.hook_library))
        hook["parameters"]["state-directory"] = str(run / "chainload-state")
    for hook in dhcp4.get("hooks-libraries", []):
        hook["library"] = hook["library"].replace("@KEA_HOOKS@", str(kea_hooks()))
    _gather_libraries(dhcp4.get("hooks-libraries", []), run / "hooks")
    # Without it iPXE, which plays the legacy ROM, waits seconds for ProxyDHCP offers: option 175, sub-option 176 = 1.
    options = dhcp4.setdefault("option-data", [])
    if not any(option.get("code") == 175 for option in options):
        options.append({"code": 175, "csv-format": False, "data": "B00101"})
    return lab


def _rotation(logger):
    """How a logger's file is rotated, where a configuration says so."""
    asked = logger.get("output_options", [{}])[0]
    return {key: asked[key] for key in ("maxsize", "maxver") if key in asked}


def _gather_libraries(hooks, folder: Path):
    """Puts links to all libraries into one folder: since Kea 3.0 they must lie in the one that it was told of."""
    folder.mkdir(exist_ok=True)
    for hook in hooks:
        link = folder / Path(hook["library"]).name
        link.unlink(missing_ok=True)
        link.symlink_to(hook["library"])
        hook["library"] = str(link)


_boot_file = re.compile(
    r"CHAINLOAD_BOOT_FILE (\S+) is (.*?) \((.*?)\): rule (\S+) gives it (\S+) from (\S+)")


@dataclass
class Decision:
    """One CHAINLOAD_BOOT_FILE line."""
    mac: str
    client: str
    message: str
    rule: str
    file: str
    server: str


class Control:
    """The control socket of one of Kea's servers."""

    def __init__(self, path: Path):
        self._path = path

    def command(self, name, arguments=None, timeout=10):
        request = {"command": name} | ({"arguments": arguments} if arguments is not None else {})
        return self.send(json.dumps(request).encode(), timeout)

    def send(self, request: bytes, timeout=10):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
            control.settimeout(timeout)
            control.connect(str(self._path))
            control.sendall(request)
            control.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: control.recv(65536), b""))
        return json.loads(answer)


class Kea:
    def __init__(self, network, config, run: Path):
        self.run = run
        self.log = run / "kea-dhcp4.log"
        run.parent.mkdir(parents=True, exist_ok=True)
        run.mkdir(mode=0o750, exist_ok=True)  # since Kea 2.6 nobody else may look at the control socket
        self.config_path = run / "kea-dhcp4.json"
        self.config_path.write_text(json.dumps(_for_lab(config, run), indent=1))
        self.environment = dict(os.environ, KEA_PIDFILE_DIR=str(run), KEA_LOCKFILE_DIR="none",
                                KEA_CONTROL_SOCKET_DIR=str(run), KEA_LOG_FILE_DIR=str(run), KEA_DHCP_DATA_DIR=str(run),
                                KEA_HOOKS_PATH=str(run / "hooks"))
        self._service = Service("kea-dhcp4", network.command("kea-dhcp4", "-c", self.config_path),
                                run / "kea-output.log", env=self.environment)
        try:
            self._service.wait_ready(lambda: "DHCP4_STARTED" in self.text())
            if "DHCPSRV_NO_SOCKETS_OPEN" in self.text():
                raise Failed("kea-dhcp4 started without a socket and would answer nobody")
        except Exception as failure:
            self.stop()
            raise type(failure)(f"{failure}\n{self.tail()}") from None

    def text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self, lines=30):
        return "\n".join((self.text() + self._service.text()).splitlines()[-lines:])

    def decisions(self):
        """The boot decisions the hook has logged so far (CHAINLOAD_BOOT_FILE), in order."""
        return [Decision(*match) for match in _boot_file.findall(self.text())]

    @property
    def control_socket(self):
        return self.run / "kea.sock"

    def command(self, name, arguments=None, timeout=10):
        """Sends a control command and returns the answer object."""
        return Control(self.control_socket).command(name, arguments, timeout)

    def send(self, request: bytes, timeout=10):
        """Sends the octets of a command and returns the answer object."""
        return Control(self.control_socket).send(request, timeout)

    def is_running(self):
        return self._service.is_running()

    @property
    def pid(self):
        return self._service.pid

    def stop(self):
        self._service.stop()
