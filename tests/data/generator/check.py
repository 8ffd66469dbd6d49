"""Adds the written events up again and compares with the published tables.

Reads only the files, not the plan they were written from. A figure that comes
straight from a table must be met exactly; one that the publication derived
(a share, a difference, a total beside its own rows) may differ, and is told.
"""

import json
from collections import Counter
from decimal import Decimal

DERIVED_ROWS = {"minskning", "summa", "netto", "oforbrukade", "tjanster_sammanfattning"}
DERIVED_COLUMNS = {"forandring", "andel"}


def read_events(out):
    """Every (node path, event) below `out`, in order of phase and file."""
    events = []
    for path in sorted(out.glob("*/*.jsonl")):
        with open(path, encoding="utf-8") as file:
            events += [(path.stem.replace("_", "/"), json.loads(line)) for line in file]
    return events


def check(out, published):
    """Returns (failures, differences), each a list of sentences."""
    events = read_events(out)
    failures = _shape(out, events, published)
    differences = []
    tables = computed_tables(events, published)
    for table, cells in published.stated.items():
        for row, column, text in cells:
            if table == "barn" and row not in (str(published.year), "minskning"):
                continue
            value = tables[table][(row, column)]  # a Counter: nothing counted is 0
            if Decimal(text) == value:
                continue
            said = f"{table} {row} {column}: published {text}, the events give {value}"
            derived = row in DERIVED_ROWS or column in DERIVED_COLUMNS
            inconsistent = _contradicts_itself(cells, row, column, value)
            (differences if derived or inconsistent else failures).append(said)
    return failures, differences


def _contradicts_itself(cells, row, column, value):
    """Whether the events meet the printed parts of a total that is not their sum.
    Only a larger total can be met as well, by klienter of annan kön or unknown age."""
    if row != "totalt" and column != "totalt":
        return False
    parts = [Decimal(t) for r, c, t in cells
             if (r, c) != (row, column) and (
                 (row == "totalt" and r != "totalt" and c == column) or
                 (row != "totalt" and r == row and c not in ("totalt", "andel")))]
    return sum(parts) == value


def computed_tables(events, published):
    """{table: {(row, column): value}} from the events alone, as the domain's."""
    return {
        "kommuner": _kommuner(events, published),
        "klienter": _klienter(events),
        "barn": _barn(events, published),
        "budget": _budget(events, published.year),
    }


def _payloads(events, name):
    return [(node, event, event[name]) for node, event in events if name in event]


def _in_year(days, year):
    return days["from"] <= f"{year}-12-31" and days.get("to", "9999") >= f"{year}-01-01"


def _kommuner(events, published):
    year, table = published.year, Counter()
    before, now = set(), set()
    for _, _, days in _payloads(events, "kommun_assigned"):
        if _in_year(days, year - 1):
            before.add(days["kommunkod"])
        if _in_year(days, year):
            now.add(days["kommunkod"])
    running = [node for node, _, days in _payloads(events, "verksamhet_registered")
               if _in_year(days, year)]
    for row in published.counties:
        figures = {
            "kommuner_i_lanet": len(row.kommuner),
            "kommuner_med_po_foregaende": sum(kod[:2] == row.lankod for kod in before),
            "kommuner_med_po": sum(kod[:2] == row.lankod for kod in now),
            "verksamheter": sum(node.split("/")[1] == row.lankod for node in running),
        }
        figures["forandring"] = figures["kommuner_med_po"] - figures["kommuner_med_po_foregaende"]
        for column, value in figures.items():
            table[(row.lankod, column)] = value
            table[("totalt", column)] += value
    return table


def _final_reports(events):
    """{path: {field path: value}} after the corrections, which must fit."""
    reports = {}
    for node, _, report in _payloads(events, "report_submitted"):
        cells = {f"klienter[{c['kon']}][{c['alder']}].antal": c["antal"]
                 for c in report["klienter"]}
        cells.update({f"barn[{c['kon']}].antal": c["antal"] for c in report["barn"]})
        reports[node] = cells
    for node, event, correction in _payloads(events, "report_corrected"):
        cells = reports[node]
        if cells[correction["path"]] != correction["old"]:
            raise AssertionError(f"{event['id']}: the old value is not the current one")
        cells[correction["path"]] = correction["new"]
    return reports


