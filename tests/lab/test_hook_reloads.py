# SPDX-License-Identifier: MPL-2.0
"""C2, C3: the configuration is taken on again and again, well and badly, while machines ask; the library twice, or where
it does not belong."""

import itertools
import json
import os
import shutil
import signal
import time

import pytest

from labkit import kea, paths
from labkit.asker import Asker
from labkit.boots_in_force import BootsInForce, boot
from labkit.client import RawClient
from labkit.network import bridge
from labkit.process import Failed, Service, wait_until

macs = [f"52:54:00:00:0e:{number:02x}" for number in range(8)]
rom = [(93, b"\0\0"), (60, b"PXEClient:Arch:00000:UNDI:002001"), (55, bytes([1, 3, 43, 60, 66, 67, 97, 175]))]
reloads = 51


def config():
    asked = kea.short_config()
    asked["Dhcp4"]["multi-threading"] = {"enable-multi-threading": True, "thread-pool-size": 4}
    kea.chainload_parameters(asked).update({"management": "full", "log-decisions": "none"})
    return asked


def state_of(server):
    shown = [server.command(name, {"limit": 1000})["arguments"]
             for name in ("chainload-rules-get-page", "chainload-override-get-page")]
    for each in shown[1]["overrides"]:
        for told_of_time in ("expires-in", "used", "state"):
            each.pop(told_of_time)
    return json.dumps(shown, sort_keys=True)


class Reloader:
    """Three ways to make a server read its configuration again; `answer` is a command's, or None of a signal."""

    def __init__(self, server):
        self._server = server
        self._taken_on = 0
        self.good = json.loads(server.config_path.read_text())

    def _count(self):
        return self._server.text().count("DHCP4_CONFIG_COMPLETE") + self._server.text().count("DHCP4_CONFIG_LOAD_FAIL")

    def __call__(self, way, configuration):
        self._server.config_path.write_text(json.dumps(configuration))
        if way == "config-set":
            return self._server.command(way, configuration, timeout=60)
        if way == "config-reload":
            return self._server.command(way, timeout=60)
        before = self._server.text().count("DHCP4_DYNAMIC_RECONFIGURATION ")
        os.kill(self._server.pid, signal.SIGHUP)
        wait_until(lambda: self._server.text().count("DHCP4_DYNAMIC_RECONFIGURATION ") > before, 60, "the signal")
        self._server.command("chainload-status", timeout=60)  # answered after the configuration was taken on
        return None


def wrong(configuration, number):
    """The same with one wrong parameter or context, and what the sentence about it must name."""
    broken = json.loads(json.dumps(configuration))
    parameters = broken["Dhcp4"]["hooks-libraries"][0]["parameters"]
    if number % 2:
        parameters["next-server"] = f"nowhere-{number}"
        return broken, f'"nowhere-{number}"'
    broken["Dhcp4"]["subnet4"][0]["user-context"] = {"chainload": {f"colour-{number}": "red"}}
    return broken, f"colour-{number}"


@pytest.mark.slow
def test_C2_state_and_answers_outlast_many_reloads_good_and_bad(lab):
    server = lab.start_kea(config())
    in_force = BootsInForce(macs)
    rules = [{"name": f"r{number}", "match": {"mac": mac}, "boot": boot(number + 1)} for number, mac in enumerate(macs)]
    rules += [{"name": f"s{number}", "boot": boot(99), "match": {"uuid": f"{number:08x}-0000-4000-8000-525400770001"}}
              for number in range(300)]
    assert server.command("chainload-rules-set", {"rules": rules})["result"] == 0
    for stamp, mac in ((101, macs[0]), (102, macs[1])):
        assert server.command("chainload-override-set", {"mac": mac, "boot": boot(stamp)})["result"] == 0
    now = time.monotonic()
    in_force.update({mac: number + 1 for number, mac in enumerate(macs)} | {macs[0]: 101, macs[1]: 102}, now, now)
    before = state_of(server)
    reload = Reloader(server)
    heard = []
    with Asker(lab.network, macs, rate=50, patience=2) as asker:
        for number, way in zip(range(reloads), itertools.cycle(("config-set", "config-reload", "SIGHUP"))):
            if number % 3 == 2:
                broken, named = wrong(reload.good, number)
                answer = reload(way, broken)
                if answer is not None:
                    assert answer["result"] == 1 and named in answer["text"], answer
                status = server.command("chainload-status")["arguments"]
                assert named in status["load-error"], status
            else:
                answer = reload(way, reload.good)
                assert answer is None or answer["result"] == 0, answer
                assert "load-error" not in server.command("chainload-status")["arguments"]
            assert state_of(server) == before, (number, way)
            answered = len(asker.answers)
            wait_until(lambda: len(asker.answers) > answered + len(macs), 30, f"machines to be answered after {way}")
            heard.append(len(asker.answers) - answered)
    assert len(heard) == reloads
    faults = [fault for fault in map(in_force.fault, asker.answers) if fault]
    assert not faults, faults[:5]
    assert "CHAINLOAD_RULES_FAULT" not in server.text() and server.is_running()


def twice(configuration, run, how):
    """With the library once more: by the same name, or as a copy of the file."""
    configuration = json.loads(json.dumps(configuration))
    entries = configuration["Dhcp4"]["hooks-libraries"]
    again = json.loads(json.dumps(entries[0]))
    if how == "copy":
        copy = run / "libdhcp_chainload_too.so"
        shutil.copy(paths.hook_library, copy)
        again["library"] = str(copy)
    entries.append(again)
    return configuration


@pytest.mark.parametrize("how", ["same-name", "copy"])
def test_C3_library_that_stands_twice_is_refused_at_the_start(lab, how):
    with pytest.raises(Failed, match="more than once.*keep one entry"):
        lab.start_kea(twice(config(), lab.run, how))


