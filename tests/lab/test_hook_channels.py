# SPDX-License-Identifier: MPL-2.0
"""The ways in: the examples of docs/commands.md through each of them, and what each says to whom it does not know.

The UNIX socket and the Control Agent exist in every Kea; kea-dhcp4's own HTTP socket since 3.0. Which there are is read
from the Kea that is installed, and each that there is is asked.
"""

import json
import subprocess

import pytest

from labkit import commands_page, kea
from labkit.control import HttpChannel

has_http_socket = kea.version() >= (3, 0)
http_ways = ["agent", "http"] if has_http_socket else ["agent"]
ways = ["unix", *http_ways]
login = ("boot-admin", "change-me")  # as docs/commands.md has it


def open_way(lab, way):
    """Starts what is needed for it and returns what has `command(name, arguments)`."""
    config = kea.short_config()
    kea.chainload_parameters(config)["management"] = "full"
    if way == "http":
        config["Dhcp4"]["control-sockets"] = commands_page.settings("control-sockets")
        lab.start_kea(config)
        port = next(each["socket-port"] for each in config["Dhcp4"]["control-sockets"] if "socket-port" in each)
        return HttpChannel(lab.network, port, login)
    server = lab.start_kea(config)
    if way == "unix":
        return server
    agent = lab.start_control_agent({"Control-agent": commands_page.settings("Control-agent")})
    return HttpChannel(lab.network, agent.port, login, service=["dhcp4"])


@pytest.mark.parametrize("way", ways)
def test_examples_of_the_command_reference_answer_as_shown(lab, way):
    channel = open_way(lab, way)
    for request, wanted in commands_page.examples():
        got = channel.command(request["command"], request.get("arguments"))
        assert commands_page.differs(wanted, got) is None, (commands_page.differs(wanted, got), request, got)


@pytest.mark.parametrize("way", http_ways)
def test_R6_without_the_right_password_nothing_is_answered_or_done(lab, way):
    channel = open_way(lab, way)
    change = {"command": "chainload-rules-set", "service": ["dhcp4"],
              "arguments": {"rules": [{"name": "evil", "boot": {"boot-file-name": "evil"}}]}}
    for wrong in (None, (login[0], "guess"), ("nobody", login[1]), (login[0], "")):
        status, answer = channel.post(change, wrong)
        assert status == 401, (wrong, status, answer)
        assert "arguments" not in answer and "chainload" not in json.dumps(answer)
    assert channel.command("chainload-rules-get-page")["result"] == 3
    assert channel.post(change)[0] == 200
    assert channel.command("chainload-rules-get-page")["result"] == 0


@pytest.mark.parametrize("way", http_ways)
def test_R6_every_socket_that_listens_asks_for_the_password(lab, way):
    open_way(lab, way)
    listed = subprocess.run(lab.network.command("ss", "-Hlnt"), capture_output=True, text=True, check=True).stdout
    ports = {int(line.split()[3].rsplit(":", 1)[1]) for line in listed.splitlines()}
    assert len(ports) == 1, listed
    for port in ports:
        assert HttpChannel(lab.network, port).post({"command": "chainload-status", "service": ["dhcp4"]})[0] == 401


def test_service_that_the_agent_does_not_have_is_named_and_nothing_is_done(lab):
    channel = open_way(lab, "agent")
    for service in (["dhcp6"], ["d2"], ["dhcp4 "], ["chainload"]):
        status, answer = channel.post({"command": "chainload-rules-set", "service": service, "arguments": {"rules": []}})
        assert (status, answer["result"]) == (200, 1) and service[0] in answer["text"], answer
    # Without a service the agent takes a command for its own, and knows none of ours.
    for request in ({"command": "chainload-status"}, {"command": "chainload-status", "service": []}):
        status, answer = channel.post(request)
        assert (status, answer["result"]) == (200, 2) and "chainload-status" in answer["text"], answer
    assert channel.command("chainload-status")["arguments"]["managed"]["revision"] == 0
