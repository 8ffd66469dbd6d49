"""The published tables of one year, read and checked: what was printed.

Nothing here knows a year or a figure. A table that contradicts itself is kept
as printed; only what cannot be read at all is refused, with the file named.
"""

import csv
import json
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

AGES = ("18-29", "30-49", "50-64", "65+", "okand")
KON = ("man", "kvinna", "annan")


class TableError(Exception):
    """The published tables cannot be used; the message names file and field."""


@dataclass(frozen=True)
class Kommun:
    kod: str
    namn: str

    @property
    def weight(self):
        """A stand-in for size, as the tables hold no population. SCB's codes end
        in 80 for a län's first stad and in 81-99 for the other former städer."""
        if self.kod.endswith("80"):
            return 6
        return 2 if self.kod[2] in "89" else 1


@dataclass(frozen=True)
class CountyRow:
    lankod: str
    lan: str
    kommuner: tuple  # of Kommun, all in the län, by code
    med_po_before: int
    med_po: int
    verksamheter: int


@dataclass(frozen=True)
class Budget:
    rate_ore: int
    posts_hundredths: int
    budget_ore: dict  # by anslagspost
    outcome_ore: dict  # by anslagspost
    returned_ore: int


@dataclass
class Published:
    year: int
    counties: list
    klienter: dict  # (kon, alder) -> antal
    barn: dict  # kon -> antal
    budget: Budget
    ombud: tuple  # (personer, heltid_hundredths), or None where not published
    stated: dict = field(default_factory=dict)  # table -> [(row, column, text)]


def read_published(data, year, kommuner_csv, lan_csv):
    """All tables of `year` below `data`. Raises TableError."""
    lan_doc = _load(data / f"{year}-lan.json")
    klient_doc = _load(data / f"{year}-klienter.json")
    budget_doc = _load(data / f"{year}-budget.json")
    barn_doc = _barn_document(data, year)
    ombud_path = data / f"{year}-ombud.json"
    published = Published(
        year=year,
        counties=_counties(lan_doc, year, kommuner_csv, lan_csv),
        klienter=_klienter(klient_doc),
        barn=_barn(barn_doc, year),
        budget=_budget(budget_doc),
        ombud=_ombud(_load(ombud_path)) if ombud_path.exists() else None,
    )
    published.stated = {
        "kommuner": _stated_kommuner(lan_doc, year),
        "klienter": _stated_klienter(klient_doc),
        "barn": _stated_barn(barn_doc),
        "budget": _stated_budget(budget_doc),
    }
    return published


def hundredths(value, where):
    """A decimal number, or its text, as whole hundredths: kronor to öre too."""
    try:
        scaled = Decimal(str(value)) * 100
    except InvalidOperation:
        raise TableError(f"{where}: {value!r} is not a number") from None
    if scaled != scaled.to_integral_value():
        raise TableError(f"{where}: {value} has more than two decimals")
    return int(scaled)


def printed(value):
    """A figure as text with a decimal point, as the table printed it."""
    return str(value).replace(",", ".").replace("\u2212", "-")


def _load(path):
    try:
        doc = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise TableError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise TableError(f"{path}: not JSON: {error}") from None
    doc["path"] = str(path)
    return doc


def _need(row, key, where):
    if row.get(key) is None:
        raise TableError(f"{where}: no '{key}'")
    return row[key]


def _count(row, key, where):
    value = _need(row, key, where)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TableError(f"{where}: '{key}' is {value!r}, not a count")
    return value


def _read_csv(path, columns):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise TableError(f"{path}: {error.strerror}") from None
    if not rows or any(column not in rows[0] for column in columns):
        raise TableError(f"{path}: needs the columns {', '.join(columns)}")
    return rows


