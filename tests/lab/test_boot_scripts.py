# SPDX-License-Identifier: MPL-2.0
"""Boot scripts on the real image: commands, settings, other boot programs, and failures told in sentences."""

import subprocess

import pytest

from labkit import expect, paths, probe
from labkit.dhcp import ack, of_type
from labkit.machine import default_mac


@pytest.fixture
def scripted(chain):
    """Boots a machine with these lines as its boot script."""
    def boot(*lines, **spec):
        chain.web.set_script(default_mac, *lines)
        machine = chain.start_machine(**{"icount": True, **spec})
        machine.expect(expect.banner, 40)
        machine.expect(expect.booting, 30)
        return machine
    return boot


def test_settings_are_what_dhcp_and_the_machine_say(scripted):
    machine = scripted("echo mac=${net0/mac}=${mac} server=${next-server} ip=${ip}.", "echo uuid=${uuid}.",
                       "set word two", "echo one ${word} three${nothing}.", "exit")
    machine.expect(rf"mac={default_mac}={default_mac} server=198\.18\.77\.1 ip=198\.18\.77\.1\d\d\.", 30)
    machine.expect(rf"uuid={machine.spec.uuid}\.", 5)
    machine.expect(r"one two three\.", 5)


def test_script_that_exits_gives_the_machine_back_to_its_bios(scripted):
    machine = scripted("exit")
    machine.expect("No bootable device", 30)


def test_commands_run_in_order_and_a_failure_ends_the_script(scripted):
    machine = scripted("echo first", "kernel http://198.18.77.1/absent.img", "echo never")
    machine.expect(r"first\n", 30)
    machine.expect("404", 10)
    machine.expect("No bootable device", 30)
    assert "never" not in machine.text


def test_server_that_is_not_there_is_named(scripted):
    machine = scripted("kernel http://198.18.77.1:81/vmlinuz")
    machine.expect(r"198\.18\.77\.1:81/vmlinuz", 30)
    machine.expect(r"(?i)refused", 15)


def test_script_chains_to_another_script_by_relative_name(chain, scripted):
    (chain.files / "next.gpxe").write_text("#!gpxe\necho this is the next one\nexit\n")
    machine = scripted("chain next.gpxe")
    machine.expect("this is the next one", 30)


def test_kernel_and_initrd_by_single_steps(chain, scripted):
    chain.serve_probe()
    machine = scripted("kernel http://198.18.77.1/probe.bin", "initrd http://198.18.77.1/initrd.img",
                       "imgargs probe.bin alpha beta", "boot probe.bin")
    machine.expect(probe.done, 30)
    assert machine.wait(10) == probe.exit_status
    report = probe.read(machine.text)
    assert "alpha beta" in report.command_line
    assert report.initrd.checksum == probe.checksum((chain.files / "initrd.img").read_bytes())


def test_two_initrds_arrive_one_behind_the_other(chain, scripted):
    chain.serve_probe()
    (chain.files / "one").write_bytes(b"1" * 4096)
    (chain.files / "two").write_bytes(b"2" * 100)
    machine = scripted("kernel http://198.18.77.1/probe.bin", "initrd http://198.18.77.1/one",
                       "initrd http://198.18.77.1/two", "boot")
    machine.expect(probe.done, 30)
    machine.wait(10)
    report = probe.read(machine.text)
    assert report.initrd.checksum == probe.checksum((b"1" * 4096 + b"2" * 100).ljust(report.initrd.size, b"\0"))


# Not vmxnet3: there packaged undionly.kpxe hears nothing even when the ROM itself starts it.
@pytest.mark.parametrize("nic", ["e1000", "virtio", "rtl8139"])
def test_another_boot_program_finds_the_network_as_the_rom_left_it(chain, scripted, nic):
    """Packaged iPXE's undionly.kpxe, started by us over the ROM's UNDI, configures the card and asks again."""
    chain.serve_firmware(paths.peer_undionly, "peer.kpxe")
    machine = scripted("chain tftp://198.18.77.1/peer.kpxe", nic=nic)
    machine.expect("iPXE 1.0.0", 30)
    machine.expect("using undionly", 30)
    machine.expect(r"Configuring \(net0 [0-9a-f:]+\)\.*\s*ok", 60)


def test_firmware_answers_pings_while_it_waits(chain, scripted):
    machine = scripted("echo waiting", "sleep 15", "exit", icount=False)
    machine.expect("waiting", 30)
    address = of_type(chain.capture.udp(), ack)[-1].yiaddr
    ping = subprocess.run(chain.network.command("/bin/busybox", "ping", "-c", "3", "-W", "2", address),
                          capture_output=True, text=True, timeout=20)
    assert "3 packets received" in ping.stdout, ping.stdout


def test_ctrl_c_ends_a_wait(scripted):
    machine = scripted("echo waiting", "sleep 600", icount=False)
    machine.expect("waiting", 30)
    machine.press("\x03")
    machine.expect("No bootable device", 30)
