#!/usr/bin/env python3
"""The lists do not rot: every mutant can be planted; and the driver tells what it is to tell. Builds nothing."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mutants  # noqa: E402

GOOD = """# A comment.
mutant A1 folder/file.cc
what it is wrong
- old line
-   and a second
+ new line
run some_test Suite.*
build liggare
"""


class ListTest(unittest.TestCase):
    def test_every_mutant_can_be_planted(self):
        for one in mutants.read_lists():
            self.assertIsNone(mutants.stale(one), one.id)

    def test_there_are_enough_in_every_folder(self):
        every = mutants.read_lists()
        self.assertGreaterEqual(len(every), 60)
        for folder in ["eventstore/log", "eventstore/merkle", "eventstore/note", "eventstore/proof",
                       "services/domain", "services/presentation", "services/work", "services/rpc",
                       "services/replication", "services/restore", "services/record", "services/ask",
                       "services/grpc_api", "services/node", "clients/cli", "clients/cpp"]:
            self.assertTrue(any(one.file.startswith(folder + "/") for one in every), folder)

    def test_the_programs_are_declared(self):
        declared = "\n".join(path.read_text(encoding="utf-8") for path in mutants.ROOT.glob("tests/**/CMakeLists.txt"))
        for one in mutants.read_lists():
            for program, _ in one.runs:
                self.assertTrue(f"liggare_test({program}\n" in declared, f"{one.id}: {program}")


class ParseTest(unittest.TestCase):
    def test_a_mutant_is_read_line_by_line(self):
        (one,) = mutants.parse(GOOD, "list")
        self.assertEqual((one.id, one.file, one.what), ("A1", "folder/file.cc", "it is wrong"))
        self.assertEqual(one.old_text, "old line\n  and a second")
        self.assertEqual(one.new_text, "new line")
        self.assertEqual(one.targets(), ["liggare", "some_test"])
        self.assertEqual(one.runs, [("some_test", "Suite.*")])

    def test_what_is_no_mutant_is_refused(self):
        for wrong in ["run x_test\n", GOOD + "nonsense here\n", GOOD.replace("what it is wrong\n", ""),
                      GOOD.replace("run some_test Suite.*\n", ""), GOOD.replace("mutant A1 folder/file.cc", "mutant A1"),
                      "mutant A f\nwhat w\n- same\n+ same\nrun t\n"]:
            with self.assertRaises(mutants.ListError):
                mutants.parse(wrong, "list")

    def test_a_text_that_is_gone_or_stands_twice_is_stale(self):
        (one,) = mutants.parse(GOOD, "list")
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            self.assertIn("is not there", mutants.stale(one, root))
            (root / "folder").mkdir()
            file = root / "folder" / "file.cc"
            for text, is_stale in [("nothing", True), (one.old_text, False), (one.old_text * 2, True)]:
                file.write_text(text, encoding="utf-8")
                self.assertEqual(mutants.stale(one, root) is not None, is_stale, text)


if __name__ == "__main__":
    unittest.main()