def _counties(doc, year, kommuner_csv, lan_csv):
    kommuner = {}
    for row in _read_csv(kommuner_csv, ("kommunkod", "kommun", "lankod")):
        kommuner.setdefault(row["lankod"], []).append(Kommun(row["kommunkod"], row["kommun"]))
    rows = {row.get("lankod"): row for row in _need(doc, "rows", doc["path"])}
    counties = []
    for lan in _read_csv(lan_csv, ("lankod", "lan_kort")):
        kod = lan["lankod"]
        where = f"{doc['path']}: län {kod}"
        row = rows.pop(kod, None)
        if row is None:
            raise TableError(f"{where}: no row")
        county = CountyRow(
            lankod=kod,
            lan=lan["lan_kort"],
            kommuner=tuple(sorted(kommuner.get(kod, []), key=lambda kommun: kommun.kod)),
            med_po_before=_count(row, f"kommuner_med_po_{year - 1}", where),
            med_po=_count(row, f"kommuner_med_po_{year}", where),
            verksamheter=_count(row, f"verksamheter_{year}", where),
        )
        _check_county(county, row, where)
        counties.append(county)
    if rows:
        raise TableError(f"{doc['path']}: unknown lankod {', '.join(map(str, rows))}")
    return counties


def _check_county(county, row, where):
    listed = len(county.kommuner)
    if _count(row, "kommuner_i_lanet", where) != listed:
        raise TableError(f"{where}: kommuner_i_lanet is {row['kommuner_i_lanet']}, "
                         f"the list of kommuner has {listed}")
    if max(county.med_po, county.med_po_before) > listed:
        raise TableError(f"{where}: more kommuner with PO than the län has")
    if (county.med_po == 0) != (county.verksamheter == 0):
        raise TableError(f"{where}: {county.med_po} kommuner with PO but "
                         f"{county.verksamheter} verksamheter")


def _klienter(doc):
    """Cells as printed, and what only the totals show: a row's total beyond its
    ages is of that kön and unknown age; a total beyond the rows is annan, of the
    age whose column shows it, else of unknown age. Where a row for annan is
    printed there is no room for such a rest: the table contradicts itself."""
    ages = doc["age_groups"]
    if any(age not in AGES for age in ages):
        raise TableError(f"{doc['path']}: age_groups must be among {', '.join(AGES)}")
    cells = {}
    for row in doc["rows"]:
        if row.get("kon") not in KON or len(row["values"]) != len(ages):
            raise TableError(f"{doc['path']}: row {row.get('kon')!r}: kon or values")
        for age, value in zip(ages, row["values"]):
            cells[(row["kon"], age)] = value
        _add_rest(cells, (row["kon"], "okand"), row.get("stated_total"), sum(row["values"]))
    if any(row["kon"] == "annan" for row in doc["rows"]):
        return cells
    total = doc.get("stated_total", {})
    for age, value in zip(ages, total.get("values", [])):
        shown = sum(n for (_, cell_age), n in cells.items() if cell_age == age)
        _add_rest(cells, ("annan", age), value, shown)
    _add_rest(cells, ("annan", "okand"), total.get("total"), sum(cells.values()))
    return cells


def _add_rest(cells, cell, stated, shown):
    if stated is not None and stated > shown:
        cells[cell] = cells.get(cell, 0) + stated - shown


def _barn_document(data, year):
    """The *-barn.json with a row for the year; the one that ends with it first."""
    found = []
    for path in sorted(data.glob("*-barn.json")):
        doc = _load(path)
        years = [row.get("ar") for row in doc.get("rows", [])]
        if year in years:
            found.append((max(years) != year, str(path), doc))
    if not found:
        raise TableError(f"{data}: no *-barn.json has a row with \"ar\": {year}")
    return min(found, key=lambda entry: entry[:2])[2]


def _barn(doc, year):
    row = next(row for row in doc["rows"] if row["ar"] == year)
    cells = {kon: row[kon] for kon in KON if kon in row}
    _add_rest(cells, "annan", row.get("stated_total"), sum(cells.values()))
    return cells


