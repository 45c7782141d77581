# SPDX-License-Identifier: MPL-2.0
"""BOOTP clients, which Kea serves with a hook library of its own: before ours or behind it."""

from labkit import kea
from labkit.client import RawClient, bootp

mac = "52:54:00:77:20:01"
boot_client = [(60, b"PXEClient:Arch:00000:UNDI:002001"), (93, b"\0\0")]
bootp_library = "/usr/lib/x86_64-linux-gnu/kea/hooks/libdhcp_bootp.so"


def ask(lab, options, **fields):
    client = RawClient(lab.network)
    try:
        return client.ask(bootp(None, mac, options, **fields), mac)
    finally:
        client.close()


def start(lab, where):
    config = kea.short_config()
    config["Dhcp4"]["hooks-libraries"].insert(where, {"library": bootp_library})
    return lab.start_kea(config)


def test_bootp_client_is_given_its_firmware(lab):
    server = start(lab, where=1)
    reply = ask(lab, boot_client)
    assert reply.get(53) is None and reply.yiaddr.startswith("198.18.77.")
    assert reply.file == b"undionly.kpxe"
    assert server.decisions() != []


def test_bootp_client_that_does_not_boot_is_left_alone(lab):
    server = start(lab, where=1)
    reply = ask(lab, [])
    assert reply.yiaddr.startswith("198.18.77.") and reply.file == b""
    assert server.decisions() == []


def test_library_that_packs_replies_before_ours_is_told_of_once_a_minute(lab):
    """Kea's library packs the reply of a BOOTP client itself: in front of ours it leaves nothing to change."""
    server = start(lab, where=0)
    for number in range(3):
        reply = ask(lab, boot_client, xid=bytes([0, 0, 0, number + 1]))
        assert reply.file == b""
    warnings = [line for line in server.text().splitlines() if "CHAINLOAD_REPLY_ALREADY_PACKED" in line]
    assert len(warnings) == 1
