# SPDX-License-Identifier: MPL-2.0
"""docs/firmware.md tells of every command there is, and of no other; its table of iPXE's commands is whole."""

import re
from pathlib import Path

root = Path(__file__).resolve().parents[2]
page = (root / "docs/firmware.md").read_text()
source = (root / "firmware/flow/commands.cc").read_text()

# iPXE's documentation lists these; the sums are four names.
ipxe = set("""autoboot boot certfree certstat certstore chain choose clear colour config console cpair cpuid dhcp echo exit
fcels fcstat fdt form gdbstub goto help ibstat ifclose ifconf iflinkwait ifopen ifstat imgargs imgdecrypt imgexec imgextract
imgfetch imgfree imgload imgmem imgselect imgset imgstat imgtrust imgverify inc initrd ipstat iseq isset item iwlist iwstat
kernel login lotest md5sum sha1sum sha256sum sha512sum menu module nslookup nstat ntp param params pciscan ping poweroff
present profstat prompt pxebs read reboot route sanboot sanhook sanunhook set shell shim show sleep startpxe stoppxe sync
time usbscan vcreate vdestroy""".split())

commands = set(re.findall(r'^    \{"(\w+)",', source, re.M))


def section(title):
    return re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page, re.M | re.S)[1]


def names_in(text):
    return set(re.findall(r"`([a-z0-9]+)`", text))


def test_every_command_is_described_and_no_other():
    described = set()
    for row in re.findall(r"^\| (`.*?) \|", section("Commands"), re.M):
        described |= {usage.split()[0] for usage in re.findall(r"`([^`]+)`", row) if usage[0].isalpha()}
    assert described == commands


def test_table_of_ipxes_commands_is_whole_and_true():
    rows = [line for line in section("iPXE's commands").splitlines() if line.startswith("| ")][1:]
    there, absent = set(), set()
    for row in rows:
        kind, text = row.strip("| ").split("|", 1)
        if kind.strip() == "works":
            there |= names_in(text)
        elif kind.strip() == "differs":
            for sentence in re.split(r"(?<=\.) (?=`)", text.strip()):
                there |= names_in(sentence.split(":")[0])
        else:
            absent |= names_in(text) & ipxe
    assert there & ipxe <= commands
    advised = {"sha256sum"}  # in the place of what is absent
    assert not (absent - advised) & commands, "what is called absent is there"
    assert ipxe <= there | absent, ipxe - there - absent
