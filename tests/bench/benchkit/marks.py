# SPDX-License-Identifier: MPL-2.0
"""A web server that the measured machine's script calls between its downloads: what is read off before it answers is
read off while nothing else goes on."""

import socket
import threading
import time

from labkit.network import server_address
from labkit.process import Failed

port = 81


class Marks:
    """`read` is called for each request before the answer; `wait(name, machine)` gives what it returned for /name."""

    def __init__(self, network, read):
        self._read = read
        self._found = {}
        self.client = None  # the address of who asked last
        self._changed = threading.Condition()
        self._listener = network.inside(self._listen)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @staticmethod
    def _listen():
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((server_address, port))
        listener.listen(8)
        return listener

    def _serve(self):
        while True:
            try:
                connection, (self.client, _) = self._listener.accept()
            except OSError:
                return  # closed: the end
            with connection:
                connection.settimeout(10)
                try:
                    asked = connection.recv(4096)
                    value = self._read()
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n")
                    connection.recv(1)  # its FIN
                except OSError:
                    pass
            words = asked.split()
            if len(words) > 1:
                with self._changed:
                    self._found[words[1].decode("latin-1").lstrip("/")] = value
                    self._changed.notify_all()

    def wait(self, name, machine, timeout=600):
        """What was read when the script asked for /name; Failed when the machine ended or `timeout` seconds passed."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while name not in self._found:
                if not machine.is_running() or time.monotonic() > deadline:
                    why = f"{timeout} s passed" if machine.is_running() else "the machine ended"
                    raise Failed(f"{why} before its script came to the mark {name}; its last lines:\n{machine.tail()}")
                self._changed.wait(0.5)
            return self._found[name]

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
