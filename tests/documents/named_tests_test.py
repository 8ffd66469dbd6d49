#!/usr/bin/env python3
"""Every test that a document names is one that ctest knows, and every part of one that it names is there.

    named_tests_test.py SOURCE BUILD
"""

import re
import subprocess
import sys
from pathlib import Path

DOCUMENTS = ("guarantees", "security", "performance", "operations", "limits", "errors", "authority")
NAMED = re.compile(r"`(\w+_test)`(?: \(((?:`\w+(?:\.\w+)?…?`(?:, )?)+))?")


def known_to_ctest(build):
    listed = subprocess.run(["ctest", "--test-dir", build, "-N"], check=True, capture_output=True,
                            text=True).stdout
    return set(re.findall(r"^ *Test +#\d+: (\w+)$", listed, re.MULTILINE))


def names_in(source):
    """Suites, tests, groups of trials and scenarios."""
    tests = Path(source, "tests")
    text = "\n".join(path.read_text(encoding="utf-8") for path in tests.rglob("*.cc"))
    names = set()
    for suite, test in re.findall(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", text, re.MULTILINE):
        names |= {suite, test}
    names |= set(re.findall(r"(?:INSTANTIATE_TEST_SUITE_P|_GROUP)\(\s*(\w+)", text))
    return names | {path.stem for path in Path(tests, "scenarios").glob("*.txt")}


def main(source, build):
    known, names = known_to_ctest(build), names_in(source)
    wrong = []
    count = 0
    for name in DOCUMENTS:
        path = Path(source, "docs", name + ".md")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for test, named in NAMED.findall(line):
                count += 1
                if test not in known:
                    wrong.append(f"{path.name}:{number}: ctest knows no {test}")
                for part in re.findall(r"`(\w+)", named):
                    if not any(each.startswith(part) for each in names):
                        wrong.append(f"{path.name}:{number}: {test} has no {part}")
    print("\n".join(wrong) or f"{count} tests are named, and known")
    return 1 if wrong or count < 50 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
