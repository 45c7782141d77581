# SPDX-License-Identifier: MPL-2.0
"""Rules and scopes in a live kea-dhcp4: reservations, subnets, shared networks, classes, and wrong ones."""

import json
import socket

import pytest

from labkit import corpus, kea, paths
from labkit.client import bootp
from labkit.dhcp import ack, discover, inform, request
from labkit.process import Failed
from labkit.replay import Replay, marker_mac

machine, other = "52:54:00:00:07:01", "52:54:00:00:07:02"
wanted = (55, bytes([1, 3, 43, 60, 66, 67, 97, 175]))
rom = [(93, b"\0\0"), (60, b"PXEClient:Arch:00000:UNDI:002001"), wanted]
gpxe = [*rom, (77, b"gPXE")]


def context(**ours):
    return {"chainload": ours}


class Server:
    """A kea-dhcp4 with the hook, and clients that ask it."""

    def __init__(self, lab, config):
        config["Dhcp4"]["multi-threading"] = {"enable-multi-threading": False}
        self.lab = lab
        self.kea = lab.start_kea(config)
        self.replay = Replay(lab.network)
        self._asked = 0

    def ask(self, mac, options, kind=discover, **fields):
        self._asked += 1
        return self.replay.answer(bootp(kind, mac, options, xid=b"\x07\0" + self._asked.to_bytes(2, "big"), **fields))

    def boot(self, mac, options):
        """(boot file of the OFFER, of the ACK): they have to agree."""
        offer = self.ask(mac, options)
        taking = [*options, (54, corpus.options(offer)[54]), (50, offer[16:20])]
        taken = self.ask(mac, taking, request)
        assert corpus.options(taken)[53] == bytes([ack])
        files = {boot_file(offer), boot_file(taken)}
        assert len(files) == 1, files
        return files.pop()

    def configuration(self):
        return json.loads(self.kea.config_path.read_text())

    def explain(self, **arguments):
        answer = self.kea.command("chainload-explain", arguments)
        assert answer["result"] == 0, answer
        return answer["arguments"]


def boot_file(reply):
    found = corpus.options(reply)
    in_option = found.get(67, b"").rstrip(b"\0").decode()
    in_field = reply[108:236].split(b"\0")[0].decode()
    assert in_option in ("", in_field), "the file field and option 67 name different files"
    return in_field


@pytest.fixture
def start(lab):
    servers = []

    def make(config):
        servers.append(Server(lab, config))
        return servers[-1]

    yield make
    for server in servers:
        server.replay.close()


def subnet_of(config):
    return config["Dhcp4"]["subnet4"][0]


def test_reserved_machine_leaves_stage_one(start):
    """A reservation's boot-file-name beats every class of Kea's, so that such a machine chainloads for ever."""
    config = kea.short_config()
    subnet_of(config)["reservations"] = [
        {"hw-address": machine, "ip-address": "198.18.77.120", "boot-file-name": "undionly.kpxe",
         "next-server": "198.18.77.9"},
        {"hw-address": other, "boot-file-name": "undionly.kpxe",
         "user-context": context(script="http://198.18.77.1/reserved?mac=${mac}")}]
    server = start(config)
    assert server.boot(machine, rom) == "undionly.kpxe"
    assert server.boot(machine, gpxe) == corpus.script
    assert server.boot(other, rom) == "undionly.kpxe"
    assert server.boot(other, gpxe) == "http://198.18.77.1/reserved?mac=${mac}"
    assert server.kea.decisions()[-1].rule == "reservation/built-in/script"


def test_without_the_hook_a_reserved_machine_is_caught(start):
    config = kea.without_hook(kea.short_config())
    config["Dhcp4"]["client-classes"] = [{"name": "gpxe", "test": "option[77].hex == 'gPXE'",
                                          "boot-file-name": "script"}]
    subnet_of(config)["reservations"] = [{"hw-address": machine, "boot-file-name": "undionly.kpxe"}]
    server = start(config)
    assert server.boot(other, gpxe) == "script"
    assert server.boot(machine, gpxe) == "undionly.kpxe"


def test_option_67_of_a_subnet_does_not_beat_the_hook(start):
    config = kea.short_config()
    subnet_of(config)["option-data"] = [{"name": "boot-file-name", "data": "by-the-subnet", "always-send": True},
                                        {"name": "tftp-server-name", "data": "192.0.2.99", "always-send": True}]
    subnet_of(config)["boot-file-name"] = "by-the-subnet"
    server = start(config)
    assert server.boot(machine, gpxe) == corpus.script
    reply = server.ask(other, gpxe)
    assert corpus.options(reply)[66] == b"198.18.77.1" and reply[20:24] == socket.inet_aton("198.18.77.1")
    stranger = server.ask("52:54:00:00:07:03", [wanted])
    assert boot_file(stranger) == "by-the-subnet"


