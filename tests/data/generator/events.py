"""The events of a year, as JSON lines in the phases in which they happen.

The files of one phase may be recorded at once; a phase needs what the phases
before it recorded to have reached the node that records it.
"""

import datetime
import hashlib
import json
import uuid

PHASES = ("01-anslag", "02-register", "03-ansokan", "04-belopp", "05-beslut",
          "06-utbetalning", "07-utbetalning", "08-rapporter",
          "09-komplettering", "10-svar", "11-granskning", "12-bokslut", "13-aterkrav",
          "14-rattelse")
SECOND_FORM_FROM = 2025  # The bidragsår (services/domain/form/form_version.h).
SOCIALSTYRELSEN_ORGANISATIONSNUMMER = "202100-0555"
DAY_ONE = datetime.date(1970, 1, 1)


class EventWriter:
    """Numbers the events of a year and keeps them by phase and node."""

    def __init__(self, year):
        self.files = {}  # (phase, node path) -> [line]
        self._next_ms = (datetime.date(year + 1, 1, 1) - DAY_ONE).days * 86400000

    def add(self, phase, node, subject, payload, fields, **envelope):
        """Returns the event's id."""
        event = {"subject": subject, "actor": _actor(node, payload), **envelope, payload: fields}
        event = {"id": self._event_id(event), **event}
        line = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        self.files.setdefault((phase, node), []).append(line)
        return event["id"]

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


# What a person does, and no system (docs/authority.md).
BY_PERSONS = ("grant_rate_set", "grant_decided", "funds_requisitioned", "county_account_submitted",
              "completion_requested", "report_reviewed", "aterkrav_opened", "communication_sent", "aterkrav_decided",
              "aterkrav_closed")


def _actor(node, payload):
    role = "handlaggare" if payload in BY_PERSONS else "system"
    if node == "se":
        return {"id": "socialstyrelsen", "role": role,
                "organisationsnummer": SOCIALSTYRELSEN_ORGANISATIONSNUMMER}
    kind = "lansstyrelsen" if node.count("/") == 1 else "verksamhet"
    return {"id": f"{kind}-{node.split('/', 1)[1].replace('/', '-')}", "role": role}


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
    _completion(writer, published, counties)
    _reviews(writer, published, counties)
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
        _account(writer, year, county, _grants_of(county, figures))


def _account(writer, year, county, grants):
    """What the county tells the nation: last year's account, of which the published
    tables say nothing, as if it had been like this year, and the applications."""
    if not grants:
        return
    amount_ore = sum(g.amount_ore for g in grants)
    writer.add("03-ansokan", county.path, f"lansrapport/{year - 1}/{county.lankod}",
               "county_account_submitted",
               {"submitted_on": f"{year}-02-28", "utbetalt_ore": amount_ore,
                "anvant_ore": amount_ore, "oanvant_ore": 0,
                "plan": "Nätverksträffar och besök hos verksamheterna."})
    writer.add("03-ansokan", county.path, f"rekvisition/{year}/{county.lankod}",
               "applications_summed",
               {"posts_hundredths": sum(g.posts_hundredths for g in grants),
                "kommuner": len(grants)})


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
            fields = {"ombud": {"personer": report.personer,
                                "heltid_hundredths": report.heltid_hundredths},
                      "klienter": _klienter(report),
                      "barn": [{"kon": kon, "antal": n} for kon, n in report.barn.items()],
                      "ekonomi": _ekonomi(verksamhet, figures)}
            envelope = {}
            if published.year >= SECOND_FORM_FROM:
                fields = _second_form(fields)
                envelope = {"form_version": 2}
            writer.add("08-rapporter", verksamhet.path,
                       f"rapport/{published.year}/{verksamhet.path}", "report_submitted", fields,
                       **envelope)


def _second_form(fields):
    """What the form asks for from 2025 on and no table prints."""
    ombud = {**fields["ombud"], "kvinnor": 0,
             "tjanster_i_bidraget_hundredths": fields["ombud"]["heltid_hundredths"]}
    klienter = sum(row["antal"] for row in fields["klienter"])
    parter = ("kommun", "primarvard", "psykiatri", "arbetsformedlingen", "forsakringskassan",
              "brukarorganisationer")
    return {**fields, "ombud": ombud,
            "klientrorelse": {"nya": klienter, "kvarstaende": 0, "avslutade": 0},
            "barn_definition": "bor_helt_eller_delvis",
            "ko": {"finns": False}, "prioritering": {"finns": True},
            "handledning": {"svar": "erbjuden"}, "rutin_for_brister": True,
            "ledningsgrupp": {"parter": [{"part": part, "deltar": True} for part in parter]}}


