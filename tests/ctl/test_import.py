# SPDX-License-Identifier: MPL-2.0
"""chainloadctl import: what dhcpd and dnsmasq would answer is what the rules answer."""

import json
import subprocess

import pytest

from test_check import check, program, root


def imported(tmp_path, kind, text, *arguments):
    file = tmp_path / f"{kind}.conf"
    file.write_text(text)
    found = subprocess.run([program, "import", kind, "--json", *arguments, file], capture_output=True, text=True, timeout=60)
    assert found.returncode in (0, 3), found.stderr
    return json.loads(found.stdout)


def answers(tmp_path, rules, *facts):
    """The boot file of a client by these rules, None where none answers."""
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"rules": rules}))
    assert check(file).returncode == 0, check(file).stdout
    found = subprocess.run([program, "explain", "--file", file, "--json", *facts], capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
    answer = json.loads(found.stdout)
    return answer["reply"].get("file", "") if "reply" in answer else None


rom = ("--arch", "0", "--vendor-class", "PXEClient:Arch:00000:UNDI:002001")
uefi = ("--arch", "7", "--vendor-class", "PXEClient:Arch:00007:UNDI:003000")
gpxe = (*rom, "--user-class", "gPXE")

page_dhcpd = """
next-server 192.0.2.10;
if exists user-class and option user-class = "gPXE" {
  filename "http://my.web.server/real_boot_script.php";
} else {
  filename "undionly.kpxe";
}
"""
page_dnsmasq = """
#DHCP part
domain=mydomain
dhcp-range=192.168.10.100,192.168.10.200,255.255.255.0,30m
dhcp-option=option:router,192.168.10.1
dhcp-authoritative
# TFTP part
enable-tftp
tftp-root=/tftproot
dhcp-host=00:0c:29:aa:bb:cc,gPXE-client,net:gPXE-testVM,192.168.10.100,10m
dhcp-boot=net:gPXE-testVM,undionly.kpxe
dhcp-userclass=gPXE-booted,"gPXE"
dhcp-boot=net:gPXE-booted,http://my.web.server/real_boot_script.php
"""


def test_the_usual_dhcpd_configuration(tmp_path):
    found = imported(tmp_path, "dhcpd", page_dhcpd)
    assert found["left-out"] == []
    assert answers(tmp_path, found["rules"], *gpxe) == "http://my.web.server/real_boot_script.php"
    assert answers(tmp_path, found["rules"], *rom) == "undionly.kpxe"
    assert [rule["boot"]["next-server"] for rule in found["rules"]] == ["192.0.2.10"] * 2


def test_the_usual_dnsmasq_configuration(tmp_path):
    found = imported(tmp_path, "dnsmasq", page_dnsmasq, "--next-server", "192.0.2.10")
    assert found["left-out"] == []
    testvm = ("--mac", "00:0c:29:aa:bb:cc")
    assert answers(tmp_path, found["rules"], *gpxe, *testvm) == "http://my.web.server/real_boot_script.php"
    assert answers(tmp_path, found["rules"], *rom, *testvm) == "undionly.kpxe"
    assert answers(tmp_path, found["rules"], *rom, "--mac", "52:54:00:00:00:01") is None
    assert "next-server" in found["rules"][1]["boot"] and "next-server" not in found["rules"][0]["boot"]


def test_architectures_scopes_and_hosts_of_dhcpd(tmp_path):
    found = imported(tmp_path, "dhcpd", """
option arch code 93 = unsigned integer 16;
option space ipxe;
option ipxe-encap-opts code 175 = encapsulate ipxe;
option ipxe.http code 19 = unsigned integer 8;
next-server 192.0.2.10;
class "hall" { match if substring(option agent.circuit-id, 0, 4) = "hall"; filename "hall.kpxe"; }
subnet 192.0.2.0 netmask 255.255.255.0 {
  range 192.0.2.100 192.0.2.200;
  if option arch = 00:07 or option arch = 00:09 { filename "snponly.efi"; }
  elsif exists ipxe.http { filename "http://192.0.2.10/able"; }
  else { filename "undionly.kpxe"; }
  host one { hardware ethernet 52:54:0:0:0:1; next-server 192.0.2.11; }
}
""")
    assert found["left-out"] == []
    rules, here = found["rules"], ("--subnet", "1")
    rules = json.loads(json.dumps(rules).replace('"192.0.2.0/24"', '"192.0.2.0/24"'))
    conditions = {rule["name"]: rule.get("match") for rule in rules}
    assert conditions["class-hall"] == {"circuit-id": "hall*"}
    assert {"arch": "7", "subnet": "192.0.2.0/24"} in conditions.values()
    one = [rule for rule in rules if rule["name"].startswith("host-one")]
    assert one and all(rule["boot"]["next-server"] == "192.0.2.11" and "mac" in rule["match"] for rule in one)
    assert [rule["name"] for rule in rules][0].startswith("host-one"), "hosts are asked first"


def test_what_cannot_be_said_is_told_with_its_place(tmp_path):
    found = imported(tmp_path, "dhcpd", """
if binary-to-ascii(16, 8, ":", hardware) = "1:52" { filename "odd"; }
filename concat("boot/", "x");
filename "undionly.kpxe";
""")
    assert [each["place"].rsplit(":", 1)[1] for each in found["left-out"]] == ["3", "2"] or \
           [each["place"].rsplit(":", 1)[1] for each in found["left-out"]] == ["2", "3"]
    assert answers(tmp_path, found["rules"], *rom) == "undionly.kpxe"


def test_tags_of_dnsmasq(tmp_path):
    found = imported(tmp_path, "dnsmasq", """
dhcp-userclass=set:gpxe,gPXE
dhcp-userclass=set:gpxe,iPXE
dhcp-match=set:efi64,option:client-arch,7
dhcp-match=set:efi64,option:client-arch,9
dhcp-vendorclass=set:http,HTTPClient
tag-if=set:old,tag:!gpxe,tag:!efi64
dhcp-boot=tag:gpxe,http://192.0.2.10/boot.gpxe
dhcp-boot=tag:!gpxe,tag:efi64,snponly.efi,,192.0.2.10
dhcp-boot=tag:old,undionly.kpxe,bootserver,192.0.2.10
""")
    rules = found["rules"]
    assert answers(tmp_path, rules, *gpxe) == "http://192.0.2.10/boot.gpxe"
    assert answers(tmp_path, rules, *uefi, "--user-class", "iPXE") == "http://192.0.2.10/boot.gpxe"
    assert answers(tmp_path, rules, *uefi) == "snponly.efi"
    assert answers(tmp_path, rules, *rom) == "undionly.kpxe"


@pytest.mark.parametrize("name", sorted(file.name for file in (root / "docs/servers").glob("d*.conf")))
def test_every_configuration_of_our_documents(tmp_path, name):
    kind = name.split("-")[0].split(".")[0]
    found = imported(tmp_path, kind, (root / "docs/servers" / name).read_text(), "--next-server", "198.18.77.1")
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"rules": found["rules"]}))
    assert check(file).returncode == 0, check(file).stdout


def test_a_broken_file_is_told_with_its_line(tmp_path):
    file = tmp_path / "dhcpd.conf"
    file.write_text('subnet 192.0.2.0 netmask 255.255.255.0 {\n  filename "a";\n')
    found = subprocess.run([program, "import", "dhcpd", file], capture_output=True, text=True, timeout=60)
    assert found.returncode == 1 and "dhcpd.conf:3: the block that begins at" in found.stderr
