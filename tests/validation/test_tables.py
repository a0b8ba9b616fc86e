#!/usr/bin/env python3
"""The tables of simulated.py: what several processes counted is added up, and laid out truly."""

import os
import sys
import unittest
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import simulated  # noqa: E402

BUILD = os.environ.get("PAYOFF_BUILD", "build")


class Process:
    returncode = 0

    def __init__(self, text, returncode=0):
        self.text, self.returncode = text, returncode

    def communicate(self):
        return self.text.encode(), None


def line(hits, trials, column="6 blocks"):
    return ('{"table": "coverage", "row": "normal", "column": "%s", "trials": %d, "hits": %d, '
            '"others": 0, "sum": %d}\n' % (column, trials, hits, 6 * trials))


class Tables(unittest.TestCase):
    def count(self, *processes):
        left = list(processes)
        with mock.patch.object(simulated, "start", lambda *_, **__: left.pop(0)), \
                mock.patch.object(os, "sched_getaffinity", lambda _: set(range(len(processes)))):
            return simulated.count("build", trials=3)

    def test_processes_are_added_up(self):
        cells = self.count(Process("TAP\n" + line(90, 100)), Process(line(30, 50) + "ok\n"))
        self.assertEqual([(c["trials"], c["hits"], c["sum"]) for c in cells], [(150, 120, 900)])
        self.assertIn("| normal | 80.0 (6) |", simulated.table("coverage", cells))

    def test_all_families_together(self):
        cells = self.count(Process(line(95, 100) + line(60, 100).replace("normal", "odd")))
        text = simulated.table("coverage", cells)
        self.assertIn("| all | 77.5 (6) |", text)
        self.assertIn("100 runs each", text)

    def test_a_process_that_fails_is_told(self):
        with self.assertRaisesRegex(SystemExit, "ended with 1"):
            self.count(Process(line(1, 1)), Process("# trouble", 1))

    def test_every_cell_of_every_table_is_counted_in_the_time_that_there_is(self):
        cells = simulated.count(BUILD, seconds=0.1)  # one trial of each is the least
        self.assertEqual({c["table"] for c in cells}, set(simulated.TABLES))
        processes = len(os.sched_getaffinity(0))
        self.assertLessEqual({c["trials"] for c in cells}, {processes, 2 * processes})
        text = simulated.together(cells)
        self.assertIn("The same twice is called different in ", text)


if __name__ == "__main__":
    unittest.main()
