#!/usr/bin/env python3
"""Plants one bug at a time and asks whether a test notices.

  tests/mutants/mutants.py [--check] [--only ID,ID] [--folder NAME] [--work DIR] [--seconds N] [--no-baseline]

  --check        only whether every mutant's old text stands exactly once in its file; builds nothing
  --only         these mutants, in this order
  --folder       those of one list: tests/mutants/lists/NAME.txt
  --work         where the copy of the tree is kept and built; default: build/mutants
  --seconds      how long one test command may take; default: 120
  --no-baseline  does not run the tests on the unchanged copy first
  --all-at-once  plants all of them together, those that exclude each other left out, and runs every test named

The tree of the user is only read. Exit status: 0 all killed (or, with --check, none stale), 1 not, 2 usage.
"""
import argparse
import filecmp
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD_SECONDS = 1800


@dataclass
class Mutant:
    id: str
    file: str
    list: str
    what: str = ""
    old: list = field(default_factory=list)
    new: list = field(default_factory=list)
    runs: list = field(default_factory=list)   # (program, gtest filter)
    ctests: list = field(default_factory=list)
    builds: list = field(default_factory=list)

    @property
    def old_text(self):
        return "\n".join(self.old)

    @property
    def new_text(self):
        return "\n".join(self.new)

    def targets(self):
        return sorted({program for program, _ in self.runs} | set(self.builds))


class ListError(Exception):
    pass


def parse(text, name):
    """The mutants of one list; README.md has the form."""
    mutants = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if word == "mutant":
            parts = rest.split()
            if len(parts) != 2:
                raise ListError(f"{name}:{number}: expected 'mutant ID FILE'")
            mutants.append(Mutant(parts[0], parts[1], name))
            continue
        if not mutants:
            raise ListError(f"{name}:{number}: no mutant begins before this line")
        last = mutants[-1]
        if word == "what":
            last.what = rest
        elif word == "-":
            last.old.append(rest)
        elif word == "+":
            last.new.append(rest)
        elif word == "run":
            program, _, tests = rest.partition(" ")
            last.runs.append((program, tests.strip()))
        elif word == "ctest":
            last.ctests.append(rest.strip())
        elif word == "build":
            last.builds += rest.split()
        else:
            raise ListError(f"{name}:{number}: '{word}' is no word of a mutant")
    for one in mutants:
        if not one.what or not one.old or not (one.runs or one.ctests):
            raise ListError(f"{name}: {one.id} lacks a 'what', a '-' or a test")
        if one.old == one.new:
            raise ListError(f"{name}: {one.id} changes nothing")
    return mutants


def read_lists(folder=None):
    mutants = []
    for path in sorted((HERE / "lists").glob("*.txt")):
        if folder is None or path.stem == folder:
            mutants += parse(path.read_text(encoding="utf-8"), path.stem)
    seen = set()
    for one in mutants:
        if one.id in seen:
            raise ListError(f"{one.id} stands twice")
        seen.add(one.id)
    return mutants


def stale(one, root=ROOT):
    """Why the mutant cannot be planted; None if it can."""
    path = root / one.file
    if not path.is_file():
        return f"{one.file} is not there"
    count = path.read_text(encoding="utf-8").count(one.old_text)
    return None if count == 1 else f"its old text stands {count} times in {one.file}"


def copy_tree(work):
    """Brings the copy up to date, and touches nothing in it that is the same."""
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                           check=True, capture_output=True).stdout.decode().split("\0")
    wanted = {name for name in names if name and (ROOT / name).is_file()}
    for name in wanted:
        source, target = ROOT / name, work / name
        if target.is_file() and filecmp.cmp(source, target, shallow=False):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    for path in sorted(work.rglob("*")):
        relative = path.relative_to(work)
        if path.is_file() and relative.parts[0] != "build" and str(relative) not in wanted:
            path.unlink()


def run(command, cwd, seconds):
    """The exit status, and what was said; None as the status after so many seconds."""
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", start_new_session=True) as process:
        try:
            said, _ = process.communicate(timeout=seconds)
            return process.returncode, said
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # Its own group: it and its children.
            said, _ = process.communicate()
            return None, said
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise


def build(work, targets, keep_log):
    status, said = run(["ninja", "-C", "build/ci", *targets], work, BUILD_SECONDS)
    if status != 0:
        keep_log("build", said)
    return status == 0


def commands(one):
    for program, tests in one.runs:
        yield program, [f"build/ci/bin/{program}", "--gtest_brief=1"] + ([f"--gtest_filter={tests}"] if tests else [])
    for name in one.ctests:
        yield name, ["ctest", "--test-dir", "build/ci", "--output-on-failure", "-R", f"^{name}$"]