def full_configuration():
    """A context at every place there is, each with a rule that says where it stands."""
    def rule(name, **match):
        return context(rules=[{"name": "here", "match": {"user-class": "gPXE", **match},
                               "boot": {"boot-file-name": f"http://198.18.77.1/{name}"}}])

    config = kea.short_config()
    only = subnet_of(config)
    del config["Dhcp4"]["subnet4"]
    only |= {"user-context": rule("subnet"),
             "pools": [{"pool": "198.18.77.100 - 198.18.77.100"},
                       {"pool": "198.18.77.150 - 198.18.77.150", "user-context": rule("pool")}],
             "reservations": [{"hw-address": "52:54:00:00:07:11", "ip-address": "198.18.77.20",
                               "user-context": rule("reservation")},
                              {"hw-address": "52:54:00:00:07:12", "ip-address": "198.18.77.21"},
                              {"hw-address": marker_mac, "ip-address": "198.18.77.22"}]}
    second = {"id": 2, "subnet": "198.18.78.0/24", "pools": [{"pool": "198.18.78.10 - 198.18.78.11"}]}
    config["Dhcp4"]["shared-networks"] = [{"name": "floor", "interface": "br0", "user-context": rule("network"),
                                           "subnet4": [only, second]}]
    config["Dhcp4"]["client-classes"] = [
        {"name": "kiosk", "test": "option[60].hex == 'kiosk'", "user-context": context(
            rules=[{"name": "any", "client": "any", "match": {"vendor-class": "kiosk"},
                    "boot": {"boot-file-name": "kiosk.0"}}])}]
    return config


def test_each_scope_counts_where_the_lease_is(start):
    server = start(full_configuration())
    base = "http://198.18.77.1/"
    assert server.boot("52:54:00:00:07:11", gpxe) == base + "reservation"
    assert server.boot("52:54:00:00:07:12", gpxe) == base + "subnet"
    # The first subnet has two addresses left: with a context of its pool, and without. Then it is full, and the
    # server goes on in the second subnet of the shared network, though it had selected the first.
    files = sorted(server.boot(f"52:54:00:00:07:2{number}", gpxe) for number in range(4))
    assert files == [base + "network", base + "network", base + "pool", base + "subnet"]
    assert {decision.rule for decision in server.kea.decisions()} == {
        "reservation/here", "subnet[1]/here", "pool[198.18.77.150-198.18.77.150]/here", "shared-network[floor]/here"}


def test_class_context_reaches_a_client_that_is_no_boot_client(start):
    server = start(full_configuration())
    reply = server.ask(machine, [(60, b"kiosk"), wanted])
    assert boot_file(reply) == "kiosk.0"
    assert server.kea.decisions()[-1].rule == "class[kiosk]/any"


def test_explain_and_packet_path_agree_on_every_scope(start):
    server = start(full_configuration())
    for mac, classes in (("52:54:00:00:07:11", []), ("52:54:00:00:07:12", []), (machine, []), (other, [])):
        offer = server.ask(mac, gpxe)
        decided = server.kea.decisions()[-1]
        explained = server.explain(packet=bootp(discover, mac, gpxe).hex(), ip=socket.inet_ntoa(offer[16:20]),
                                   classes=classes)
        assert (explained["rule"], explained["reply"]["file"]) == (decided.rule, decided.file)
        assert explained["assumed"] == []


def test_inform_is_answered_only_where_a_rule_names_it(start):
    config = kea.short_config()
    kea.chainload_parameters(config)["rules"] = [
        {"name": "informed", "match": {"message-type": "INFORM", "subnet": [1]}, "boot": {"boot-file-name": "informed"}}]
    server = start(config)
    reply = server.ask(machine, rom, inform, ciaddr="198.18.77.150")
    assert boot_file(reply) == "informed"
    assert server.boot(other, rom) == "undionly.kpxe"


def test_templates_are_filled_from_the_server_too(start):
    config = kea.short_config()
    kea.chainload_parameters(config)["rules"] = [
        {"name": "script", "match": {"user-class": "gPXE"}, "boot": {
            "boot-file-name": "http://198.18.77.1/%{hostname|none}/%{ip}/%{subnet}/%{mac:hexhyp}?a=${asset}"}}]
    subnet_of(config)["reservations"] = [{"hw-address": machine, "ip-address": "198.18.77.30", "hostname": "web01"}]
    server = start(config)
    assert server.boot(machine, gpxe) == "http://198.18.77.1/web01/198.18.77.30/1/52-54-00-00-07-01?a=${asset}"
    assert "/none/" in server.boot(other, gpxe)


