# SPDX-License-Identifier: MPL-2.0
"""The manuals, command by command, on live servers that were set up as docs/guide.md says."""

import json
import re

import pytest

from labkit import commands_page, kea, manual, paths
from labkit.administrator import Administrator, clone
from labkit.client import RawClient
from labkit.network import bridge
from labkit.process import wait_until
from labkit.stages import gpxe, rom

pytestmark = pytest.mark.slow
configuration = "/etc/kea/kea-dhcp4.conf"


class Site:
    """The servers, and the machines that ask meanwhile."""

    def __init__(self, lab):
        self._lab = lab
        self._client = RawClient(lab.network)
        self.first = Administrator(lab.network, lab.run / "first")
        self.second = None

    def write(self, path, text):
        self.first.write(path, text.replace('"eth1"', f'"{bridge}"'))

    def boot_file(self, mac, options):
        offer = self._client.discover(mac, options)
        assert offer, f"nobody answered {mac}"
        self._client.request(mac, offer, options)
        return (offer.get(67) or b"").rstrip(b"\0").decode()

    def act(self, words):
        """What a comment in the page says."""
        match words.split():
            case [mac, "boots"]:
                self.boot_file(mac, rom)
                self.boot_file(mac, gpxe)
            case [mac, ("rom" | "firmware") as stage, "is", "given", name]:
                assert self.boot_file(mac, rom if stage == "rom" else gpxe) == name
            case [mac, "is", "in", "a", "loop"]:
                self.boot_file(mac, rom)
                for _ in range(3):
                    self.boot_file(mac, gpxe)
            case ["second", "server", address]:
                host = self._lab.add_neighbour(address, bridge)
                self.second = clone(self.first, host, self._lab.run / "second")
                self.must("systemctl start kea-dhcp4-server kea-ctrl-agent", self.second)
            case ["second", "server", "is", "off"]:
                self.must("systemctl stop kea-ctrl-agent kea-dhcp4-server", self.second)
            case ["second", "server", "is", "on"]:
                self.must("systemctl start kea-dhcp4-server kea-ctrl-agent", self.second)
            case _:
                raise ValueError(f"the page says \"{words}\", and nobody here knows what that is")

    @staticmethod
    def must(command, administrator):
        status, printed = administrator.run(command)
        assert status == 0, printed

    def close(self):
        self._client.close()


@pytest.fixture
def site(lab):
    made = Site(lab)
    for step in manual.steps("guide.md"):
        if isinstance(step, manual.File) and step.path == configuration:
            made.write(step.path, step.text)
    made.must("systemctl start kea-dhcp4-server", made.first)
    yield made
    made.close()


@pytest.mark.parametrize("page, least", [("operators-guide.md", 25), ("comparison.md", 1), ("errors.md", 2)])
def test_every_command_of_the_page_does_what_it_says(site, page, least):
    ran = 0
    for step in manual.steps(page):
        if isinstance(step, manual.File):
            site.write(step.path, step.text)
        elif isinstance(step, manual.Act):
            site.act(step.words)
        else:
            status, printed = site.first.run(step.text)
            told = f"docs/{page}:{step.line}:\n{step.text}\n{printed}\n{site.first.journal()[-2000:]}"
            assert status == step.status, f"exit status {status} of {told}"
            assert (gone := step.missing(printed)) is None, f"\"{gone}\" does not stand, there, in {told}"
            ran += 1
    assert ran >= least


def test_statistics_that_are_to_be_watched_exist(site):
    section = re.search(r"^## What to watch\n(.*?)^## ", (paths.root / "docs/operators-guide.md").read_text(), re.M | re.S)[1]
    named = set(re.findall(r"^\| .*? \| (?:statistics )?(.*?) \|", section, re.M))
    names = {name for cell in named for name in re.findall(r"`(chainload-[a-z-]+)`", cell)}
    assert len(names) >= 6

    def statistics():  # the library hands its own over once a second
        status, printed = site.first.run(
            "echo '{ \"command\": \"statistic-get-all\" }' | socat - UNIX-CONNECT:/run/kea/kea4-ctrl-socket,ignoreeof")
        assert status == 0, printed
        return set(json.loads(printed)["arguments"])

    wait_until(lambda: names <= statistics(), 30, f"the statistics {sorted(names)}")


def test_raw_commands_are_answered_as_the_reference_shows(site):
    agent = {"Control-agent": commands_page.settings("Control-agent")}
    site.write("/etc/kea/kea-ctrl-agent.conf", json.dumps(agent))
    site.must("systemctl start kea-ctrl-agent", site.first)
    runs = [step for step in manual.steps("commands.md") if isinstance(step, manual.Run)]
    assert len(runs) == 2
    for step in runs:
        status, printed = site.first.run(step.text)
        assert (status, step.missing(printed)) == (0, None), printed


def test_examples_of_the_manual_page_are_taken(site):
    page = (paths.root / "docs/man/chainloadctl.1").read_text()
    examples = re.findall(r"^\.Dl (chainloadctl .*)$", page, re.M)
    assert len(examples) >= 4
    site.write("/root/rules.json", '[ { "name": "a", "boot": { "boot-file-name": "f" } } ]')
    for example in examples:
        # The page's two servers are one here.
        status, printed = site.first.run(re.sub(r"(-s http\S+ )+", "-s /run/kea/kea4-ctrl-socket ", example))
        assert status == 0, (example, printed)


@pytest.mark.parametrize("old, new, told", [
    ('"management"', '"colour"', "CHAINLOAD_LOAD_REFUSED the library is not loaded: parameter \"colour\""),
    ("hooks/libdhcp_chainload.so", "hooks/libdhcp_chain.so", "HOOKS_OPEN_ERROR .* cannot open shared object file")])
def test_server_that_does_not_start_says_what_the_page_of_errors_shows(site, old, new, told):
    text = site.first.place(configuration).read_text()
    assert old in text
    site.first.write(configuration, text.replace(old, new))
    status, printed = site.first.run("systemctl restart kea-dhcp4-server")
    assert status == 1 and "failed" in printed
    assert re.search(told, site.first.journal())
    shown = (paths.root / "docs/errors.md").read_text()
    assert all(word in shown for word in re.findall(r"CHAINLOAD_\w+|HOOKS_\w+|cannot open.*", told))


def test_kea_takes_the_configuration_of_the_ten_minute_guide(site):
    assert kea.parse_config(site.first.place(configuration).read_text())["Dhcp4"]["subnet4"]
    mac = "52:54:00:12:34:56"
    assert site.boot_file(mac, rom) == "undionly.kpxe"
    assert site.boot_file(mac, gpxe) == "http://198.18.77.1/boot.gpxe"


def test_what_the_ten_minute_guide_asks_of_files_is_answered_as_shown(site):
    asked = [step for step in manual.steps("guide.md") if isinstance(step, manual.Run)
             and all(line.startswith("chainloadctl") and configuration in line for line in step.text.splitlines())]
    assert asked
    for step in asked:
        status, printed = site.first.run(step.text)
        assert (status, step.missing(printed)) == (0, None), printed
