"""A year made up for tests, in the form of the published tables."""

import json
from pathlib import Path

DATA = Path(__file__).resolve().parent / "lagesrapport-2024"


def made_up_tables(year):
    """Tables of another year: everything adds up and nobody is unknown; one län
    has more verksamheter than kommuner, one lost its only one, no ombud file."""
    lan = json.loads((DATA / "2024-lan.json").read_text(encoding="utf-8"))
    figures = {"01": (3, 2, 5), "17": (2, 4, 2), "09": (1, 0, 0), "13": (6, 6, 1)}
    before, now, verksamheter = (f"kommuner_med_po_{year - 1}", f"kommuner_med_po_{year}",
                                 f"verksamheter_{year}")
    rows = []
    for row in lan["rows"]:
        counts = figures.get(row["lankod"], (0, 0, 0))
        rows.append({"lan": row["lan"], "lankod": row["lankod"],
                     "kommuner_i_lanet": row["kommuner_i_lanet"], before: counts[0],
                     now: counts[1], "forandring": counts[1] - counts[0],
                     verksamheter: counts[2]})
    total = {key: sum(row[key] for row in rows)
             for key in rows[0] if key not in ("lan", "lankod")}
    return {
        f"{year}-lan.json": {"rows": rows, "stated_total": total},
        f"{year}-klienter.json": {
            "age_groups": ["18-29", "30-49", "50-64", "65+"],
            "rows": [{"kon": "man", "values": [10, 20, 30, 0], "stated_total": 60},
                     {"kon": "kvinna", "values": [11, 21, 31, 7], "stated_total": 70}],
            "stated_total": {"values": [21, 41, 61, 7], "total": 130}},
        f"{year - 1}-{year}-barn.json": {
            "rows": [{"ar": year - 1, "man": 5, "kvinna": 6, "stated_total": 11},
                     {"ar": year, "man": 4, "kvinna": 6, "stated_total": 10}]},
        f"{year}-budget.json": {
            "per_arsanstallning": 400000.5, "tjanster": 17.25,
            "rows": [{"post": "Socialstyrelsen", "budget": 1000, "utfall": 900},
                     {"post": "Ombudstjänster, statsbidrag", "budget": 7000000,
                      "utfall": 6900009}],
            "stated": {"summa_budget": 7001000, "summa_utfall": 6900909,
                       "aterbetalning": 0, "oforbrukade": 100091}},
    }
