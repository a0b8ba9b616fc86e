#!/usr/bin/env python3
"""What the ledger of fuzzing reads from a log, and that README.md shows what the ledger says."""

import os
import unittest

import ledger

DONE = "#65536\tpulse\nDone 123456 runs in 601 second(s)\n"
FOUND = ("#512\tNEW    cov: 1\n#1024\tREDUCE cov: 1\nSUMMARY: libFuzzer: deadly signal\n"
         "artifact_prefix='f-'; Test unit written to f-crash-1\n")
ROWS = [{"target": target, "date": "2026-01-0%d" % day, "commit": "c%d" % day, "seconds": seconds,
         "cpu_seconds": cpu, "executions": executions, "findings": findings, "note": ""}
        for target, day, seconds, cpu, executions, findings in (
            ("b", 1, "600", "", "1000", "0"), ("b", 2, "60", "30", "10", "1"),
            ("b", 3, "120", "90", "1990", "0"), ("a", 4, "", "", "", "0"))]


class Ledger(unittest.TestCase):
    def test_logs(self):
        self.assertEqual(ledger.read_log(DONE), (123456, 601, 0))
        self.assertEqual(ledger.read_log(FOUND), (1024, None, 1))
        self.assertEqual(ledger.read_log("3200 inputs, 97 lines of the reader\n"), (3200, None, 0))
        self.assertEqual(ledger.read_log("finding: signal 11\n"), (None, None, 1))
        self.assertEqual(ledger.read_log(""), (None, None, 0))

    def test_sums(self):
        lines = ledger.table(ROWS).splitlines()[2:]
        self.assertEqual(lines[0], "| `a` | 1 | 0.0 | – | 0 | 0 | 0.0 | 2026-01-04 c4 |")
        self.assertEqual(lines[1], "| `b` | 3 | 13.0 | 2.0 | 3,000 | 1 | 2.0 | 2026-01-03 c3 |")

    def test_the_ledger(self):
        rows = ledger.load()
        with open(ledger.LEDGER, encoding="utf-8") as file:
            self.assertEqual(file.read(), ledger.text_of(rows))
        targets = set(os.listdir(os.path.join(ledger.HERE, "corpus")))
        self.assertEqual({row["target"] for row in rows} - targets, set())
        self.assertEqual(targets - {row["target"] for row in rows}, set(), "never fuzzed")

    def test_the_page(self):
        with open(ledger.PAGE, encoding="utf-8") as file:
            page = file.read()
        self.assertEqual(page, ledger.page_with(page, ledger.load()), "tests/fuzz/ledger.py table")


if __name__ == "__main__":
    unittest.main()
