#!/usr/bin/env python3
"""tests/tally.py: what counts as passed, failed and skipped."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


class Tally(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="payoff-tally-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.results = self.write("results.tsv", "")
        self.expected = self.write("expected", "# comment | no\npmu* | no counters here\n")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def step(self, name, status, log="-", output=""):
        path = self.write(name + ".log", output)
        with open(self.results, "a", encoding="utf-8") as file:
            file.write("%s\t%d\t1\t%s\t%s\n" % (name, status, log, path))

    def log(self, *tests):
        lines = [json.dumps({"name": "payoff:c / " + name, "result": result, "stdout": "because\n"})
                 for name, result in tests]
        return self.write("log.json", "\n".join(lines) + "\n")

    def tally(self, strict=False):
        done = subprocess.run([sys.executable, os.path.join(HERE, "tally.py"), self.results,
                               self.expected, "1" if strict else "0"],
                              stdout=subprocess.PIPE, encoding="utf-8", check=False)
        return done.returncode, done.stdout.splitlines()

    def test_counts_tests_and_steps(self):
        self.step("tests", 0, self.log(("a", "OK"), ("b", "OK"), ("c", "SKIP")))
        self.step("format", 0)
        status, lines = self.tally()
        self.assertEqual((status, lines[-1]), (0, "3 passed, 0 failed, 1 skipped"))
        self.assertIn("skipped  c (tests): because", lines)

    def test_failures_of_every_kind(self):
        results = ("FAIL", "TIMEOUT", "ERROR", "OK")
        self.step("tests", 1, self.log(*zip("abcd", results)))
        self.step("lua", 3)
        status, lines = self.tally()
        self.assertEqual((status, lines[-1]), (1, "1 passed, 4 failed, 0 skipped"))

    def test_a_runner_that_fails_without_a_failed_test(self):
        self.step("tests", 1, self.log(("a", "OK")))
        self.assertEqual(self.tally()[1][-1], "1 passed, 1 failed, 0 skipped")

    def test_unexpected_skips_fail_where_strict(self):
        self.step("tests", 0, self.log(("a", "OK"), ("pmu_read", "SKIP")))
        self.assertEqual(self.tally(strict=True)[1][-1], "1 passed, 0 failed, 1 skipped")
        self.step("browser", 77, output="noise\nno browser\n")
        self.assertEqual(self.tally()[1][-1], "1 passed, 0 failed, 2 skipped")
        status, lines = self.tally(strict=True)
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed, 1 skipped"))
        self.assertIn("failed   browser: skipped, which nobody expected: no browser", lines)

    def test_nothing_is_no_success(self):
        self.assertEqual(self.tally(), (1, ["", "0 passed, 0 failed, 0 skipped"]))


if __name__ == "__main__":
    unittest.main()
