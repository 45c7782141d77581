# SPDX-License-Identifier: MPL-2.0
"""Asks a server with the library and one without it the same questions: an untouched client sees no difference."""

from . import kea
from .client import RawClient
from .dhcp import Message


def answers(lab, config, queries):
    """The raw answers of a server that has just started to these payloads, in order."""
    (lab.run / "kea/kea-dhcp4.log").unlink(missing_ok=True)
    server = lab.start_kea(config)
    client = RawClient(lab.network)
    try:
        found = [client.ask(payload, Message(payload).mac) for payload in queries]
    finally:
        client.close()
        server.stop()
    assert all(found), "the server left a question without an answer"
    return [answer.raw for answer in found]


def is_untouched(lab, config, queries):
    """Whether the library makes no difference, octet by octet, to what real clients' `queries` are answered."""
    assert len(queries) >= 2, "a client asks at least twice"
    with_library = answers(lab, config, queries)
    return with_library == answers(lab, kea.without_hook(config), queries)
