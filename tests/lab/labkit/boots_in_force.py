# SPDX-License-Identifier: MPL-2.0
"""Which boot of each machine was in force when, as the commands that changed it knew: whole answers only, old or new.

Each boot has a stamp, a number that stands in every field it writes. A reply whose fields name two stamps is a mix; one
whose stamp was not in force between its question and its answer is neither old nor new.
"""

import re
from collections import defaultdict

built_in = 0  # the firmware of the built-in table


def boot(stamp):
    return {"next-server": f"10.{stamp >> 16}.{stamp >> 8 & 255}.{stamp & 255}", "server-hostname": f"s-{stamp}",
            "boot-file-name": f"f-{stamp}"}


def _text(value):
    return (value or b"").rstrip(b"\0").decode()


def stamps(reply):
    """The stamp in each of siaddr, sname, file, 66 and 67."""
    if reply.siaddr == "198.18.77.1":
        whole = ("", "undionly.kpxe", "198.18.77.1", "undionly.kpxe")
        read = (reply.sname.decode(), reply.file.decode(), _text(reply.get(66)), _text(reply.get(67)))
        return {"siaddr": built_in, "others": built_in if read == whole else read}
    octets = [int(part) for part in reply.siaddr.split(".")]
    named = {"sname": reply.sname.decode(), "file": reply.file.decode(), "66": _text(reply.get(66)),
             "67": _text(reply.get(67))}
    found = {"siaddr": octets[1] << 16 | octets[2] << 8 | octets[3]}
    for field, text in named.items():
        read = re.fullmatch(r"[sf]-(\d+)", text)
        found[field] = int(read[1]) if read else text
    return found


class BootsInForce:
    def __init__(self, macs):
        self._periods = defaultdict(list)  # mac: [(stamp, the change's sending, its answer)], in order
        self.update(dict.fromkeys(macs, built_in), 0.0, 0.0)

    def update(self, boots, sent, answered):
        """Takes {mac: stamp} as in force from some moment between `sent` and `answered`."""
        for mac, stamp in boots.items():
            if not self._periods[mac] or self._periods[mac][-1][0] != stamp:
                self._periods[mac].append((stamp, sent, answered))

    def fault(self, answer):
        """What is wrong with an Answer, or None."""
        found = stamps(answer.reply)
        if len(set(found.values())) != 1:
            return f"{answer.mac} was answered a mix: {found}"
        stamp = found["siaddr"]
        periods = self._periods[answer.mac]
        ends = [answered for _, _, answered in periods[1:]] + [float("inf")]
        if any(stamp == each and sent <= answer.answered and end >= answer.asked
               for (each, sent, _), end in zip(periods, ends)):
            return None
        near = [each for each, end in zip(periods, ends) if end >= answer.asked and each[1] <= answer.answered]
        return f"{answer.mac} was answered {stamp}, but in force were {near} from {answer.asked} to {answer.answered}"
