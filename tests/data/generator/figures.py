"""Every verksamhet's and kommun's share of the published figures."""

import copy
from dataclasses import dataclass

from .places import split_over
from .split import at_least_one, grants, largest_remainder, order_of


@dataclass(frozen=True)
class Grant:
    kommun: object  # tables.Kommun
    posts_hundredths: int
    amount_ore: int
    unused_ore: int


@dataclass
class Report:
    personer: int
    heltid_hundredths: int
    klienter: dict  # (kon, alder) -> antal
    barn: dict  # kon -> antal


@dataclass(frozen=True)
class Correction:
    """One klient was first counted in `wrong` and belongs in `right`."""
    path: str
    wrong: tuple  # (kon, alder)
    right: tuple


@dataclass
class Figures:
    grants: dict  # kommunkod -> Grant
    reports: dict  # path -> Report, as it stands in the end
    correction: Correction  # or None, where nobody has a klient to move

    def first_report(self, path):
        """The report of a verksamhet as it was first submitted."""
        report = copy.deepcopy(self.reports[path])
        if self.correction and self.correction.path == path:
            report.klienter[self.correction.wrong] += 1
            report.klienter[self.correction.right] -= 1
        return report


def share(published, counties):
    """All shares. They add up to what `published` states."""
    granted = _grants(published, counties)
    reports = _reports(published, counties, granted)
    return Figures(granted, reports, _correction(published.year, reports))


def _grants(published, counties):
    budget = published.budget
    kommuner = sorted((k for c in counties for k in c.kommuner), key=lambda k: k.kod)
    posts = at_least_one(budget.posts_hundredths, [k.weight for k in kommuner],
                         (published.year, "tjanster"))
    amounts = grants(posts, budget.rate_ore, budget.outcome_ore["ombudstjanster"])
    unused = _kommun_with_unused(published.year, kommuner, amounts)
    return {
        kommun.kod: Grant(kommun, post, amount,
                          amount // 1000 * 100 if kommun.kod == unused else 0)
        for kommun, post, amount in zip(kommuner, posts, amounts)
    }


def _kommun_with_unused(year, kommuner, amounts):
    """The one kommun that is said to have left a tenth of its grant unused, so
    that an återkrav has a ground. Made up: chosen by a digest, no report says so."""
    able = [k.kod for k, amount in zip(kommuner, amounts) if amount >= 100000]
    return min(able, key=lambda kod: order_of(year, "oanvant", kod), default=None)


def _reports(published, counties, granted):
    year = published.year
    running = [v for c in counties for v in c.running]
    cells = {cell: split_over(total, counties, (year, "klienter", *cell))
             for cell, total in published.klienter.items()}
    barn = {kon: _barn(published, cells, running, kon) for kon in published.barn}
    personer, heltid = _ombud(published, counties, running, granted)
    return {
        v.path: Report(
            personer[v.path],
            heltid[v.path],
            {cell: parts[v.path] for cell, parts in cells.items()},
            {kon: parts[v.path] for kon, parts in barn.items()})
        for v in running
    }


def _barn(published, cells, running, kon):
    """Klienter with barn in proportion to the klienter of that kön, so that no
    report has more of them than klienter."""
    klienter = [sum(parts[v.path] for cell, parts in cells.items() if cell[0] == kon)
                for v in running]
    shares = largest_remainder(published.barn[kon], klienter, (published.year, "barn", kon))
    return dict(zip((v.path for v in running), shares))


def _ombud(published, counties, running, granted):
    """Persons first, then full-time equivalents in proportion to the persons.
    Where the year's ombud are not published, the granted posts stand for them."""
    if published.ombud:
        personer_total, heltid_total = published.ombud
    else:
        heltid_total = published.budget.posts_hundredths
        personer_total = max(-(-heltid_total // 100), len(running))
    paths = [v.path for v in running]
    personer = at_least_one(personer_total, [v.weight for v in running],
                            (published.year, "ombud"))
    heltid = largest_remainder(heltid_total, personer, (published.year, "heltid"))
    return dict(zip(paths, personer)), dict(zip(paths, heltid))


def _correction(year, reports):
    """One klient, moved between two ages of one report. Made up, as above."""
    for path in sorted(reports, key=lambda path: order_of(year, "rattelse", path)):
        klienter = reports[path].klienter
        filled = sorted(cell for cell, n in klienter.items() if n > 0 and cell[1] != "okand")
        for right in filled:
            for wrong in sorted(klienter):
                if wrong[0] == right[0] and wrong[1] not in (right[1], "okand"):
                    return Correction(path, wrong, right)
    return None
