#!/usr/bin/env python3
"""The generator meets the published sums, for 2024 and for a year made up here."""

import contextlib
import copy
import hashlib
import io
import json
import shutil
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import generate  # noqa: E402
from generator.check import read_events  # noqa: E402
from generator.split import at_least_one, grants, largest_remainder  # noqa: E402
from made_up_year import made_up_tables  # noqa: E402

DATA = HERE / "lagesrapport-2024"


def run(*arguments):
    """Runs the generator. Returns (exit status, stdout, stderr)."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = generate.main([str(argument) for argument in arguments])
    return status, out.getvalue(), err.getvalue()


def digest_of(folder):
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def payloads(events, name):
    return [(node, event["subject"], event[name]) for node, event in events if name in event]


class InTemporaryFolder(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "out"

    def write(self, documents):
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        for name, document in documents.items():
            (data / name).write_text(json.dumps(document), encoding="utf-8")
        return data


class Year2024(InTemporaryFolder):
    def setUp(self):
        super().setUp()
        self.status, self.said, self.failed = run("--data", DATA, "--year", 2024,
                                                  "--out", self.out)
        self.events = read_events(self.out)

    def test_every_sum_is_as_published(self):
        self.assertEqual((self.status, self.failed), (0, ""))
        self.assertIn("132 nodes", self.said)

    def test_only_the_known_inconsistencies_differ(self):
        differing = [line.split(": ")[1] for line in self.said.splitlines()
                     if line.startswith("as published, not")]
        self.assertEqual(differing, ["barn 2024 andel", "barn minskning totalt",
                                     "budget oforbrukade utfall",
                                     "budget tjanster_sammanfattning antal"])

    def test_110_verksamheter_in_20_lan(self):
        nodes = json.loads((self.out / "nodes.json").read_text(encoding="utf-8"))
        depth = Counter(node["path"].count("/") for node in nodes)
        self.assertEqual(depth, {0: 1, 1: 21, 2: 110})
        self.assertEqual(len({n["path"].split("/")[1] for n in nodes
                              if n["path"].count("/") == 2}), 20)
        for node in nodes:
            self.assertRegex(node["path"], r"^se(/[0-9]{2}(/[a-z0-9-]{1,40})?)?$")
        self.assertIn("se/17/varmland", [node["path"] for node in nodes])

    def test_66_klienter_are_annan_of_unknown_age(self):
        unknown = [cell for _, _, report in payloads(self.events, "report_submitted")
                   for cell in report["klienter"] if cell["alder"] == "okand"]
        self.assertEqual({cell["kon"] for cell in unknown}, {"annan"})
        self.assertEqual(sum(cell["antal"] for cell in unknown), 66)

    def test_each_grant_is_posts_times_rate_within_a_krona(self):
        for _, subject, grant in payloads(self.events, "grant_decided"):
            exact = grant["posts_hundredths"] * 39577400 / 100
            self.assertLess(abs(grant["amount_ore"] - exact), 100, subject)
            self.assertEqual(grant["amount_ore"] % 100, 0, subject)

    def test_no_report_has_more_klienter_with_barn_than_klienter(self):
        for node, _, report in payloads(self.events, "report_submitted"):
            for row in report["barn"]:
                klienter = sum(cell["antal"] for cell in report["klienter"]
                               if cell["kon"] == row["kon"])
                self.assertLessEqual(row["antal"], klienter, node)
            self.assertLessEqual(report["ombud"]["heltid_hundredths"],
                                 100 * report["ombud"]["personer"], node)

    def test_one_aterkrav_claims_what_one_kommun_left_unused(self):
        unused = [row for _, _, report in payloads(self.events, "report_submitted")
                  for row in report["ekonomi"] if row["oanvant_ore"]]
        claims = payloads(self.events, "aterkrav_decided")
        paid = payloads(self.events, "repayment_received")
        closed = payloads(self.events, "aterkrav_closed")
        self.assertEqual((len(unused), len(claims), len(paid), len(closed)), (1, 1, 2, 1))
        self.assertEqual(claims[0][2]["amount_ore"], unused[0]["oanvant_ore"])
        self.assertIn(unused[0]["kommunkod"], claims[0][1])
        self.assertEqual(sum(part["amount_ore"] for _, _, part in paid),
                         claims[0][2]["amount_ore"])

    def test_two_corrections_move_one_klient_between_ages(self):
        pair = [c for _, _, c in payloads(self.events, "report_corrected")]
        self.assertEqual([c["new"] - c["old"] for c in pair], [-1, 1])
        kon = [c["path"].split("[")[1] for c in pair]
        self.assertEqual(kon[0], kon[1])
        self.assertNotEqual(pair[0]["path"], pair[1]["path"])

    def test_ids_are_uuid_7_and_rise(self):
        ids = sorted((event["id"] for _, event in self.events))
        for event_id in ids:
            self.assertRegex(event_id, r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]")
        for phase in sorted(self.out.glob("*/*.jsonl")):
            own = [json.loads(line)["id"] for line in phase.read_text("utf-8").splitlines()]
            self.assertEqual(own, sorted(own))

    def test_the_same_tables_give_the_same_bytes(self):
        again = self.folder / "again"
        run("--data", DATA, "--year", 2024, "--out", again)
        self.assertEqual(digest_of(again), digest_of(self.out))
        run("--data", DATA, "--year", 2024, "--out", again)
        self.assertEqual(digest_of(again), digest_of(self.out))

    def test_a_changed_event_fails_the_check(self):
        path = sorted(self.out.glob("08-rapporter/*.jsonl"))[0]
        event = json.loads(path.read_text(encoding="utf-8"))
        event["report_submitted"]["klienter"][0]["antal"] += 1
        path.write_text(json.dumps(event) + "\n", encoding="utf-8")
        status, _, failed = run("--check", self.out, "--data", DATA, "--year", 2024)
        self.assertEqual(status, 1)
        self.assertIn("klienter man 18-29: published 1065, the events give 1066", failed)


class AnotherYear(InTemporaryFolder):
    YEAR = 2031

    def generate(self, documents):
        data = self.write(documents)
        status, said, failed = run("--data", data, "--year", self.YEAR, "--out", self.out)
        self.assertEqual((status, failed), (0, ""))
        self.events = read_events(self.out)
        return said

    def test_nothing_differs_where_the_tables_add_up(self):
        said = self.generate(made_up_tables(self.YEAR))
        self.assertNotIn("as published, not", said)

    def test_nobody_is_unknown_where_the_total_is_the_sum(self):
        self.generate(made_up_tables(self.YEAR))
        cells = [cell for _, _, report in payloads(self.events, "report_submitted")
                 for cell in report["klienter"]]
        self.assertEqual({cell["kon"] for cell in cells}, {"man", "kvinna"})
        self.assertNotIn("okand", {cell["alder"] for cell in cells})

    def test_a_kommun_of_several_verksamheter_has_its_money_in_one(self):
        self.generate(made_up_tables(self.YEAR))
        serving, telling = Counter(), Counter()
        for _, _, days in payloads(self.events, "kommun_assigned"):
            serving[days["kommunkod"]] += 1
            telling[days["kommunkod"]] += days["redovisar_ekonomi"]
        self.assertGreater(max(serving.values()), 1)
        self.assertEqual(set(telling.values()), {1})

    def test_new_and_lost_kommuner_have_the_days_that_make_them_so(self):
        self.generate(made_up_tables(self.YEAR))
        days = [d for _, _, d in payloads(self.events, "kommun_assigned")]
        of = {kod: [d for d in days if d["kommunkod"].startswith(kod)] for kod in ("09", "17")}
        self.assertEqual([d["to"] for d in of["09"]], ["2030-12-31"])
        self.assertEqual(sorted(d["from"] for d in of["17"]),
                         ["2030-01-01"] * 2 + ["2031-01-01"] * 2)

    def test_a_lan_without_verksamhet_still_has_its_node(self):
        self.generate(made_up_tables(self.YEAR))
        nodes = json.loads((self.out / "nodes.json").read_text(encoding="utf-8"))
        self.assertIn("se/25", [node["path"] for node in nodes])
        self.assertFalse([n for n in nodes if n["path"].startswith("se/25/")])

    def annan(self):
        found = Counter()
        for _, _, report in payloads(self.events, "report_submitted"):
            for cell in report["klienter"]:
                if cell["kon"] == "annan":
                    found[cell["alder"]] += cell["antal"]
        return dict(+found)

    def test_a_printed_row_for_annan_is_taken_as_printed(self):
        tables = made_up_tables(self.YEAR)
        klienter = tables[f"{self.YEAR}-klienter.json"]
        klienter["rows"].append({"kon": "annan", "values": [1, 0, 0, 0], "stated_total": 3})
        klienter["stated_total"] = {"values": [22, 41, 61, 7], "total": 133}
        self.assertNotIn("as published, not", self.generate(tables))
        self.assertEqual(self.annan(), {"18-29": 1, "okand": 2})

    def test_annan_has_the_age_whose_column_total_goes_beyond_the_rows(self):
        tables = made_up_tables(self.YEAR)
        tables[f"{self.YEAR}-klienter.json"]["stated_total"] = {
            "values": [21, 43, 61, 7], "total": 135}
        self.assertNotIn("as published, not", self.generate(tables))
        self.assertEqual(self.annan(), {"30-49": 2, "okand": 3})

    def test_a_total_below_its_rows_is_told_and_not_met(self):
        tables = made_up_tables(self.YEAR)
        tables[f"{self.YEAR}-klienter.json"]["stated_total"]["total"] = 129
        said = self.generate(tables)
        self.assertIn("klienter totalt totalt: published 129, the events give 130", said)


class UnusableTables(InTemporaryFolder):
    def refuse(self, change, expected):
        tables = copy.deepcopy(made_up_tables(2031))
        change(tables)
        data = self.write(tables)
        status, _, failed = run("--data", data, "--year", 2031, "--out", self.out)
        self.assertEqual(status, 1)
        self.assertIn(expected, failed)
        self.assertFalse(self.out.exists())

    def test_missing_table_is_named(self):
        self.refuse(lambda tables: tables.pop("2031-budget.json"), "2031-budget.json")

    def test_missing_barn_row_is_named(self):
        self.refuse(lambda tables: tables["2030-2031-barn.json"]["rows"].pop(), '"ar": 2031')

    def test_missing_column_is_named(self):
        self.refuse(lambda tables: tables["2031-lan.json"]["rows"][0].pop("verksamheter_2031"),
                    "verksamheter_2031")

    def test_more_kommuner_with_po_than_there_are(self):
        def change(tables):
            tables["2031-lan.json"]["rows"][2]["kommuner_med_po_2031"] = 2
        self.refuse(change, "län 09")

    def test_kommuner_without_a_verksamhet(self):
        def change(tables):
            tables["2031-lan.json"]["rows"][2]["kommuner_med_po_2031"] = 1
        self.refuse(change, "0 verksamheter")


class Splitting(unittest.TestCase):
    def test_parts_add_up_and_keep_the_proportion(self):
        self.assertEqual(largest_remainder(10, [1, 1, 2], "k"), largest_remainder(10, [1, 1, 2], "k"))
        for total in (0, 1, 7, 100, 1065):
            parts = largest_remainder(total, [1, 3, 5, 0], "k")
            self.assertEqual(sum(parts), total)
            self.assertEqual(parts[3], 0)

    def test_at_least_one_each_where_it_is_enough(self):
        self.assertEqual(sorted(at_least_one(4, [100, 1, 1], "k")), [1, 1, 2])
        self.assertEqual(sum(at_least_one(2, [100, 1, 1], "k")), 2)

    def test_grants_add_up_to_the_outcome_beyond_what_rounding_reaches(self):
        for outcome in (0, 99, 19999, 20000, 20200, 20250, 50000):
            parts = grants([33, 33, 34], 20001, outcome)
            self.assertEqual(sum(parts), outcome)
            self.assertGreaterEqual(min(parts), 0)


if __name__ == "__main__":
    unittest.main()