def _klienter(events):
    table = Counter()
    for cells in _final_reports(events).values():
        for path, value in cells.items():
            if path.startswith("klienter["):
                kon, alder = path[len("klienter["):-len("].antal")].split("][")
                for key in ((kon, alder), (kon, "totalt"), ("totalt", alder),
                            ("totalt", "totalt")):
                    table[key] += value
    return table


def _barn(events, published):
    year, table = str(published.year), Counter()
    for cells in _final_reports(events).values():
        for path, value in cells.items():
            if path.startswith("barn["):
                table[(year, path[len("barn["):-len("].antal")])] += value
                table[(year, "totalt")] += value
    klienter = _klienter(events)[("totalt", "totalt")]
    if klienter:
        table[(year, "andel")] = round(Decimal(100 * table[(year, "totalt")]) / klienter, 2)
    stated = {(row, column): int(Decimal(text)) for row, column, text in published.stated["barn"]}
    before = stated.get((str(published.year - 1), "totalt"))
    if before is not None:
        table[("minskning", "totalt")] = before - table[(year, "totalt")]
    return table


def _budget(events, year):
    table = Counter()
    for _, _, appropriation in _payloads(events, "appropriation_set"):
        for line in appropriation["poster"]:
            table[(line["post"], "budget")] += Decimal(line["amount_ore"]) / 100
    for name, row in (("funds_paid", "ombudstjanster"), ("own_cost_booked", "socialstyrelsen")):
        for _, _, payload in _payloads(events, name):
            table[(row, "utfall")] += Decimal(payload["amount_ore"]) / 100
    for _, event, payload in _payloads(events, "money_returned"):
        if event["subject"] != f"anslag/{year}":
            continue  # What was claimed for this year comes back in the next.
        table[("aterbetalning", "utfall")] -= Decimal(payload["amount_ore"]) / 100
    for _, _, payload in _payloads(events, "grant_rate_set"):
        table[("per_arsanstallning", "belopp")] = Decimal(payload["rate_ore"]) / 100
    for _, _, payload in _payloads(events, "grant_decided"):
        table[("tjanster", "antal")] += Decimal(payload["posts_hundredths"]) / 100
    for column in ("budget", "utfall"):
        table[("summa", column)] = (table[("socialstyrelsen", column)]
                                    + table[("ombudstjanster", column)])
    table[("netto", "utfall")] = table[("summa", "utfall")] + table[("aterbetalning", "utfall")]
    table[("oforbrukade", "utfall")] = table[("summa", "budget")] - table[("summa", "utfall")]
    table[("tjanster_sammanfattning", "antal")] = table[("tjanster", "antal")]
    return table


def _shape(out, events, published):
    """What must hold of the files apart from the tables."""
    failures = []
    ids = [event["id"] for _, event in events]
    if len(set(ids)) != len(ids):
        failures.append("event ids repeat")
    decided = _by_kommun(events, "grant_decided")
    if decided != _by_kommun(events, "grant_paid"):
        failures.append("what was paid to the kommuner is not what was decided")
    used = Counter()
    for _, _, report in _payloads(events, "report_submitted"):
        for row in report["ekonomi"]:
            used[row["kommunkod"]] += row["anvant_ore"] + row["oanvant_ore"]
    if used != decided:
        failures.append("used and unused money do not add up to the grants")
    _check_ombud(events, published, failures)
    nodes = {node["path"] for node in json.loads((out / "nodes.json").read_text("utf-8"))}
    strangers = {node for node, _ in events} - nodes
    if strangers:
        failures.append(f"not in nodes.json: {', '.join(sorted(strangers))}")
    return failures


def _check_ombud(events, published, failures):
    if not published.ombud:
        return
    reports = [report["ombud"] for _, _, report in _payloads(events, "report_submitted")]
    sums = (sum(o["personer"] for o in reports), sum(o["heltid_hundredths"] for o in reports))
    if sums != published.ombud:
        failures.append(f"ombud: published {published.ombud}, the events give {sums}")


def _by_kommun(events, name):
    amounts = Counter()
    for _, event, payload in _payloads(events, name):
        amounts[event["subject"].split("/")[2]] += payload["amount_ore"]
    return amounts