def _completion(writer, published, counties):
    """One county asks a verksamhet for what its report lacks; it answers at its own node."""
    county = next(county for county in counties if county.running)
    path = county.running[0].path
    subject = f"rapport/{published.year}/{path}"
    begaran = writer.add("09-komplettering", county.path, subject, "completion_requested",
                         {"fraga": "Varför har ledningsgruppen inte träffats?",
                          "answer_by": f"{published.year + 1}-02-03"})
    writer.add("10-svar", path, subject, "completion_answered",
               {"begaran": begaran, "svar": "Två möten ställdes in; de hålls i mars."})


def _reviews(writer, published, counties):
    """Every report is reviewed by its county and passed on."""
    year = published.year
    for county in counties:
        for verksamhet in county.running:
            subject = f"rapport/{year}/{verksamhet.path}"
            writer.add("11-granskning", county.path, subject, "report_reviewed",
                       {"utfall": "godkand", "reviewed_on": f"{year + 1}-02-12"})
            writer.add("11-granskning", county.path, subject, "report_forwarded",
                       {"forwarded_on": f"{year + 1}-02-20"})


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
    phase, subject = "12-bokslut", f"anslag/{published.year}"
    writer.add(phase, "se", subject, "own_cost_booked",
               {"amount_ore": budget.outcome_ore["socialstyrelsen"]})
    if budget.returned_ore:
        writer.add(phase, "se", subject, "money_returned", {"amount_ore": budget.returned_ore})
    for table, cells in published.stated.items():
        writer.add(phase, "se", f"tabell/{year}/{table}", "table_published",
                   {"cells": [{"row": row, "column": column, "value": value}
                              for row, column, value in cells]})


def _aterkrav(writer, published, figures):
    """Claims back what the one kommun left unused, from inquiry to closing; it is
    paid in two parts, which return to the appropriation."""
    for grant in figures.grants.values():
        if grant.unused_ore:
            _case(writer, published.year, f"aterkrav/{published.year}/{grant.kommun.kod}/1",
                  grant.unused_ore)


def _case(writer, year, subject, amount_ore):
    def add(payload, fields, about=subject):
        writer.add("13-aterkrav", "se", about, payload, fields)

    add("aterkrav_opened", {"grund": "oanvant", "opened_on": f"{year + 1}-05-19",
                            "amount_ore": amount_ore})
    add("communication_sent",
        {"sent_on": f"{year + 1}-05-20", "answer_by": f"{year + 1}-06-10",
         "material": [{"log": "se@1", "index": 0, "beskrivning": "Anslaget för året"}],
         "skrivelse": "Socialstyrelsen överväger att kräva tillbaka oanvända medel."})
    add("statement_received", {"received_on": f"{year + 1}-05-30",
                               "yttrande": "Kommunen har inget att invända."})
    add("aterkrav_decided",
        {"grund": "oanvant", "amount_ore": amount_ore, "decided_on": f"{year + 1}-06-02",
         "motivering": "Bidraget har delvis inte använts "
                       "(förordning 2013:522, 15 § första stycket 2).",
         "utfall": "helt",
         "beslutsfattare": [{"id": "socialstyrelsen", "befattning": "enhetschef"}]})
    half_ore = amount_ore // 200 * 100
    for part_ore in (half_ore, amount_ore - half_ore):
        if part_ore:
            add("repayment_received", {"amount_ore": part_ore})
    add("money_returned", {"amount_ore": amount_ore, "aterkrav": subject}, f"anslag/{year + 1}")
    add("aterkrav_closed", {"grund": "betalt", "closed_on": f"{year + 1}-07-01"})


def _correction(writer, published, figures):
    """Two corrections that together put one klient where it belongs."""
    correction = figures.correction
    if not correction:
        return
    path = correction.path
    final = figures.reports[path].klienter
    first = figures.first_report(path).klienter
    for kon, alder in (correction.wrong, correction.right):
        writer.add("14-rattelse", path, f"rapport/{published.year}/{path}", "report_corrected",
                   {"path": f"klienter[{kon}][{alder}].antal",
                    "old": first[(kon, alder)], "new": final[(kon, alder)]},
                   reason_code="rattelse",
                   reason="En klient hade räknats i fel åldersgrupp.")
