# SPDX-License-Identifier: MPL-2.0
"""A seeded stream of mixed commands, and what each makes of the boots of the machines it concerns."""

import random
import time

from .boots_in_force import BootsInForce, boot, built_in


class DailyChanges:
    """`send(name, arguments)` gives a command to the server and returns its answer.

    Rules are `count` in number: one for each of `macs`, the others for machines that never ask.
    """

    def __init__(self, send, macs, count, seed):
        self._send, self._macs = send, macs
        self._chance = random.Random(seed)
        self._strangers = [f"52:54:99:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
                           for number in range(count - len(macs))]
        self._stamp = 0
        self._rules = {}  # mac: stamp, of the machines that ask
        self._overrides = {}
        self._of_revision = {0: {}}
        self.revision = 0
        self.in_force = BootsInForce(macs)
        self.refused = 0

    def _next(self):
        self._stamp += 1
        return self._stamp

    def _rule(self, mac, stamp):
        return {"name": "of-" + mac.replace(":", ""), "match": {"mac": mac}, "boot": boot(stamp)}

    def _do(self, name, arguments, after):
        """Sends; if it is done, `after(answer)` changes the model, which then counts from between the two moments."""
        sent = time.monotonic()
        answer = self._send(name, arguments)
        answered = time.monotonic()
        if answer["result"] != 0:
            self.refused += 1
            return answer
        after(answer.get("arguments", {}))
        self.in_force.update({mac: self._overrides.get(mac, self._rules.get(mac, built_in)) for mac in self._macs},
                             sent, answered)
        return answer

    def _take(self, rules, shown):
        assert shown["revision"] == self.revision + 1, shown
        self.revision = shown["revision"]
        self._rules = rules
        self._of_revision[self.revision] = dict(rules)

    def replace_all(self):
        stamp = self._next()
        rules = [self._rule(mac, stamp) for mac in self._macs] + [
            {"name": f"r{number}", "match": {"mac": mac}, "boot": {"boot-file-name": f"f-{stamp}"}}
            for number, mac in enumerate(self._strangers)]
        return self._do("chainload-rules-set", {"rules": rules}, lambda shown: self._take(
            dict.fromkeys(self._macs, stamp), shown))

    def _update(self):
        mac, stamp = self._chance.choice(self._macs), self._next()
        op = "update" if mac in self._rules else "add"
        return self._do("chainload-rules-patch", {"patch": [{"op": op, "rule": self._rule(mac, stamp)}],
                                                  "if-revision": self.revision},
                        lambda shown: self._take({**self._rules, mac: stamp}, shown))

    def _update_all(self):
        stamp = self._next()
        steps = [{"op": "update" if mac in self._rules else "add", "rule": self._rule(mac, stamp)} for mac in self._macs]
        return self._do("chainload-rules-patch", {"patch": steps},
                        lambda shown: self._take(dict.fromkeys(self._macs, stamp), shown))

    def _delete(self):
        mac = self._chance.choice(self._macs)
        rules = {each: stamp for each, stamp in self._rules.items() if each != mac}
        return self._do("chainload-rules-patch", {"patch": [{"op": "del", "name": self._rule(mac, 0)["name"]}]},
                        lambda shown: self._take(rules, shown))

    def _dry_run(self):
        mac = self._chance.choice(self._macs)
        patch = [{"op": "update", "rule": self._rule(mac, self._next())}]
        return self._do("chainload-rules-patch", {"patch": patch, "dry-run": True}, lambda shown: None)

    def _rollback(self):
        def after(shown):
            self._take(dict(self._of_revision[shown["rules-of-revision"]]), shown)
        return self._do("chainload-rules-rollback", {"if-revision": self.revision}, after)

    def _override(self):
        mac, stamp = self._chance.choice(self._macs), self._next()
        return self._do("chainload-override-set", {"mac": mac, "boot": boot(stamp)},
                        lambda shown: self._overrides.update({mac: stamp}))

    def _end_override(self):
        mac = self._chance.choice(self._macs)
        return self._do("chainload-override-del", {"mac": mac}, lambda shown: self._overrides.pop(mac))

    def _read(self, name, arguments=None):
        return lambda: self._do(name, arguments, lambda shown: None)

    def some(self):
        """One command, by chance."""
        mac = self._chance.choice(self._macs)
        kinds = [
            (300, self._update), (60, self._update_all), (100, self._delete), (30, self._dry_run), (30, self._rollback),
            (5, self.replace_all), (80, self._override), (60, self._end_override),
            (3, self._read("chainload-rules-reload")),
            (3, self._read("chainload-rules-check")),
            (100, self._read("chainload-rules-get-page", {"from": self._chance.randrange(1000), "limit": 20})),
            (60, self._read("chainload-explain", {"facts": {"mac": mac}})),
            (40, self._read("chainload-machine-get", {"machine": mac})),
            (20, self._read("chainload-machine-get-page", {"limit": 10})),
            (30, self._read("chainload-override-get-page", {"limit": 10})),
            (20, self._read("chainload-loop-get-page")),
            (40, self._read("chainload-status")),
            (20, self._read("statistic-get", {"name": "pkt4-received"})),
        ]
        weights, commands = zip(*kinds)
        return self._chance.choices(commands, weights)[0]()
