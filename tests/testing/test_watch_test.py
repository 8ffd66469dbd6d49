#!/usr/bin/env python3
"""A test that dies, and one that does not end, are named: test_watch.cc."""
import os
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop(1)


def run(test):
    return subprocess.run([PROGRAM, f"--gtest_filter=WatchedTest.{test}"], capture_output=True, text=True, timeout=60,
                          check=False, env={**os.environ, "LIGGARE_TEST_SECONDS": "1"})


class TestWatchTest(unittest.TestCase):
    def test_one_that_passes_is_left_alone(self):
        result = run("Passes")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("WatchedTest", result.stderr)

    def test_one_that_dies_is_named(self):
        result = run("Dies")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("[  DIED   ] WatchedTest.Dies\n", result.stderr)

    def test_one_that_does_not_end_is_ended_and_named(self):
        result = run("NeverEnds")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("[ NO END  ] after 1 s (LIGGARE_TEST_SECONDS): WatchedTest.NeverEnds\n", result.stderr)


if __name__ == "__main__":
    unittest.main()
