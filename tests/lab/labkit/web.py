# SPDX-License-Identifier: MPL-2.0
"""nginx with PHP (php-fpm) serving a directory: the boot script, kernels, initrds and payloads."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import paths
from .network import server_address
from .process import Service

_nginx_config = """
user root; daemon off; worker_processes 1; pid {run}/nginx.pid; error_log {run}/nginx-error.log info;
events {{ worker_connections 64; }}
http {{
  types {{ text/plain gpxe ipxe; }}
  default_type application/octet-stream;
  log_format lab '$msec $request_time $status $body_bytes_sent "$request" "$http_user_agent"';
  access_log {run}/access.log lab;
  sendfile on; tcp_nodelay on; keepalive_timeout 30;
  client_body_temp_path {run}/tmp; proxy_temp_path {run}/tmp; fastcgi_temp_path {run}/tmp;
  uwsgi_temp_path {run}/tmp; scgi_temp_path {run}/tmp;
  server {{
    listen {address}:80;
    root {files};
    location ~ \\.php$ {{
      fastcgi_pass unix:{run}/php.sock;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_param SCRIPT_NAME $fastcgi_script_name;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param REQUEST_URI $request_uri;
      fastcgi_param SERVER_ADDR $server_addr;
      fastcgi_param SERVER_PROTOCOL $server_protocol;
      fastcgi_param REMOTE_ADDR $remote_addr;
    }}
  }}
}}
"""

_php_config = """
[global]
pid = {run}/php.pid
error_log = {run}/php-error.log
daemonize = no
[lab]
listen = {run}/php.sock
pm = static
pm.max_children = 2
clear_env = no
catch_workers_output = yes
"""


@dataclass
class Request:
    """One line of nginx's access log."""
    at: float  # seconds since the epoch, when the answer was complete
    seconds: float
    status: int
    size: int
    line: str
    agent: str

    @property
    def target(self):
        return self.line.split()[1]


_access = re.compile(r'^(\S+) (\S+) (\d+) (\d+) "([^"]*)" "([^"]*)"$')


class Web:
    """Serves `files`; machines.json in it says what real_boot_script.php answers to which MAC."""

    def __init__(self, network, files: Path, run: Path):
        self.files, self.run = files, run
        (run / "tmp").mkdir(parents=True, exist_ok=True)
        shutil.copy(paths.need(paths.boot_script), files / "real_boot_script.php")
        (run / "nginx.conf").write_text(_nginx_config.format(run=run, files=files, address=server_address))
        (run / "php-fpm.conf").write_text(_php_config.format(run=run))
        self._php = self._nginx = None
        php = next((p for p in sorted(Path("/usr/sbin").glob("php-fpm[0-9]*"))), None)
        if php is None:
            raise paths.Missing("php-fpm is missing; run scripts/install-deps")
        try:
            self._php = Service("php-fpm", network.command(php, "-R", "-F", "-y", run / "php-fpm.conf"),
                                run / "php.log")
            self._php.wait_ready(lambda: (run / "php.sock").exists())
            self._nginx = Service("nginx", network.command("/usr/sbin/nginx", "-c", run / "nginx.conf", "-e",
                                                           run / "nginx-error.log"), run / "nginx.log")
            self._nginx.wait_ready(lambda: (run / "nginx.pid").exists() and (run / "nginx.pid").read_text().strip())
        except BaseException:
            self.stop()
            raise

    def set_machine(self, mac, kernel, initrds=(), arguments=""):
        """What the boot script tells the machine with this MAC to boot."""
        self._set(mac, {"kernel": kernel, "initrds": list(initrds), "arguments": arguments})

    def set_script(self, mac, *lines):
        """The lines of the boot script for this MAC, behind its first one."""
        self._set(mac, {"script": lines})

    def _set(self, mac, machine):
        path = self.files / "machines.json"
        table = json.loads(path.read_text()) if path.exists() else {}
        table[mac] = machine
        new = path.with_suffix(".new")
        new.write_text(json.dumps(table))
        new.replace(path)

    def requests(self):
        path = self.run / "access.log"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        found = [_access.match(line) for line in lines]
        return [Request(float(m[1]), float(m[2]), int(m[3]), int(m[4]), m[5], m[6]) for m in found if m]

    def tail(self, lines=15):
        logs = [self.run / name for name in ("access.log", "nginx-error.log", "php-error.log", "php.log")]
        return "\n".join(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
                         for log in logs if log.exists())

    def stop(self):
        for service in (self._nginx, self._php):
            if service:
                service.stop()
