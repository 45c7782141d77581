# SPDX-License-Identifier: MPL-2.0
"""Certificates for tests, made by the openssl command, and nginx as what speaks TLS in front of a server."""

import subprocess
from pathlib import Path

from .process import Service

_nginx_config = """
user root; daemon off; worker_processes 1; pid {run}/nginx.pid; error_log {run}/nginx-error.log info;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {run}/tmp; proxy_temp_path {run}/tmp; fastcgi_temp_path {run}/tmp;
  uwsgi_temp_path {run}/tmp; scgi_temp_path {run}/tmp;
  client_max_body_size 64m;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate}; ssl_certificate_key {key};
    {more}
    location {path} {{ proxy_pass http://127.0.0.1:{behind}/; }}
  }}
}}
"""


def _openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"openssl {words[0]}: {done.stderr}"


class Authority:
    """Signs certificates; `file` is its own, for those who are to trust it."""

    def __init__(self, folder: Path, name="Lab authority"):
        folder.mkdir()
        self._folder = folder
        self.file, self._key = folder / "authority.pem", folder / "authority.key"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", 2,
                 "-subj", f"/CN={name}", "-keyout", self._key, "-out", self.file)

    def issue(self, name, alternative, days=2):
        """(certificate, key) for `alternative`, such as IP:127.0.0.1; one of no days has run out."""
        key, asked, signed = (self._folder / f"{name}.{ending}" for ending in ("key", "csr", "pem"))
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-subj", f"/CN={name}",
                 "-keyout", key, "-out", asked)
        extensions = self._folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternative}\n")
        _openssl("x509", "-req", "-in", asked, "-CA", self.file, "-CAkey", self._key, "-CAcreateserial", "-days", days,
                 "-extfile", extensions, "-out", signed)
        return signed, key


class TlsFront:
    """nginx at `port`, which hands what comes to `path` on to `behind`, a port without TLS."""

    def __init__(self, network, run: Path, port, behind, certificate, path="/", more=""):
        (run / "tmp").mkdir(parents=True)
        (run / "nginx.conf").write_text(_nginx_config.format(run=run, port=port, behind=behind, certificate=certificate[0],
                                                             key=certificate[1], path=path, more=more))
        self._service = Service("nginx", network.command("/usr/sbin/nginx", "-c", run / "nginx.conf", "-e",
                                                         run / "nginx-error.log"), run / "nginx.log")
        self._service.wait_ready(lambda: (run / "nginx.pid").exists() and (run / "nginx.pid").read_text().strip())

    def stop(self):
        self._service.stop()
