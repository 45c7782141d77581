# SPDX-License-Identifier: MPL-2.0
"""chainloadctl against live servers: one and two of them, over the UNIX socket and over HTTP."""

import json
import subprocess

import pytest

from labkit import kea, paths
from labkit.client import RawClient

mac = "52:54:00:00:0a:01"
rom = [(93, b"\0\0"), (60, b"PXEClient:Arch:00000:UNDI:002001"), (55, bytes([1, 3, 43, 60, 66, 67, 97, 175]))]
rule = {"name": "lab", "match": {"mac": mac}, "boot": {"boot-file-name": "lab.kpxe"}}


class Ctl:
    def __init__(self, *servers):
        self.servers = [word for server in servers for word in ("--server", str(server))]

    def run(self, *words, expect=0, text=None):
        found = subprocess.run([paths.need(paths.chainloadctl), *self.servers, *map(str, words)], input=text,
                               capture_output=True, text=True, timeout=60)
        assert found.returncode == expect, (words, found.returncode, found.stdout, found.stderr)
        return found

    def json(self, *words, expect=0, text=None):
        return json.loads(self.run("--json", *words, expect=expect, text=text).stdout)


def config(management="full"):
    asked = kea.short_config()
    kea.chainload_parameters(asked)["management"] = management
    return asked


@pytest.fixture
def server(lab):
    return lab.start_kea(config())


@pytest.fixture
def ctl(server):
    return Ctl(server.run / "kea.sock")


@pytest.fixture
def client(lab):
    raw = RawClient(lab.network)
    yield raw
    raw.close()


def boot_file(client):
    return (client.discover(mac, rom).get(67) or b"").rstrip(b"\0").decode()


def test_rules_go_there_and_back(ctl, client, tmp_path):
    assert ctl.json("rules", "get", expect=3)["rules"] == []
    changed = ctl.json("rules", "add", json.dumps(rule), "--reason", "ticket 7")
    assert changed[0]["changed"] and boot_file(client) == "lab.kpxe"
    saved = tmp_path / "saved.json"
    ctl.run("rules", "get", "--output", saved)
    assert json.loads(saved.read_text())["rules"] == [rule]
    assert "same rules" in ctl.run("rules", "diff", saved).stdout
    ctl.run("rules", "add", "--replace", json.dumps({**rule, "boot": {"boot-file-name": "other.kpxe"}}))
    assert boot_file(client) == "other.kpxe"
    assert "changed lab" in ctl.run("rules", "diff", saved, expect=6).stdout
    ctl.run("rules", "rollback")
    assert boot_file(client) == "lab.kpxe"
    ctl.run("rules", "set", saved, "--if-revision", 1, expect=4)
    ctl.run("rules", "del", "lab")
    assert boot_file(client) == "undionly.kpxe"
    assert "no rule named" in ctl.run("rules", "del", "lab", expect=3).stderr


def test_each_rule_that_has_moved_is_named_and_no_other(ctl, tmp_path):
    rules = [{"name": name, "match": {"mac": mac}, "boot": {"boot-file-name": "lab.kpxe"}} for name in "abcdef"]
    wanted = tmp_path / "wanted.json"
    wanted.write_text(json.dumps(rules))
    ctl.run("rules", "set", wanted)
    wanted.write_text(json.dumps([rules["abcdef".index(name)] for name in "fabecd"]))
    shown = ctl.run("rules", "diff", wanted, expect=6).stdout
    assert shown.splitlines()[1:] == ["moved f", "  - behind e", "  + first", "moved e", "  - behind d", "  + behind b"]


def test_one_machine_from_question_to_answer(ctl, client):
    assert boot_file(client) == "undionly.kpxe"
    shown = ctl.json("machines", mac)
    assert shown["decisions"][-1]["boot-file-name"] == "undionly.kpxe"
    assert mac in ctl.run("machines").stdout and mac in ctl.run("machines", "--stage", "first").stdout
    explained = ctl.json("explain", "--of-machine", mac)
    assert explained["rule"] == "built-in/x86-bios"
    assert "undionly.kpxe" in ctl.run("explain", "--mac", mac, "--arch", "x86-bios").stdout
    ctl.run("override", "set", "--mac", mac, "--boot-file-name", "next.kpxe", "--uses", 1, "--reason", "new disk")
    assert boot_file(client) == "next.kpxe"
    assert "next.kpxe" in ctl.run("override", "list").stdout and mac in ctl.run("override", "list").stdout
    ctl.run("override", "del", "--mac", mac)
    assert ctl.json("override", "list", expect=3) == []
    assert "no machine is in a loop" in ctl.run("loops", expect=3).stdout
    assert mac in ctl.run("watch", "--count", 1).stdout


def test_two_servers_are_changed_together_or_not_at_all(labs, tmp_path):
    first, second = (labs(name).start_kea(config(management)) for name, management in (("a", "full"), ("b", "full")))
    both = Ctl(first.run / "kea.sock", second.run / "kea.sock")
    file = tmp_path / "rules.json"
    file.write_text(json.dumps([rule]))
    assert [each["changed"] for each in both.json("rules", "set", file)] == [True, True]
    shown = both.run("status").stdout
    assert "the servers agree" in shown
    Ctl(second.run / "kea.sock").run("rules", "del", "lab")
    assert "do not agree" in both.run("status", expect=6).stdout
    # The second is at another revision than the first: neither takes it.
    refused = both.json("rules", "set", file, "--if-revision", 1, expect=4)
    assert [each["changed"] for each in refused] == [False, False]
    # One that is not there: the other one is left alone, too.
    second.stop()
    gone = both.json("rules", "del", "lab", expect=5)
    assert [each["changed"] for each in gone] == [False, False]
    assert Ctl(first.run / "kea.sock").json("rules", "get")["rules"] == [rule]


def test_servers_may_be_named_before_the_commands_own_words(server, tmp_path):
    file = tmp_path / "rules.json"
    file.write_text(json.dumps([rule]))
    socket = server.run / "kea.sock"
    nobody = Ctl()
    assert len(nobody.json("rules", "set", "--server", socket, file)) == 1
    assert [each["changed"] for each in nobody.json("rules", "del", f"--server={socket}", "lab")] == [True]


def test_status_ends_with_one_where_a_server_goes_on_with_what_last_worked(server, ctl):
    ctl.run("status")
    wrong = server.config_path.read_text().replace('"management"', '"colour"')
    server.config_path.write_text(wrong)
    assert server.command("config-reload")["result"] == 1
    told = ctl.run("status", expect=1).stdout
    assert "last-good" in told and "colour" in told
    # Two that are both at fault do agree, and that is not the news.
    assert "the servers agree" in Ctl(*[server.run / "kea.sock"] * 2).run("status", expect=1).stdout


def test_what_the_server_refuses_is_told_in_its_words(lab):
    server = lab.start_kea(config("read-only"))
    found = Ctl(server.run / "kea.sock").run("rules", "add", json.dumps(rule), expect=1)
    assert "management" in found.stderr and "no server was changed" in found.stderr


def test_a_server_that_is_not_there_is_named_with_what_to_look_at():
    found = Ctl("/run/nowhere/kea.sock").run("status", expect=5)
    assert "/run/nowhere/kea.sock" in found.stdout and "is kea-dhcp4 running" in found.stdout


def test_a_server_without_the_library_is_told(lab):
    server = lab.start_kea(kea.without_hook(config()))
    found = Ctl(server.run / "kea.sock").run("rules", "get", expect=1)
    assert "libdhcp_chainload.so is not among the server's hooks-libraries" in found.stderr