@pytest.mark.parametrize("how", ["same-name", "copy"])
def test_C3_library_that_stands_twice_is_told_to_config_set_and_answers_once(lab, how):
    server = lab.start_kea(config())
    client = RawClient(lab.network)
    good = json.loads(server.config_path.read_text())
    answer = server.command("config-set", twice(good, server.run / "hooks", how))
    assert answer["result"] == 1 and "more than once" in answer["text"] and "libdhcp_chainload.so" in answer["text"]
    assert any(client.discover(macs[0], rom) for _ in range(5))
    changed = server.command("chainload-rules-set", {"rules": [], "if-revision": 0})
    assert changed["result"] == 0 and changed["arguments"]["revision"] == 1, changed
    assert server.command("config-set", good)["result"] == 0
    reply = next(each for each in (client.discover(macs[0], rom) for _ in range(5)) if each)
    assert reply.file == b"undionly.kpxe"
    assert server.command("chainload-rules-get-page")["arguments"]["revision"] == 1
    client.close()


def other_server(lab, program, configuration):
    """A server of Kea's that is none of DHCPv4, with `configuration`."""
    run = lab.run / program
    (run / "hooks").mkdir(mode=0o750, parents=True)
    (run / "hooks/libdhcp_chainload.so").symlink_to(paths.need(paths.hook_library))
    path = run / "kea.json"
    path.write_text(json.dumps(configuration(run)))
    environment = dict(os.environ, KEA_PIDFILE_DIR=str(run), KEA_LOCKFILE_DIR="none", KEA_LOG_FILE_DIR=str(run),
                       KEA_CONTROL_SOCKET_DIR=str(run), KEA_DHCP_DATA_DIR=str(run), KEA_HOOKS_PATH=str(run / "hooks"))
    run.chmod(0o750)
    return run, Service(program, lab.network.command(program, "-c", path), run / "output.log", env=environment)


def our_library(run):
    return [{"library": str(run / "hooks/libdhcp_chainload.so"),
             "parameters": {"next-server": "198.18.77.1", "script": "http://198.18.77.1/s"}}]


def agent_configuration(run):
    return {"Control-agent": {"http-host": "127.0.0.1", "http-port": 8000, "hooks-libraries": our_library(run)}}


def dhcp6_configuration(run):
    return {"Dhcp6": {"interfaces-config": {"interfaces": [bridge]},
                      "lease-database": {"type": "memfile", "persist": False},
                      "server-id": {"type": "LL", "persist": False},
                      "subnet6": [{"id": 1, "subnet": "fd77::/64", "pools": [{"pool": "fd77::100 - fd77::1ff"}]}],
                      "control-socket": {"socket-type": "unix", "socket-name": str(run / "kea.sock")},
                      "hooks-libraries": our_library(run)}}


@pytest.mark.parametrize("program,configuration",
                         [("kea-dhcp6", dhcp6_configuration), ("kea-ctrl-agent", agent_configuration)])
def test_C3_another_server_that_is_to_load_it_is_told_so_in_a_sentence(lab, program, configuration):
    _, service = other_server(lab, program, configuration)
    try:
        wait_until(lambda: not service.is_running(), 20, f"{program} to give up")
        assert f"can be loaded by kea-dhcp4 only, not by {program}" in service.text(), service.text()
    finally:
        assert service.stop() != 0


def solicit(lab):
    """Sends a DHCPv6 SOLICIT on the bridge."""
    from scapy.layers import dhcp6, inet, inet6, l2
    mac = "52:54:00:00:0e:66"
    frame = (l2.Ether(src=mac, dst="33:33:00:01:00:02") / inet6.IPv6(src="fe80::5054:ff:fe00:e66", dst="ff02::1:2")
             / inet.UDP(sport=546, dport=547) / dhcp6.DHCP6_Solicit(trid=7)
             / dhcp6.DHCP6OptClientId(duid=dhcp6.DUID_LL(lladdr=mac)) / dhcp6.DHCP6OptIA_NA(iaid=1))
    with lab.network.packet_socket("carrier1") as wire:
        wire.send(bytes(frame))


def test_C3_kea_dhcp6_that_serves_already_goes_on_serving(lab):
    def without(run):
        return {"Dhcp6": {**dhcp6_configuration(run)["Dhcp6"], "hooks-libraries": []}}

    def has_usable_address():  # Kea opens no socket on one that is still being tried for a duplicate
        shown = lab.network.ip("-6", "addr", "show", "dev", bridge, "scope", "link")
        return "fe80::" in shown and "tentative" not in shown

    wait_until(has_usable_address, 20, "the bridge's link-local address")
    run, service = other_server(lab, "kea-dhcp6", without)
    try:
        service.wait_ready(lambda: "DHCP6_STARTED" in service.text())
        control = kea.Control(run / "kea.sock")

        def answers_one_more():
            before = advertised(control)
            solicit(lab)
            wait_until(lambda: advertised(control) > before, 20, "a DHCPv6 client to be answered")

        answers_one_more()
        answer = control.command("config-set", dhcp6_configuration(run))
        assert answer["result"] == 1 and "not by kea-dhcp6" in answer["text"], answer
        answers_one_more()
        assert control.command("config-get")["arguments"]["Dhcp6"]["hooks-libraries"] == []
        assert "chainload-status" not in str(control.command("list-commands"))
        assert control.command("config-set", without(run))["result"] == 0
        answers_one_more()
    finally:
        service.stop()


def advertised(control):
    """How many ADVERTISEs a kea-dhcp6 has sent."""
    shown = control.command("statistic-get", {"name": "pkt6-advertise-sent"})["arguments"]
    return shown["pkt6-advertise-sent"][0][0] if shown else 0
