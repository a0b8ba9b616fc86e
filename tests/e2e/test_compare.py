#!/usr/bin/env python3
"""payoff compare: two runs of one store, of two stores, of two machines."""

import json
import os
import sqlite3
import unittest

from support import Case

DATABASE = "small.payoff.db"


class Compare(Case):
    def setUp(self):
        super().setUp()
        self.experiment('payoff.python { name = "twin", file = "kernel.py", func = "total" },')
        for steps, blocks in (("300", "16"), ("300", "16"), ("3000", "1")):
            result = self.payoff("run", "small.lua", "--out", "out", "--blocks", blocks,
                                 "--set", "steps=" + steps)
            self.assertEqual(result.status, 0, result.err)
        self.assertIn("ports at their best against python, serial", result.out)

    def compare(self, *arguments):
        return self.payoff("compare", *arguments)

    def test_compare(self):
        # One method: the three runs are made once.
        for check in (self.two_runs_of_one_store, self.other_work_is_not_compared,
                      self.another_machine_proves_nothing, self.mistakes):
            with self.subTest(check.__name__):
                check()

    def two_runs_of_one_store(self):
        result = self.compare(DATABASE, "1", "2")
        self.assertEqual(result.status, 0, result.err)
        self.assertIn("twin, serial", result.out)
        self.assertIn("Holm", result.out)
        rows = json.loads(self.compare(DATABASE, "1", "2", "--time", "cpu", "--json").out)["rows"]
        self.assertEqual(len(rows), 2)
        for row in rows:
            self.assertIn(row["state"], ("faster", "slower", "equal", "unresolved"))
            self.assertIn("low", row["interval"])

    def other_work_is_not_compared(self):
        result = self.compare(DATABASE, "1", "3")
        self.assertEqual(result.status, 0, result.err)
        self.assertIn("different work", result.out)

    def another_machine_proves_nothing(self):
        path = os.path.join(self.folder, DATABASE)
        other = os.path.join(self.folder, "other.db")
        with sqlite3.connect(path) as source, sqlite3.connect(other) as target:
            source.backup(target)
        with sqlite3.connect(other) as database:
            database.execute("UPDATE runs SET machine = json_set(machine, '$.cpu.model', 'Wren')")
        result = self.compare(DATABASE, "other.db")
        self.assertEqual(result.status, 3, result.err)
        self.assertIn("different machines", result.out)
        self.assertIn("not comparable", result.out)

    def mistakes(self):
        for arguments, status in [((DATABASE,), 64), ((DATABASE, "2"), 64),
                                  ((DATABASE, "1", "77"), 64), (("no.db", "1", "2"), 66),
                                  ((DATABASE, "1", "2", "--margin", "x"), 64)]:
            with self.subTest(arguments):
                result = self.compare(*arguments)
                self.assertEqual(result.status, status, result.err)
                self.assertTrue(result.err.startswith("payoff: "), result.err)


if __name__ == "__main__":
    unittest.main()
