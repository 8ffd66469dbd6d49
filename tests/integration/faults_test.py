#!/usr/bin/env python3
"""Real processes under real faults: nothing acknowledged is lost, nothing doubled.

    faults_test.py BIN [--rounds N] [--events N] [--seed S]

Three tiers run under load while processes are killed and paused and the ways
between them, and to the sender, are cut, stalled and slowed to 50 kbit/s. What
was acknowledged to the sender is then compared with every tier. The seed is
printed and repeats the choice of faults.
"""

import argparse
import contextlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from acknowledged import Sender, check_tiers  # noqa: E402
from fault_cluster import PROCESSES, FaultCluster, indented, record_process  # noqa: E402

NODES = [("se", "Socialstyrelsen"), ("se/17", "Värmland"), ("se/18", "Örebro"),
         ("se/17/varmland", "Värmland"), ("se/17/arvika", "Arvika"), ("se/18/orebro", "Örebro"), ("se/18/kumla", "Kumla")]
PROBED = "se/18/kumla"  # Sends nothing but what asks whether it can.
SENDERS = [path for path, _ in NODES if path.count("/") == 2 and path != PROBED]
FAULT_S_MAX = 3.0
SETTLE_S = 240
SLOW_BITS_PER_S = 50_000
PROBE_BATCH = 500
PROBE_BATCHES_MAX = 100
OPTIONS = argparse.Namespace()


class Faults(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="liggare-faults-"))
        self.addCleanup(shutil.rmtree, self.folder)

    @contextlib.contextmanager
    def cluster(self):
        """A running cluster. Shows what its processes said if the test fails in it."""
        cluster = FaultCluster(self.folder / "cluster", OPTIONS.bin, NODES)
        try:
            yield cluster
        except BaseException:
            for process in PROCESSES:
                print(f"{process}:\n{indented(cluster.process_log(process)[-3000:])}")
            raise
        finally:
            cluster.close()

    def start_senders(self, cluster, events, parts=1):
        def start_recording(node, file, answers):
            return record_process(cluster, OPTIONS.bin, node, file, answers)
        return [Sender(node, events, self.folder, start_recording, parts) for node in SENDERS]

    def settle(self, cluster, senders):
        """All is answered, and the nation holds it."""
        for sender in senders:
            sender.join(SETTLE_S)
        frontier = self.folder / "frontier.json"
        frontier.write_text(json.dumps({f"{s.node}@1": len(s.lines) for s in senders}),
                            encoding="utf-8")
        cluster.liggare("se", "await", "--timeout", SETTLE_S, "--frontier", frontier)

    def check(self, cluster, senders):
        for sender in senders:
            county = sender.node.rpartition("/")[0]
            held = check_tiers(cluster, sender, [sender.node, county, "se"])
            self.assertEqual(held, len(sender.lines))
            self.assert_last_value(cluster, sender, ["se", county, sender.node])
        for node in ("se", "se/17", "se/18"):
            cluster.liggare(node, "verify", "--live", "--trust", cluster.national_key())

    def assert_last_value(self, cluster, sender, tiers):
        """The state says on every tier what the last line made it."""
        for tier in tiers:
            state = json.loads(cluster.liggare(tier, "--json", "state",
                                               f"rapport/2024/{sender.node}"))
            values = {field["path"]: field["value"] for field in state["fields"]}
            self.assertEqual(values["klienter[man][18-29].antal"], len(sender.lines) - 2)


