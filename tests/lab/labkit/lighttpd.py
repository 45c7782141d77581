# SPDX-License-Identifier: MPL-2.0
"""lighttpd: a web server that asks for a login by Basic or Digest, and goes on in the middle of a file."""

from pathlib import Path

from . import paths
from .network import server_address
from .process import Service

port = 8080
user, password, realm = "boot", "geheim", "lab"

_config = """
server.modules = ( "mod_access", "mod_accesslog", "mod_auth", "mod_authn_file" )
server.document-root = "{files}"
server.bind = "{address}"
server.port = {port}
server.errorlog = "{run}/lighttpd.log"
accesslog.filename = "{run}/lighttpd-access.log"
accesslog.format = "%s %r %{{Authorization}}i"
mimetype.assign = ( "" => "application/octet-stream" )
auth.backend = "plain"
auth.backend.plain.userfile = "{run}/users"
auth.require = (
  "/basic/" => ( "method" => "basic", "realm" => "{realm}", "require" => "valid-user" ),
  "/digest/" => ( "method" => "digest", "realm" => "{realm}", "require" => "valid-user", "algorithm" => "{algorithm}" )
)
"""


class Lighttpd:
    def __init__(self, network, files: Path, run: Path, algorithm="MD5"):
        self.run = run
        run.mkdir(parents=True, exist_ok=True)
        (run / "users").write_text(f"{user}:{password}\n")
        config = run / "lighttpd.conf"
        config.write_text(_config.format(run=run, files=files, address=server_address, port=port, realm=realm,
                                         algorithm=algorithm))
        self._service = Service("lighttpd", network.command(
            paths.need(paths.lighttpd), "-D", "-f", config, "-m", paths.lighttpd_modules), run / "lighttpd-out.log")
        self._service.wait_ready(lambda: "server started" in self._log())

    def _log(self):
        path = self.run / "lighttpd.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def requests(self):
        """(status, request line, Authorization) of each; a "-" where there was none."""
        path = self.run / "lighttpd-access.log"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return [(int(line.split()[0]), " ".join(line.split()[1:4]), " ".join(line.split()[4:])) for line in lines]

    def stop(self):
        self._service.stop()
