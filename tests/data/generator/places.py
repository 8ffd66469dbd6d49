"""Which kommuner have PO, and which verksamhet serves them.

How many there are per län is published; which they are is not, so the choice is
synthetic: the largest first (Kommun.weight), as few changes as the figures allow.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from .split import largest_remainder

TRANSLITERATED = str.maketrans("åäöéü", "aaoeu")


@dataclass
class Assignment:
    kommun: object  # tables.Kommun
    first_day: str
    last_day: str  # empty while it goes on
    redovisar_ekonomi: bool


@dataclass
class Verksamhet:
    path: str
    namn: str
    huvudman: str
    first_day: str
    last_day: str  # empty while it goes on
    assignments: list = field(default_factory=list)
    weight: Fraction = Fraction(0)

    @property
    def file(self):
        return self.path.replace("/", "_")


@dataclass
class County:
    lankod: str
    lan: str
    verksamheter: list
    kommuner: list  # those with PO in the year, largest first

    @property
    def path(self):
        return f"se/{self.lankod}"

    @property
    def running(self):
        return [v for v in self.verksamheter if not v.last_day]


def plan_county(row, year):
    """The län of one published row (tables.CountyRow), with its verksamheter."""
    ranked = sorted(row.kommuner, key=lambda kommun: (-kommun.weight, kommun.kod))
    county = County(row.lankod, row.lan, [], ranked[:row.med_po])
    groups = _groups(county.kommuner, row.verksamheter)
    slugs = _slugs(row.lan, groups)
    before = set(kommun.kod for kommun in ranked[:row.med_po_before])
    earlier, first = f"{year - 1}-01-01", f"{year}-01-01"
    owners = {}
    for group, slug in zip(groups, slugs):
        assignments = []
        for kommun in group:
            start = earlier if kommun.kod in before else first
            owner = owners.setdefault(kommun.kod, slug)
            assignments.append(Assignment(kommun, start, "", owner == slug))
        name = row.lan if len(groups) == 1 else group[0].namn
        county.verksamheter.append(Verksamhet(
            f"{county.path}/{slug}", f"Personligt ombud {name}", group[0].kod,
            min(a.first_day for a in assignments), "", assignments))
    _share_weights(county)
    _add_ended(county, ranked[row.med_po:row.med_po_before], earlier, f"{year - 1}-12-31")
    return county


def _groups(kommuner, count):
    """`count` groups that cover the kommuner: one seat each for the largest, the
    others dealt round in order of code. More groups than kommuner: the kommuner
    again from the first, so that several verksamheter serve one."""
    if count == 0:
        return []
    if count > len(kommuner):
        return [[kommuner[i % len(kommuner)]] for i in range(count)]
    groups = [[kommun] for kommun in kommuner[:count]]
    rest = sorted(kommuner[count:], key=lambda kommun: kommun.kod)
    for i, kommun in enumerate(rest):
        groups[i % count].append(kommun)
    return groups


def slug_of(name):
    """A path segment: [a-z0-9-], at most 40."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower().translate(TRANSLITERATED))
    return plain.strip("-")[:36].strip("-")


def _slugs(lan, groups):
    """One per group, unique in the län: the län's name where one verksamhet
    serves all of it, else the name of the group's first kommun."""
    if len(groups) == 1:
        return [slug_of(lan)]
    slugs = []
    for group in groups:
        slug, n = slug_of(group[0].namn), 2
        while slug in slugs:
            slug, n = f"{slug_of(group[0].namn)}-{n}", n + 1
        slugs.append(slug)
    return slugs


def _share_weights(county):
    """A kommun's weight, in equal parts on the verksamheter that serve it."""
    serving = {}
    for verksamhet in county.verksamheter:
        for assignment in verksamhet.assignments:
            serving.setdefault(assignment.kommun.kod, []).append((verksamhet, assignment.kommun))
    for pairs in serving.values():
        for verksamhet, kommun in pairs:
            verksamhet.weight += Fraction(kommun.weight, len(pairs))


def _add_ended(county, lost, first_day, last_day):
    """Kommuner that had PO the year before and no longer: with a verksamhet that
    goes on, or, where the län has none, with one that ended."""
    if not lost:
        return
    if not county.verksamheter:
        county.verksamheter.append(Verksamhet(
            f"{county.path}/{slug_of(county.lan)}", f"Personligt ombud {county.lan}",
            lost[0].kod, first_day, last_day))
    homes = county.verksamheter
    for i, kommun in enumerate(lost):
        home = homes[i % len(homes)]
        home.first_day = min(home.first_day, first_day)
        home.assignments.append(Assignment(kommun, first_day, last_day, True))


def split_over(total, counties, key):
    """`total` over the running verksamheter of all counties, first by county,
    then by verksamhet. Returns {path: part}."""
    parts = {}
    by_county = largest_remainder(total, [sum(v.weight for v in c.running) for c in counties],
                                  (*key, "lan"))
    for county, part in zip(counties, by_county):
        running = county.running
        if running:
            shares = largest_remainder(part, [v.weight for v in running], (*key, county.lankod))
            parts.update(zip((v.path for v in running), shares))
    return parts
