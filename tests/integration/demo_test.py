#!/usr/bin/env python3
"""The demo, as a user runs it: its tables, its findings, its proofs.

    demo_test.py BIN     BIN: the folder of liggare and liggared

The year 2024 runs with every process killed and restarted in the middle of the
reports; then one byte of one node's entries is changed on its disk. Another
year, which adds up, has nothing to find.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "data"))

from made_up_year import made_up_tables  # noqa: E402

TIMEOUT_S = 480
BIN = ""  # Set by main().


def run_demo(*arguments):
    """Runs the demo. Its output; fails with it unless the demo succeeds."""
    done = subprocess.run([ROOT / "deploy" / "demo.sh", *map(str, arguments)],
                          env={**os.environ, "LIGGARE_BIN": BIN}, timeout=TIMEOUT_S,
                          text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"demo.sh ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def liggare(*arguments):
    """(exit status, output and errors) of liggare."""
    done = subprocess.run([f"{BIN}/liggare", *map(str, arguments)], timeout=60, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


def shown(output, title):
    """What the demo printed under the heading that begins with `title`."""
    sections = re.split(r"^\x1b\[1m(?:--|==) (.*)\x1b\[0m$", output, flags=re.MULTILINE)
    return "".join(text for heading, text in zip(sections[1::2], sections[2::2])
                   if heading.startswith(title))


class Demo(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="liggare-demo-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.dir = self.folder / "en mapp"

    def assert_ended(self):
        self.assertEqual(list((self.dir / "run").glob("*.pid")), [])


class Year2024(Demo):
    def test_comes_out_as_published_but_for_the_findings(self):
        output = run_demo("--dir", self.dir, "--restart", "--keep")
        self.addCleanup(self.stop)
        self.assertIn("132 nodes", output)
        findings = shown(output, "liggare findings").replace("\u00a0", " ")
        for figures in (("122", "112"), ("248", "138"), ("18", "17,46"), ("328,49", "328,47"),
                        ("10 248", "10 182")):
            with self.subTest(figures=figures):
                stated, computed = figures
                self.assertIn(f"anges till {stated},", findings)
                self.assertRegex(findings, rf"ger {computed}\b")
        self.assertEqual(findings.count("PUBLISHED_DIFFERS"), 4, findings)
        self.assertIn("Kvittot håller.", shown(output, "liggare receipt"))
        self.assertIn("Loggar som håller: 132 av 132", shown(output, "liggare verify"))
        self.assertIn("completion_requested", shown(output, "Record 2024: a county asks"))
        self.assertIn("Lika: ", shown(output, "liggare digest"))
        self.check_every_event_is_there_once()
        self.check_the_tiers_agree()
        self.stop()
        self.assert_ended()
        self.check_a_changed_byte_is_placed()

    def cluster(self, *arguments):
        """What deploy/cluster.sh prints."""
        return subprocess.run([ROOT / "deploy" / "cluster.sh", arguments[0], "--dir", self.dir,
                               *map(str, arguments[1:])], env={**os.environ, "LIGGARE_BIN": BIN},
                              timeout=60, text=True, stdout=subprocess.PIPE, check=True).stdout

    def stop(self):
        if list((self.dir / "run").glob("*.pid")):
            self.cluster("stop")

    def check_every_event_is_there_once(self):
        """Of every verksamhet, the nation holds each event that it recorded, once."""
        recorded = {}
        for path in sorted(self.dir.glob("events/*/se_*_*.jsonl")):
            lines = path.read_text(encoding="utf-8").splitlines()
            recorded.setdefault(path.stem.replace("_", "/"), Counter()).update(
                json.loads(line)["id"] for line in lines)
        self.assertEqual(len(recorded), 110)
        for path, ids in recorded.items():
            entries = self.cluster("call", "se", "read", f"{path}@1", "--json").splitlines()
            events = [json.loads(entry)["event"] for entry in entries]
            # What else is in its log is what it has received from above.
            held = Counter(event["id"] for event in events if "received" not in event)
            self.assertEqual(held, ids, path)

    def check_the_tiers_agree(self):
        """The states of a county's reports are the same at the county and above."""
        nodes = json.loads((self.dir / "nodes.json").read_text(encoding="utf-8"))
        counties = [node["path"] for node in nodes if node.get("parent") == "se"]
        self.assertEqual(len(counties), 21)
        for county in counties:
            prefix = f"rapport/2024/{county}"
            digest = self.dir / "county.json"
            digest.write_text(self.cluster("call", county, "--json", "digest", prefix),
                              encoding="utf-8")
            self.assertIn("Lika: ", self.cluster("call", "se", "digest", prefix, "--against", digest))

    def check_a_changed_byte_is_placed(self):
        node = self.dir / "data" / "se_17_varmland"
        trust = self.dir / "keys" / "se.vkey"
        status, said = liggare("verify", "--trust", trust, "--data", node)
        self.assertEqual(status, 0, said)
        self.assertTrue(self.change_a_byte(node, b"rapport/2024/se/17/varmland"))
        status, said = liggare("verify", "--trust", trust, "--data", node)
        self.assertEqual(status, 3, said)
        self.assertRegex(said, r"FEL +se/17/varmland@1")
        status, said = liggare("fsck", node)
        self.assertEqual(status, 3, said)
        self.assertRegex(said, r"se/17/varmland@1 \d+ subject rapport/2024/se/17/varmland: the entry can't")

    @staticmethod
    def change_a_byte(node, inside):
        """Changes the byte after the first `inside` of an entry. Whether it was found."""
        for path in sorted(node.glob("*.sst")):
            content = bytearray(path.read_bytes())
            at = content.find(inside)
            if at < 0:
                continue
            content[at + len(inside) + 40] ^= 0x01
            path.write_bytes(content)
            return True
        return False


class AnotherYear(Demo):
    def test_has_nothing_to_find_where_everything_adds_up(self):
        data = self.folder / "data"
        data.mkdir()
        for name, document in made_up_tables(2031).items():
            (data / name).write_text(json.dumps(document), encoding="utf-8")
        output = run_demo("--dir", self.dir, "--data", data, "--year", 2031)
        self.assertNotIn("PUBLISHED_DIFFERS", output)
        self.assertNotIn("SUM_DIFFERS", output)
        self.assertIn("Kvittot håller.", shown(output, "liggare receipt"))
        self.assert_ended()


if __name__ == "__main__":
    BIN = sys.argv.pop(1)
    unittest.main(verbosity=2)
