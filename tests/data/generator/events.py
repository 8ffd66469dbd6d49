"""The events of a year, as JSON lines in the phases in which they happen.

The files of one phase may be recorded at once; a phase needs what the phases
before it recorded to have reached the node that records it.
"""

import datetime
import hashlib
import json
import uuid

PHASES = ("01-anslag", "02-register", "03-ansokan", "04-belopp", "05-beslut",
          "06-utbetalning", "07-utbetalning", "08-rapporter", "09-bokslut",
          "10-aterkrav", "11-rattelse")
SOCIALSTYRELSEN_ORGANISATIONSNUMMER = "202100-0555"
DAY_ONE = datetime.date(1970, 1, 1)


class EventWriter:
    """Numbers the events of a year and keeps them by phase and node."""

    def __init__(self, year):
        self.files = {}  # (phase, node path) -> [line]
        self._next_ms = (datetime.date(year + 1, 1, 1) - DAY_ONE).days * 86400000

    def add(self, phase, node, subject, payload, fields, **envelope):
        event = {"subject": subject, "actor": _actor(node), **envelope, payload: fields}
        event = {"id": self._event_id(event), **event}
        line = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        self.files.setdefault((phase, node), []).append(line)

    def _event_id(self, event):
        """Shaped as a UUIDv7, but fixed: the time counts up by one millisecond per
        event from the end of the year, and the random part is a digest of what
        the event says."""
        text = json.dumps(event, sort_keys=True, ensure_ascii=False)
        digest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:10], "big")
        value = (self._next_ms << 80) | digest
        value = value & ~(0xF << 76) | 0x7 << 76  # version 7
        value = value & ~(0x3 << 62) | 0x2 << 62  # variant of RFC 9562
        self._next_ms += 1
        return str(uuid.UUID(int=value))


def _actor(node):
    if node == "se":
        return {"id": "socialstyrelsen", "role": "system",
                "organisationsnummer": SOCIALSTYRELSEN_ORGANISATIONSNUMMER}
    kind = "lansstyrelsen" if node.count("/") == 1 else "verksamhet"
    return {"id": f"{kind}-{node.split('/', 1)[1].replace('/', '-')}", "role": "system"}


def write_year(published, counties, figures):
    """All events. Returns {(phase, node path): [JSON line]} in order of phase."""
    writer = EventWriter(published.year)
    _appropriation(writer, published)
    _register(writer, counties)
    _applications(writer, published, counties, figures)
    writer.add("04-belopp", "se", f"anslag/{published.year}", "grant_rate_set",
               {"rate_ore": published.budget.rate_ore})
    _decisions(writer, published, counties, figures)
    _payments(writer, published, counties, figures)
    _reports(writer, published, counties, figures)
    _closing(writer, published)
    _aterkrav(writer, published, figures)
    _correction(writer, published, figures)
    return writer.files


def _appropriation(writer, published):
    poster = [{"post": post, "amount_ore": amount}
              for post, amount in published.budget.budget_ore.items()]
    writer.add("01-anslag", "se", f"anslag/{published.year}", "appropriation_set",
               {"poster": poster})


def _days(first_day, last_day):
    return {"from": first_day, **({"to": last_day} if last_day else {})}


def _register(writer, counties):
    for county in counties:
        for verksamhet in county.verksamheter:
            writer.add("02-register", verksamhet.path, f"verksamhet/{verksamhet.path}",
                       "verksamhet_registered",
                       {"namn": verksamhet.namn, "driftsform": "kommunal_regi",
                        "huvudman": verksamhet.huvudman,
                        **_days(verksamhet.first_day, verksamhet.last_day)})


def _applications(writer, published, counties, figures):
    year = published.year
    for county in counties:
        for verksamhet in county.verksamheter:
            for assignment in verksamhet.assignments:
                writer.add("03-ansokan", county.path, f"verksamhet/{verksamhet.path}",
                           "kommun_assigned",
                           {"kommunkod": assignment.kommun.kod,
                            **_days(assignment.first_day, assignment.last_day),
                            "redovisar_ekonomi": assignment.redovisar_ekonomi})
        for i, grant in enumerate(_grants_of(county, figures)):
            day = datetime.date(year, 2, 1) + datetime.timedelta(days=i % 28)
            writer.add("03-ansokan", county.path, f"ansokan/{year}/{grant.kommun.kod}",
                       "application_received",
                       {"posts_hundredths": grant.posts_hundredths,
                        "received_on": day.isoformat()})


def _grants_of(county, figures):
    return [figures.grants[k.kod] for k in sorted(county.kommuner, key=lambda k: k.kod)]


