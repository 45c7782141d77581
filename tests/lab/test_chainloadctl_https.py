# SPDX-License-Identifier: MPL-2.0
"""chainloadctl over HTTPS: to the Control Agent's own TLS, and to nginx before an agent that has none."""

import json
import subprocess

import pytest

from labkit import kea, paths
from labkit.tls import Authority, TlsFront

agent_port, front_port = 8443, 9443
login = {"user": "boot-admin", "password": "change-me"}
rule = {"name": "lab", "match": {"arch": "x86-bios"}, "boot": {"boot-file-name": "lab.kpxe"}}


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")


@pytest.fixture
def server(lab):
    config = kea.short_config()
    kea.chainload_parameters(config)["management"] = "full"
    return lab.start_kea(config)


@pytest.fixture
def password_file(tmp_path):
    (tmp_path / "password").write_text(login["password"] + "\n")
    (tmp_path / "password").chmod(0o600)
    return tmp_path / "password"


@pytest.fixture
def start_agent(lab, server):
    """The Control Agent with TLS by this certificate, or without."""
    def start(authority=None, certificate=None, wants_client=False):
        config = {"http-host": "127.0.0.1", "http-port": agent_port,
                  "authentication": {"type": "basic", "realm": "kea", "clients": [login]}}
        if certificate:
            config |= {"trust-anchor": str(authority.file), "cert-file": str(certificate[0]),
                       "key-file": str(certificate[1]), "cert-required": wants_client}
        return lab.start_control_agent({"Control-agent": config})
    return start


@pytest.fixture
def ctl(lab, password_file):
    def run(*words, port=agent_port, host="127.0.0.1", path="/", expect=0, user=True):
        credentials = ["--user", login["user"], "--password-file", password_file] if user else []
        command = [paths.need(paths.chainloadctl), "--server", f"https://{host}:{port}{path}", *credentials, *words]
        found = subprocess.run(lab.network.command(*command), capture_output=True, text=True, timeout=60)
        assert found.returncode == expect, (words, found.returncode, found.stdout, found.stderr)
        return found
    return run


def test_rules_are_changed_through_the_agents_own_tls(ctl, start_agent, authority, server):
    start_agent(authority, authority.issue("agent", "IP:127.0.0.1,DNS:localhost"))
    ctl("--ca-file", authority.file, "rules", "add", json.dumps(rule))
    shown = json.loads(ctl("--ca-file", authority.file, "--json", "rules", "get", host="localhost").stdout)
    assert shown["rules"] == [rule]
    assert server.command("chainload-rules-get-page", {"limit": 10})["arguments"]["rules"] == [rule]


def test_nobody_is_trusted_without_being_named(ctl, start_agent, authority, tmp_path):
    start_agent(authority, authority.issue("agent", "IP:127.0.0.1"))
    told = ctl("status", expect=5).stdout + ctl("rules", "get", expect=5).stderr
    assert "no TLS connection" in told and "--ca-file names the certificate to trust" in told
    other = Authority(tmp_path / "other", "Somebody else")
    assert "no TLS connection" in ctl("--ca-file", other.file, "rules", "get", expect=5).stderr


def test_certificate_must_be_of_the_server_that_was_named(ctl, start_agent, authority):
    start_agent(authority, authority.issue("agent", "DNS:elsewhere.test"))
    told = ctl("--ca-file", authority.file, "rules", "get", expect=5).stderr
    assert "no TLS connection" in told and "127.0.0.1" in told and "certificate" in told.lower()


def test_certificate_must_not_have_run_out(ctl, start_agent, authority):
    start_agent(authority, authority.issue("agent", "IP:127.0.0.1", days=0))
    assert "expired" in ctl("--ca-file", authority.file, "rules", "get", expect=5).stderr


def test_agent_that_asks_for_a_certificate_gets_ours(ctl, start_agent, authority):
    start_agent(authority, authority.issue("agent", "IP:127.0.0.1"), wants_client=True)
    certificate, key = authority.issue("operator", "DNS:operator.test")
    ctl("--ca-file", authority.file, "--cert", certificate, "--key", key, "status")
    told = ctl("--ca-file", authority.file, "rules", "get", expect=5).stderr
    assert "certificate" in told and "--cert" in told


def test_wrong_password_and_none_are_told_apart(ctl, start_agent, authority, password_file):
    start_agent(authority, authority.issue("agent", "IP:127.0.0.1"))
    assert "give --user and --password-file" in ctl("--ca-file", authority.file, "rules", "get", expect=5, user=False).stderr
    password_file.write_text("wrong\n")
    assert "does not accept user boot-admin" in ctl("--ca-file", authority.file, "rules", "get", expect=5).stderr


def test_server_without_tls_is_told_from_one_with_it(ctl, start_agent, authority):
    start_agent()
    told = ctl("--ca-file", authority.file, "rules", "get", expect=5).stderr
    assert "no TLS connection" in told and "http://" in told


def test_nginx_may_stand_before_an_agent_that_has_none(lab, ctl, start_agent, authority, tmp_path):
    start_agent()
    front = TlsFront(lab.network, tmp_path / "front", front_port, agent_port, authority.issue("front", "IP:127.0.0.1"),
                     path="/kea/")
    try:
        rules = tmp_path / "rules.json"
        rules.write_text(json.dumps([{**rule, "name": f"lab-{number}", "match": {"mac": f"52:54:00:00:{number // 256:02x}:{number % 256:02x}"}}
                                     for number in range(5000)]))
        ctl("--ca-file", authority.file, "rules", "set", rules, port=front_port, path="/kea/")
        shown = json.loads(ctl("--ca-file", authority.file, "--json", "rules", "get", port=front_port, path="/kea/").stdout)
        assert len(shown["rules"]) == 5000
        assert "HTTP status 405" in ctl("--ca-file", authority.file, "rules", "get", port=front_port, expect=5).stderr
    finally:
        front.stop()


def test_file_that_holds_no_certificate_is_named(ctl, start_agent, authority, tmp_path):
    start_agent(authority, authority.issue("agent", "IP:127.0.0.1"))
    (tmp_path / "empty.pem").write_text("")
    told = ctl("--ca-file", tmp_path / "empty.pem", "rules", "get", expect=2).stderr
    assert "empty.pem is of no use for TLS" in told