def test_wrong_context_at_the_start_ends_the_server_with_the_sentence(lab):
    config = kea.short_config()
    subnet_of(config)["user-context"] = context(script=5)
    with pytest.raises(Failed, match=r"subnet\[1\]\.script"):
        lab.start_kea(config)


def test_wrong_context_in_config_set_is_told_and_changes_nothing(start):
    """K4, live: the last good rules and scopes go on, and so does the server's own configuration."""
    server = start(full_configuration())
    base = "http://198.18.77.1/"
    wrong = server.configuration()
    wrong["Dhcp4"]["shared-networks"][0]["subnet4"][0]["user-context"]["chainload"]["rules"][0]["boots"] = {}
    answer = server.kea.command("config-set", wrong)
    assert answer["result"] == 1
    assert "subnet[1].rules[0].boots" in answer["text"] and "goes on with what last worked" in answer["text"]
    assert server.boot("52:54:00:00:07:11", gpxe) == base + "reservation"
    assert server.boot("52:54:00:00:07:12", gpxe) == base + "subnet"
    status = server.kea.command("chainload-status")["arguments"]
    assert status["policy-source"] == "last-good" and "boots" in status["load-error"]

    good = server.configuration()
    subnet = good["Dhcp4"]["shared-networks"][0]["subnet4"][0]
    subnet["user-context"] = context(enabled=False)
    subnet["reservations"][0]["user-context"]["chainload"]["enabled"] = True
    assert server.kea.command("config-set", good)["result"] == 0
    assert server.kea.command("chainload-status")["arguments"]["policy-source"] == "configured"
    assert server.boot("52:54:00:00:07:12", gpxe) == ""
    assert server.boot("52:54:00:00:07:11", gpxe) == base + "reservation"


def test_errors_name_line_and_column_of_the_file(lab):
    config = kea.short_config()
    kea.chainload_parameters(config)["rules"] = [{"name": "r", "match": {"arch": "z80"}, "boot": {"pass": True}}]
    with pytest.raises(Failed, match=r"rules\[0\]\.match\.arch.*kea-dhcp4\.json:\d+:\d+"):
        lab.start_kea(config)


def test_switching_the_whole_off_leaves_a_scope_that_says_otherwise(start):
    config = kea.short_config()
    kea.chainload_parameters(config)["default-enabled"] = False
    subnet_of(config)["reservations"] = [{"hw-address": machine, "hostname": "on", "user-context": context(enabled=True)}]
    server = start(config)
    assert server.boot(other, gpxe) == ""
    assert server.boot(machine, gpxe) == corpus.script


def test_host_lookup_finds_what_the_file_says_as_well(start):
    config = kea.short_config()
    kea.chainload_parameters(config)["host-lookup"] = True
    subnet_of(config)["reservations"] = [{"hw-address": machine, "hostname": "web01",
                                          "user-context": context(script="http://198.18.77.1/r")}]
    server = start(config)
    assert server.boot(machine, gpxe) == "http://198.18.77.1/r"
    assert server.boot(other, gpxe) == corpus.script
    assert server.kea.command("chainload-status")["arguments"]["policy"]["host-lookup"] is True


def test_shipped_configuration_of_scopes_does_what_it_says(start):
    config = kea.read_config(paths.root / "kea-configs/chainload-scopes.json")
    server = start(config)
    reserved = "52:54:00:77:00:10"
    assert server.boot(reserved, rom) == "undionly.kpxe"
    assert server.boot(reserved, gpxe) == "http://198.18.77.1/install.php?host=build01"
    assert server.boot(machine, rom) == "undionly.kpxe"
    assert server.boot(machine, gpxe) == "http://198.18.77.1/lab.php?mac=${mac}"
    assert server.boot(other, [*rom, (12, b"kiosk-3")]) == ""
    port = bytes([1, 9]) + b"rescue-17"
    assert server.boot("52:54:00:00:07:05", [*gpxe, (82, port)]) == "http://198.18.77.1/rescue.php?port=rescue-17"
    explained = server.explain(facts={"user-class": "gPXE", "arch": 0, "ip": "198.18.77.185"})
    assert explained["outcome"] == "left-alone" and "enabled" in explained["text"]