def _decisions(writer, published, counties, figures):
    year = published.year
    for county in counties:
        own = _grants_of(county, figures)
        for grant in own:
            writer.add("05-beslut", county.path, f"bidrag/{year}/{grant.kommun.kod}",
                       "grant_decided", {"posts_hundredths": grant.posts_hundredths,
                                         "amount_ore": grant.amount_ore})
        if own:
            writer.add("05-beslut", county.path, f"rekvisition/{year}/{county.lankod}",
                       "funds_requisitioned",
                       {"posts_hundredths": sum(g.posts_hundredths for g in own),
                        "amount_ore": sum(g.amount_ore for g in own)})


def _payments(writer, published, counties, figures):
    year = published.year
    for county in counties:
        own = _grants_of(county, figures)
        if own:
            writer.add("06-utbetalning", "se", f"rekvisition/{year}/{county.lankod}",
                       "funds_paid", {"amount_ore": sum(g.amount_ore for g in own)})
    for county in counties:
        for grant in _grants_of(county, figures):
            writer.add("07-utbetalning", county.path, f"bidrag/{year}/{grant.kommun.kod}",
                       "grant_paid", {"amount_ore": grant.amount_ore})


def _reports(writer, published, counties, figures):
    for county in counties:
        for verksamhet in county.running:
            report = figures.first_report(verksamhet.path)
            writer.add("08-rapporter", verksamhet.path,
                       f"rapport/{published.year}/{verksamhet.path}", "report_submitted", {
                           "ombud": {"personer": report.personer,
                                     "heltid_hundredths": report.heltid_hundredths},
                           "klienter": _klienter(report),
                           "barn": [{"kon": kon, "antal": n} for kon, n in report.barn.items()],
                           "ekonomi": _ekonomi(verksamhet, figures)})


def _klienter(report):
    """Every printed age; of what the tables do not print, only what is there."""
    return [{"kon": kon, "alder": alder, "antal": n}
            for (kon, alder), n in report.klienter.items()
            if n > 0 or (kon != "annan" and alder != "okand")]


def _ekonomi(verksamhet, figures):
    rows = []
    for assignment in verksamhet.assignments:
        grant = figures.grants.get(assignment.kommun.kod)
        if grant and assignment.redovisar_ekonomi and not assignment.last_day:
            rows.append({"kommunkod": grant.kommun.kod,
                         "anvant_ore": grant.amount_ore - grant.unused_ore,
                         "oanvant_ore": grant.unused_ore})
    return rows


def _closing(writer, published):
    year, budget = published.year, published.budget
    phase, subject = "09-bokslut", f"anslag/{published.year}"
    writer.add(phase, "se", subject, "own_cost_booked",
               {"amount_ore": budget.outcome_ore["socialstyrelsen"]})
    if budget.returned_ore:
        writer.add(phase, "se", subject, "money_returned", {"amount_ore": budget.returned_ore})
    for table, cells in published.stated.items():
        writer.add(phase, "se", f"tabell/{year}/{table}", "table_published",
                   {"cells": [{"row": row, "column": column, "value": value}
                              for row, column, value in cells]})


def _aterkrav(writer, published, figures):
    """Claims back what the one kommun left unused; half of it is paid."""
    year = published.year
    for grant in figures.grants.values():
        if not grant.unused_ore:
            continue
        subject = f"aterkrav/{year}/{grant.kommun.kod}/1"
        writer.add("10-aterkrav", "se", subject, "aterkrav_decided",
                   {"grund": "oanvant", "amount_ore": grant.unused_ore,
                    "decided_on": f"{year + 1}-06-02",
                    "motivering": "Bidraget har delvis inte använts "
                                  "(förordning 2013:522, 15 § första stycket 2)."})
        writer.add("10-aterkrav", "se", subject, "repayment_received",
                   {"amount_ore": grant.unused_ore // 200 * 100})


def _correction(writer, published, figures):
    """Two corrections that together put one klient where it belongs."""
    correction = figures.correction
    if not correction:
        return
    path = correction.path
    final = figures.reports[path].klienter
    first = figures.first_report(path).klienter
    for kon, alder in (correction.wrong, correction.right):
        writer.add("11-rattelse", path, f"rapport/{published.year}/{path}", "report_corrected",
                   {"path": f"klienter[{kon}][{alder}].antal",
                    "old": first[(kon, alder)], "new": final[(kon, alder)]},
                   reason_code="rattelse",
                   reason="En klient hade räknats i fel åldersgrupp.")
