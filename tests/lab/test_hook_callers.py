# SPDX-License-Identifier: MPL-2.0
"""R5: callers who write octet by octet, read slowly, hang up or send two commands at once; DHCP is answered meanwhile."""

import json
import select
import socket
import threading
import time

import pytest

from labkit import commands_page, kea
from labkit.client import RawClient
from labkit.control import HttpChannel, read_response

mac = "52:54:00:00:0c:01"
rom = [(93, b"\0\0"), (60, b"PXEClient:Arch:00000:UNDI:002001"), (55, bytes([1, 3, 43, 60, 66, 67, 97, 175]))]
rules = [{"name": f"r{number}", "match": {"mac": f"52:54:00:01:{number >> 8:02x}:{number & 255:02x}"},
          "boot": {"boot-file-name": f"http://198.18.77.1/{number}/" + "x" * 150}} for number in range(1500)]


@pytest.fixture
def server(lab):
    config = kea.short_config()
    kea.chainload_parameters(config)["management"] = "full"
    started = lab.start_kea(config)
    answer = started.command("chainload-rules-set", {"rules": rules})
    assert answer["result"] == 0, answer
    return started


@pytest.fixture
def is_served(lab):
    client = RawClient(lab.network)
    yield lambda attempts=3: any(client.discover(mac, rom) for _ in range(attempts))
    client.close()


def unix(server):
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    control.settimeout(30)
    control.connect(str(server.control_socket))
    return control


def read_all(control, pause=0.0, octets=65536):
    received = b""
    while chunk := control.recv(octets):
        received += chunk
        time.sleep(pause)
    return received


def page(limit):
    return json.dumps({"command": "chainload-rules-get-page", "arguments": {"limit": limit}}).encode()


def test_R5_command_that_comes_octet_by_octet_is_understood(server, is_served):
    with unix(server) as control:
        for octet in page(2):
            control.send(bytes([octet]))
            time.sleep(0.002)
        assert is_served()
        answer = json.loads(read_all(control))
    assert answer["result"] == 0 and answer["arguments"]["rules"] == rules[:2]


def read_slowly(server, request, is_served):
    """(what came, whether a machine was answered while nothing was read of it)."""
    with unix(server) as control:
        control.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        control.sendall(request)
        time.sleep(0.5)
        served = is_served(1)
        return read_all(control, pause=0.001, octets=4096), served


def test_R5_slow_reader_gets_a_long_answer_whole_and_holds_nobody_longer_than_kea_itself_does(lab, server, is_served):
    text, served = read_slowly(server, page(1500), is_served)
    assert len(text) > 300_000 and json.loads(text)["arguments"]["rules"] == rules
    assert is_served()
    server.stop()
    server.log.unlink()
    bare = kea.without_hook(kea.short_config())
    bare["Dhcp4"]["user-context"] = {"as-long": "x" * len(text)}
    text_of_kea, served_by_kea = read_slowly(lab.start_kea(bare), b'{"command": "config-get"}', is_served)
    assert len(text_of_kea) > len(text)
    # Kea 2.2 waits for such a reader and answers no machine meanwhile: docs/threat-model.md says so.
    assert served or not served_by_kea


def test_R5_caller_that_hangs_up_has_its_change_whole_or_not_at_all(server, is_served):
    change = json.dumps({"command": "chainload-rules-set", "arguments": {"rules": rules[:700]}}).encode()
    for sent in (len(change) // 2, len(change) - 1, len(change)):
        with unix(server) as control:
            control.sendall(change[:sent])
        assert is_served()
        total = server.command("chainload-rules-get-page", {"limit": 1})["arguments"]["total"]
        assert total == 1500 if sent < len(change) else total in (700, 1500)
    assert "fault" not in server.command("chainload-status")["arguments"]["managed"]


def test_R5_slow_and_hurried_callers_over_http(lab, server, is_served):
    agent = lab.start_control_agent({"Control-agent": commands_page.settings("Control-agent")})
    channel = HttpChannel(lab.network, agent.port, ("boot-admin", "change-me"), ["dhcp4"])
    wanted = {"command": "chainload-rules-get-page", "service": ["dhcp4"], "arguments": {"limit": 3}}
    # Octet by octet: Kea 2.2's agent answers, or closes before it has read the whole; the server knows nothing of it.
    with channel.connect() as slow:
        try:
            for octet in channel.octets(wanted):
                slow.send(bytes([octet]))
            answer = read_response(slow)[1]
        except ConnectionError:
            answer = None
    assert is_served()
    assert answer is None or answer["arguments"]["rules"] == rules[:3]
    assert channel.command("chainload-rules-get-page", {"limit": 3})["arguments"]["rules"] == rules[:3]
    # Kea does not promise to answer more than one at a time on a connection; the first is answered, and none by halves.
    patches = [{"command": "chainload-rules-patch", "service": ["dhcp4"],
                "arguments": {"patch": [{"op": "del", "name": f"r{number}"}]}} for number in (0, 1)]
    with channel.connect() as hurried:
        hurried.sendall(b"".join(map(channel.octets, patches)))
        assert read_response(hurried)[1]["result"] == 0
        select.select([hurried], [], [], 1)
    assert is_served()
    shown = channel.command("chainload-rules-get-page", {"limit": 2})["arguments"]
    assert (shown["total"], shown["revision"]) in ((1499, 2), (1498, 3)), shown
    assert shown["rules"] in (rules[1:3], rules[2:4])


def test_R5_many_callers_at_once_are_all_answered(server, is_served):
    answers = []

    def ask():
        answers.append(server.command("chainload-rules-get-page", {"limit": 50})["arguments"]["rules"])

    callers = [threading.Thread(target=ask) for _ in range(40)]
    for caller in callers:
        caller.start()
    assert is_served()
    for caller in callers:
        caller.join(30)
    assert answers == [rules[:50]] * 40