def _anslagspost(name, where):
    if name.startswith("Socialstyrelsen"):
        return "socialstyrelsen"
    if name.startswith("Ombudstjänster"):
        return "ombudstjanster"
    raise TableError(f"{where}: unknown post {name!r}")


def _budget(doc):
    where = doc["path"]
    budget, outcome = {}, {}
    for row in doc["rows"]:
        post = _anslagspost(row["post"], where)
        budget[post] = hundredths(_need(row, "budget", where), where)
        outcome[post] = hundredths(_need(row, "utfall", where), where)
    if set(budget) != {"socialstyrelsen", "ombudstjanster"}:
        raise TableError(f"{where}: needs the posts Socialstyrelsen and Ombudstjänster")
    return Budget(
        rate_ore=hundredths(_need(doc, "per_arsanstallning", where), where),
        posts_hundredths=hundredths(_need(doc, "tjanster", where), where),
        budget_ore=budget,
        outcome_ore=outcome,
        returned_ore=abs(hundredths(doc.get("stated", {}).get("aterbetalning", 0), where)),
    )


def _ombud(doc):
    where = doc["path"]
    return (_count(doc, "ombud", where),
            hundredths(_need(doc, "heltidsanstallningar", where), where))


def _cells(pairs):
    return [(row, column, printed(value)) for row, column, value in pairs if value is not None]


def _stated_kommuner(doc, year):
    columns = (
        ("kommuner_i_lanet", "kommuner_i_lanet"),
        (f"kommuner_med_po_{year - 1}", "kommuner_med_po_foregaende"),
        (f"kommuner_med_po_{year}", "kommuner_med_po"),
        ("forandring", "forandring"),
        (f"verksamheter_{year}", "verksamheter"),
    )
    rows = [(row["lankod"], row) for row in sorted(doc["rows"], key=lambda row: row["lankod"])]
    rows.append(("totalt", doc.get("stated_total", {})))
    return _cells((name, column, row.get(key)) for name, row in rows for key, column in columns)


def _stated_klienter(doc):
    pairs = []
    for row in doc["rows"]:
        pairs += [(row["kon"], age, value) for age, value in zip(doc["age_groups"], row["values"])]
        pairs.append((row["kon"], "totalt", row.get("stated_total")))
    total = doc.get("stated_total", {})
    pairs += [("totalt", age, v) for age, v in zip(doc["age_groups"], total.get("values", []))]
    pairs.append(("totalt", "totalt", total.get("total")))
    return _cells(pairs)


def _stated_barn(doc):
    pairs = []
    for row in doc["rows"]:
        columns = [(kon, row.get(kon)) for kon in KON]
        columns += [("totalt", row.get("stated_total")), ("andel", row.get("stated_andel"))]
        pairs += [(str(row["ar"]), column, value) for column, value in columns]
    pairs.append(("minskning", "totalt", doc.get("text", {}).get("stated_decrease")))
    return _cells(pairs)


def _stated_budget(doc):
    stated = doc.get("stated", {})
    pairs = []
    for row in doc["rows"]:
        post = _anslagspost(row["post"], doc["path"])
        pairs += [(post, "budget", row["budget"]), (post, "utfall", row["utfall"])]
    pairs += [
        ("summa", "budget", stated.get("summa_budget")),
        ("summa", "utfall", stated.get("summa_utfall")),
        ("aterbetalning", "utfall", stated.get("aterbetalning")),
        ("netto", "utfall", stated.get("netto_efter_aterbetalning")),
        ("oforbrukade", "utfall", stated.get("oforbrukade")),
        ("per_arsanstallning", "belopp", doc["per_arsanstallning"]),
        ("tjanster", "antal", doc["tjanster"]),
        ("tjanster_sammanfattning", "antal", doc.get("tjanster_sammanfattning")),
    ]
    return _cells(pairs)
