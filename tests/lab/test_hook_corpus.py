# SPDX-License-Identifier: MPL-2.0
"""Every client packet of the corpus against a live kea-dhcp4, with the hook and without.

Boot clients get what the short form promises, everyone else the very bytes that Kea sends without the hook. The server
with the hook logs at debug level 99 all the while.
"""

from collections import Counter

import pytest

from labkit import corpus, kea
from labkit.dhcp import nak
from labkit.replay import Replay

# What the hook may write; everything else in a reply is Kea's own.
our_options = {43, 60, 66, 67, 97, 175}


def corpus_config():
    config = kea.short_config()
    config["Dhcp4"]["multi-threading"] = {"enable-multi-threading": False}
    # Newer Keas tell who asks again how long its lease still lasts, to the second; from the first second on they are to
    # give the whole time anew. Older ones take no 0.
    config["Dhcp4"]["cache-threshold"] = 0.001
    # Relays of recorded packets stand in these networks.
    for number, prefix in enumerate(("10.30.1", "192.168.40", "62.12.173"), 2):
        config["Dhcp4"]["subnet4"].append({"id": number, "subnet": f"{prefix}.0/24",
                                           "pools": [{"pool": f"{prefix}.130 - {prefix}.220"}]})
    return config


def replies_of(lab, config, debug):
    """{name: (sent payload, reply or None)} of a server that has just started."""
    if debug:
        config["Dhcp4"]["loggers"] = [{"name": "kea-dhcp4", "severity": "DEBUG", "debuglevel": 99}]
    server = lab.start_kea(config)
    replay = Replay(lab.network)
    replies = {}
    try:
        for packet in corpus.all_packets():
            payload = packet.payload
            replies[packet.name] = (payload, replay.answer(payload))
            if corpus.options(payload).get(53) in (b"\3", b"\x08"):
                # Recorded with another server: once more as it would be sent to this one, after a DISCOVER.
                asking = corpus.asking(payload)
                offer = replay.answer(asking)
                replies[packet.name + ", asked first"] = (asking, offer)
                if offer is not None:
                    taken = corpus.taking_up(payload, offer)
                    replies[packet.name + ", taken up"] = (taken, replay.answer(taken))
    finally:
        replay.close()
    assert server.is_running()
    text = server.text()
    server.stop()
    (lab.run / "kea/kea-dhcp4.log").unlink()
    return replies, text


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The replies with the hook, those without, and the log of the server with it."""
    from labkit.lab import Lab
    with Lab(tmp_path_factory.mktemp("corpus") / "lab") as lab:
        without, _ = replies_of(lab, kea.without_hook(corpus_config()), debug=False)
        with_hook, log = replies_of(lab, corpus_config(), debug=True)
    return with_hook, without, log


def is_refusal(reply):
    return reply is not None and corpus.options(reply).get(53) == bytes([nak])


def boot_file(reply):
    found = corpus.options(reply)
    return (found[67].rstrip(b"\0") if 67 in found else reply[108:236].rstrip(b"\0")).decode()


def what_is_not_ours(reply):
    """A reply without the boot fields: everything that must be as Kea made it."""
    kept = {code: value for code, value in corpus.options(reply).items() if code not in our_options}
    return reply[:20], reply[24:44], reply[236:240], kept


def test_same_packets_are_answered_with_the_hook_and_without(both):
    with_hook, without, _ = both
    assert with_hook.keys() == without.keys()
    answered = [name for name, (_, reply) in with_hook.items() if reply]
    assert answered == [name for name, (_, reply) in without.items() if reply]
    assert len(answered) >= 50


def test_boot_clients_get_what_the_table_says(both):
    with_hook, without, _ = both
    wrong = []
    for name, (payload, reply) in with_hook.items():
        kind, file = corpus.expected(payload)
        if reply is None or file is None or is_refusal(reply):
            continue
        if boot_file(reply) != file or reply[20:24] != bytes([198, 18, 77, 1]):
            wrong.append((name, kind, file, boot_file(reply)))
        if what_is_not_ours(reply) != what_is_not_ours(without[name][1]):
            wrong.append((name, kind, "something else of the reply was changed", ""))
    assert wrong == []


def test_all_others_get_the_very_bytes_that_kea_sends_without_the_hook(both):
    with_hook, without, _ = both
    changed = [name for name, (payload, reply) in with_hook.items()
               if (corpus.expected(payload)[1] is None or is_refusal(reply)) and reply != without[name][1]]
    assert changed == []


def test_debug_level_99_survives_the_whole_corpus(both):
    """K1: rendering of hostile options, in Kea and in the hook, must not throw."""
    _, _, log = both
    assert "DEBUG" in log and "CHAINLOAD_PACKET_FAILED" not in log and "HOOKS_CALLOUT_EXCEPTION" not in log


def test_table_by_client_type(both, capsys):
    with_hook, _, _ = both
    rows = Counter()
    for payload, reply in with_hook.values():
        kind, file = corpus.expected(payload)
        gets = ("no reply, as without the hook" if reply is None else "a refusal (NAK), left alone" if is_refusal(reply)
                else boot_file(reply) if file else "left alone")
        rows[kind, gets] += 1
    with capsys.disabled():
        print(f"\n{'client':32} {'packets':>7}  gets")
        for (kind, gets), count in sorted(rows.items()):
            print(f"{kind:32} {count:7}  {gets}")
    kinds = {kind for kind, _ in rows}
    assert {"gPXE 0", "iPXE 0", "PXEClient 7", "HTTPClient 16", "Raspberry Pi", "no boot client"} <= kinds


def test_machines_with_one_uuid_are_not_taken_for_one(both):
    with_hook, _, _ = both
    first, second = with_hook["shared-uuid-1"][1], with_hook["shared-uuid-2"][1]
    assert boot_file(first) == "undionly.kpxe" and boot_file(second) == "snponly.efi"
    assert first[16:20] != second[16:20]
    assert corpus.options(first)[97] == corpus.options(second)[97]


def test_recorded_corpus_holds_the_clients_of_our_lab():
    names = {packet.name for packet in corpus.all_packets()}
    for client in ("gpxe-bios", "rom-e1000", "rom-virtio", "rom-rtl8139", "rom-vmxnet3", "ipxe-undionly",
                   "edk2-pxe-x64", "edk2-http-x64", "udhcpc", "dhclient", "uboot-arm64-1", "uboot-riscv64-1"):
        assert f"{client}-discover" in names
