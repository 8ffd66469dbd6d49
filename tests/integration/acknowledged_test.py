#!/usr/bin/env python3
"""The check of the tiers sees every kind of loss."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from acknowledged import Sender, check_tiers  # noqa: E402

NODE = "se/17/varmland"
LOG = f"{NODE}@1"


class Ended:
    """A `liggare record` that has answered every line and ended."""
    returncode = 0

    @staticmethod
    def communicate(timeout):
        del timeout
        return "", ""


class TierLogs:
    """What the tiers hold, in place of a cluster."""

    def __init__(self, entries):
        self.logs = {tier: list(entries) for tier in (NODE, "se/17", "se")}

    def entries(self, tier, log):
        assert log == LOG
        return self.logs[tier]


class CheckTiers(unittest.TestCase):
    def setUp(self):
        with tempfile.TemporaryDirectory() as folder:
            def start_recording(_node, file, answers):
                count = len(file.read_text(encoding="utf-8").splitlines())
                answers.write_text("".join(
                    json.dumps({"line": i + 1, "log": LOG, "index": i}) + "\n"
                    for i in range(count)), encoding="utf-8")
                return Ended()
            self.sender = Sender(NODE, 5, Path(folder), start_recording)
            self.sender.join(10)
            places = self.sender.acknowledged()
        self.sender.acknowledged = lambda: places
        self.tiers = TierLogs([json.dumps({"log": LOG, "index": i, "event": json.loads(line)})
                               for i, (_, line) in enumerate(self.sender.lines)])

    def check(self):
        return check_tiers(self.tiers, self.sender, [NODE, "se/17", "se"])

    def assert_found(self, said):
        with self.assertRaisesRegex(AssertionError, said):
            self.check()

    def change_all(self, change):
        for log in self.tiers.logs.values():
            change(log)

    def test_equal_tiers_pass(self):
        self.assertEqual(self.check(), 5)

    def test_a_tier_that_lacks_the_end(self):
        self.tiers.logs["se"].pop()
        self.assert_found("se holds another")

    def test_a_tier_that_holds_other_bytes(self):
        self.tiers.logs["se/17"][2] = self.tiers.logs["se/17"][2].replace("fel", "ett")
        self.assert_found("se/17 holds another")

    def test_an_acknowledged_event_that_is_nowhere(self):
        self.change_all(lambda log: log.pop())
        self.assert_found("is not there")

    def test_a_hole(self):
        self.change_all(lambda log: log.pop(1))
        self.assert_found("hole")

    def test_an_event_twice(self):
        self.change_all(lambda log: log.append(json.dumps({**json.loads(log[0]), "index": 5})))
        self.assert_found("twice")

    def test_an_event_that_nobody_sent(self):
        self.change_all(lambda log: log.append(json.dumps(
            {"log": LOG, "index": 5, "event": {"id": "another"}})))
        self.assert_found("other events")

    def test_places_that_are_not_as_acknowledged(self):
        places = self.sender.acknowledged()
        first, second = list(places)[:2]
        places[first], places[second] = places[second], places[first]
        self.assert_found("is not there")


if __name__ == "__main__":
    unittest.main()
