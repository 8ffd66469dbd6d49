#!/usr/bin/env python3
"""Turns a year's published tables into the events that would have given them.

    generate.py --data DIR --year YYYY --out OUT [--kommuner CSV] [--lan CSV]
    generate.py --check OUT --data DIR --year YYYY

Writes OUT/nodes.json and OUT/<phase>/<node with / as _>.jsonl, then reads them
back and compares every sum with the published tables. The split over kommuner
and verksamheter is synthetic and deterministic; see lagesrapport-2024/README.md.
Exit status: 0 all sums are met, 1 they are not or a table cannot be used,
2 usage.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from generator import events, figures, places, tables
from generator.check import check

HERE = Path(__file__).resolve().parent
REFERENCE = HERE / "lagesrapport-2024"


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", required=True, type=Path, help="folder of the tables")
    parser.add_argument("--year", required=True, type=int, help="bidragsår")
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--out", type=Path, help="folder to write")
    target.add_argument("--check", type=Path, help="folder written before, to compare")
    parser.add_argument("--kommuner", type=Path, help="kommunkod,kommun,lankod")
    parser.add_argument("--lan", type=Path, help="lankod,lan,lan_kort")
    options = parser.parse_args(arguments)
    if not 1000 <= options.year <= 9998:
        parser.error("--year must have four digits")
    return options


def reference(chosen, data, name):
    """The given file, else the data folder's own, else the one kept here."""
    return chosen or (data / name if (data / name).exists() else REFERENCE / name)


def write_files(out, counties, files):
    out.mkdir(parents=True, exist_ok=True)
    for phase in events.PHASES:
        shutil.rmtree(out / phase, ignore_errors=True)
    for (phase, node), lines in files.items():
        (out / phase).mkdir(exist_ok=True)
        target = out / phase / f"{node.replace('/', '_')}.jsonl"
        target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    nodes = [{"path": "se", "display_name": "Socialstyrelsen", "parent": ""}]
    for county in counties:
        nodes.append({"path": county.path, "display_name": f"Länsstyrelsen {county.lan}",
                      "parent": "se"})
        nodes += [{"path": v.path, "display_name": v.namn, "parent": county.path}
                  for v in county.verksamheter]
    text = json.dumps(nodes, ensure_ascii=False, indent=1)
    (out / "nodes.json").write_text(text + "\n", encoding="utf-8")


def generate(published, out):
    counties = [places.plan_county(row, published.year) for row in published.counties]
    shares = figures.share(published, counties)
    write_files(out, counties, events.write_year(published, counties, shares))


def report(out, published):
    """Compares and says so. Returns the exit status."""
    failures, differences = check(out, published)
    for said in differences:
        print(f"as published, not as computed: {said}")
    for said in failures:
        print(f"FAILED: {said}", file=sys.stderr)
    nodes = len(json.loads((out / "nodes.json").read_text(encoding="utf-8")))
    count = sum(len(path.read_bytes().splitlines()) for path in out.glob("*/*.jsonl"))
    print(f"{published.year}: {nodes} nodes, {count} events, "
          f"{'NOT ' if failures else ''}all sums as published")
    return 1 if failures else 0


def main(arguments=None):
    options = parse_arguments(arguments)
    try:
        published = tables.read_published(
            options.data, options.year,
            reference(options.kommuner, options.data, "kommuner.csv"),
            reference(options.lan, options.data, "lan.csv"))
        if options.out:
            generate(published, options.out)
        return report(options.out or options.check, published)
    except (tables.TableError, OSError) as error:
        print(f"generate.py: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