def failed_test(said):
    for line in said.splitlines():
        if "FAILED  ]" in line or "DIED   ]" in line:
            return line.split("]", 1)[1].split("(")[0].split(",")[0].strip()
    return ""


def ran_nothing(said):
    return "Running 0 tests" in said or "0 tests from 0 test suites ran" in said or "No tests were found" in said


def ask(one, work, seconds, keep_log):
    """What became of the mutant, and the words for the table."""
    why = stale(one, work)
    if why:
        return "stale", why
    path = work / one.file
    clean = path.read_text(encoding="utf-8")
    path.write_text(clean.replace(one.old_text, one.new_text), encoding="utf-8")
    try:
        if not build(work, one.targets(), keep_log):
            return "did not compile", ""
        for name, command in commands(one):
            status, said = run(command, work, seconds)
            if status is None:
                return "killed", f"{name}: not done after {seconds} s"
            if status == 0 and ran_nothing(said):
                return "runs no test", name
            if status != 0:
                return "killed", failed_test(said) or f"{name}: exit status {status}"
        return "SURVIVED", ""
    finally:
        path.write_text(clean, encoding="utf-8")


def baseline(mutants, work, seconds, keep_log):
    """Whether every test that is to notice passes as long as there is nothing to notice."""
    if not build(work, sorted({target for one in mutants for target in one.targets()}), keep_log):
        print("the unchanged tree does not build")
        return False
    good = True
    asked = {tuple(command): name for one in mutants for name, command in commands(one)}
    for command, name in sorted(asked.items()):
        status, said = run(list(command), work, seconds)
        if status != 0 or ran_nothing(said):
            print(f"on the unchanged tree: {' '.join(command)}: "
                  f"{'runs no test' if status == 0 else f'exit status {status}'} {failed_test(said)}")
            keep_log("baseline-" + name, said)
            good = False
    return good


def plant_together(mutants, work, seconds, keep_log):
    """All at once: how many of the test programs notice."""
    touched = {}
    planted = []
    for one in mutants:
        path = work / one.file
        touched.setdefault(path, path.read_text(encoding="utf-8"))
        if stale(one, work) is None:
            path.write_text(path.read_text(encoding="utf-8").replace(one.old_text, one.new_text), encoding="utf-8")
            planted.append(one)
    try:
        if not build(work, sorted({target for one in planted for target in one.targets()}), keep_log):
            print(f"{len(planted)} planted together: did not compile")
            return False
        programs = sorted({program for one in planted for program, _ in one.runs})
        noticed = [name for name in programs if run([f"build/ci/bin/{name}"], work, seconds * 5)[0] != 0]
        print(f"{len(planted)} planted together: {len(noticed)} of {len(programs)} test programs fail: {', '.join(noticed)}")
        return len(noticed) > 0
    finally:
        for path, clean in touched.items():
            path.write_text(clean, encoding="utf-8")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--folder")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build" / "mutants")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--no-baseline", action="store_true")
    parser.add_argument("--all-at-once", action="store_true")
    return parser.parse_args()


def check(mutants):
    bad = [(one, why) for one in mutants if (why := stale(one))]
    for one, why in bad:
        print(f"{one.id}: stale: {why}")
    print(f"{len(mutants)} mutants, {len(bad)} stale")
    return 1 if bad else 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # So that the copy is as it was.
    options = arguments()
    mutants = read_lists(options.folder)
    if options.only:
        by_id = {one.id: one for one in mutants}
        mutants = [by_id[name] for name in options.only.split(",") if name in by_id]
    if not mutants:
        print("no such mutant", file=sys.stderr)
        return 2
    if options.check:
        return check(mutants)
    work = options.work.resolve()
    (work / "build").mkdir(parents=True, exist_ok=True)
    copy_tree(work)

    def keep_log(name, said):
        (work / "build" / f"{name}.log").write_text(said, encoding="utf-8")

    status, said = run(["cmake", "--preset", "ci"], work, BUILD_SECONDS)
    if status != 0:
        print(said)
        return 1
    if not options.no_baseline and not baseline(mutants, work, options.seconds, keep_log):
        return 1
    if options.all_at_once:
        return 0 if plant_together(mutants, work, options.seconds, keep_log) else 1
    counts = {}
    for one in mutants:
        began = time.monotonic()
        result, words = ask(one, work, options.seconds, keep_log)
        counts[result] = counts.get(result, 0) + 1
        print(f"| {one.list} | {one.id} | {one.what} | {result} | {words} | {time.monotonic() - began:.0f} s |", flush=True)
    print(", ".join(f"{count} {result}" for result, count in sorted(counts.items())), f"of {len(mutants)}")
    return 0 if set(counts) == {"killed"} else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ListError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
