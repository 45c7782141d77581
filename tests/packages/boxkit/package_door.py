# SPDX-License-Identifier: MPL-2.0
"""Lets apt in a box, whose network leads nowhere, fetch packages: a proxy for plain GET, on the box's loopback."""

import http.server
import shutil
import socket
import threading
import urllib.error
import urllib.request

PORT = 3142
_passed_on = ("Range", "If-Modified-Since", "If-Range", "User-Agent")
_passed_back = ("Content-Length", "Content-Range", "Content-Type", "Last-Modified")


class _Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked = urllib.request.Request(self.path, headers={name: self.headers[name] for name in _passed_on
                                                           if name in self.headers})
        try:
            answer = urllib.request.urlopen(asked, timeout=60)
        except urllib.error.HTTPError as refused:  # 304 and 404 among them
            answer = refused
        except OSError as failure:
            self.send_error(502, str(failure))
            return
        with answer:
            self.send_response(answer.status)
            for name in _passed_back:
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            if "Content-Length" not in answer.headers:
                self.send_header("Connection", "close")
            self.end_headers()
            shutil.copyfileobj(answer, self.wfile)

    def log_message(self, *_):
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listening):
        super().__init__(("127.0.0.1", PORT), _Door, bind_and_activate=False)
        self.socket.close()
        self.socket = listening


class PackageDoor:
    def __init__(self, network):
        def listen():
            listening = socket.socket()
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(("127.0.0.1", PORT))
            listening.listen(16)
            return listening

        self._server = _Server(network.inside(listen))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