class RandomFaults(Faults):
    def test_what_was_acknowledged_is_on_every_tier_once(self):
        print(f"\nseed {OPTIONS.seed}, {OPTIONS.rounds} rounds, {OPTIONS.events} events a sender")
        chance = random.Random(OPTIONS.seed)
        with self.cluster() as cluster:
            self.send_under_faults(cluster, chance)

    def send_under_faults(self, cluster, chance):
        # A part at the beginning of each fault, so that all of them meet a load.
        senders = self.start_senders(cluster, OPTIONS.events, OPTIONS.rounds)
        for _ in range(OPTIONS.rounds):
            self.one_fault(cluster, chance)
            for sender in senders:
                sender.go_on()
        for link in cluster.links.values():
            link.heal()
        self.settle(cluster, senders)
        self.check(cluster, senders)
        print(f"acknowledged: {sum(len(sender.acknowledged()) for sender in senders)}")

    def one_fault(self, cluster, chance):
        where = chance.choice(PROCESSES)
        kind = chance.choice(["kill", "kill", "pause", "cut", "stall", "slow"])
        length_s = chance.uniform(0.2, FAULT_S_MAX)
        print(f"  {kind} {where} for {length_s:.1f} s", flush=True)
        link = cluster.links[where]
        begin, end = {
            "kill": (lambda: cluster.kill(where), lambda: cluster.start(where)),
            "pause": (lambda: cluster.pause(where), lambda: cluster.resume(where)),
            "cut": (link.cut, link.heal),
            "stall": (link.stall, link.heal),
            "slow": (lambda: link.slow(SLOW_BITS_PER_S), link.heal),
        }[kind]
        begin()
        time.sleep(length_s)  # The length of the fault.
        end()


class FullDisk(Faults):
    """A verksamhet's node on a file system of 48 MiB that fills up."""

    def setUp(self):
        super().setUp()
        self.disk = self.folder / "cluster" / "data"
        self.disk.mkdir(parents=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "liggare", self.disk],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"no file system can be mounted here: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)

    def test_closes_nodes_for_writing_and_nothing_is_lost(self):
        with self.cluster() as cluster:
            self.fill_and_go_on(cluster)

    def fill_and_go_on(self, cluster):
        senders = self.start_senders(cluster, OPTIONS.events)
        self.await_acknowledged(senders, 20)
        filler = self.disk / "filler"
        with filler.open("wb") as file:
            try:
                while True:
                    file.write(bytes(64 * 1024))
                    file.flush()
            except OSError as full:
                self.assertEqual(full.errno, 28)
        self.await_refusal(cluster)
        for node in ("se", "se/17", "se/17/varmland"):  # Reads go on.
            cluster.liggare(node, "status")
        filler.unlink()
        for process in reversed(PROCESSES):
            cluster.stop(process)
        for process in PROCESSES:
            cluster.start(process)
        self.settle(cluster, senders)
        self.check(cluster, senders)

    def await_acknowledged(self, senders, count):
        deadline = time.monotonic() + SETTLE_S
        while any(sender.acknowledged_count() < count for sender in senders):
            self.assertLess(time.monotonic(), deadline, "the senders do not come on")
            time.sleep(0.05)

    def await_refusal(self, cluster):
        """Events are refused as READ_ONLY, naming the cause, once the file system has
        no more of what it had set aside."""
        probe = self.folder / "probe.jsonl"
        for batch in range(PROBE_BATCHES_MAX):
            probe.write_text("".join(self.probe_line(batch * PROBE_BATCH + i)
                                     for i in range(PROBE_BATCH)), encoding="utf-8")
            try:
                cluster.liggare(PROBED, "record", probe)
            except AssertionError as refused:
                self.assertIn("READ_ONLY", str(refused))
                self.assertIn("No space left", str(refused))
                return
        self.fail(f"a full disk takes {PROBE_BATCHES_MAX * PROBE_BATCH} events")

    @staticmethod
    def probe_line(number):
        return json.dumps({
            "id": f"01941f29-80fb-7064-8533-{number:012x}", "subject": f"verksamhet/{PROBED}",
            "verksamhet_registered": {"namn": "x" * 400, "driftsform": "kommunal_regi",
                                      "huvudman": "1780", "from": "2014-01-01"}}) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("bin", type=Path, help="the folder of liggare and liggared")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--events", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.parse_args(namespace=OPTIONS)
    unittest.main(argv=sys.argv[:1], verbosity=2)


if __name__ == "__main__":
    main()
