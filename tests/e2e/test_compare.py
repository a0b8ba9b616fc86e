#!/usr/bin/env python3
"""payoff compare: two runs of one store, of two stores, of two machines."""

import json
import os
import sqlite3
import unittest

from support import REFERENCE, Case

DATABASE = "small.payoff.db"


class Compare(Case):
    def setUp(self):
        super().setUp()
        self.experiment('payoff.python { name = "twin", file = "twin.py", func = "total" },')
        for steps, blocks, comment in (("300", "16", ""), ("300", "16", "# as it was\n"),
                                       ("3000", "1", "")):
            self.write("twin.py", REFERENCE + comment)
            result = self.payoff("run", "small.lua", "--out", "out", "--blocks", blocks,
                                 "--set", "steps=" + steps)
            self.assertEqual(result.status, 0, result.err)
        self.assertIn("ports at their best against python, serial", result.out)

    def compare(self, *arguments):
        return self.payoff("compare", *arguments)

    def test_compare(self):
        # One method: the three runs are made once.
        for check in (self.two_runs_of_one_store, self.one_run_by_each_time,
                      self.other_work_is_not_compared, self.another_machine_proves_nothing,
                      self.mistakes):
            with self.subTest(check.__name__):
                check()

    def two_runs_of_one_store(self):
        result = self.compare(DATABASE, "1", "2")
        self.assertEqual(result.status, 0, result.err)
        self.assertIn("twin, serial", result.out)
        self.assertIn("Holm", result.out)
        self.assertIn("python, serial has the same code in both runs and took", result.out)
        self.assertIn("no two runs can show", " ".join(result.out.split()))
        for time in ("own", "wall", "cpu"):
            found = json.loads(self.compare(DATABASE, "1", "2", "--time", time, "--json").out)
            rows = {row["id"].split("/")[0]: row for row in found["rows"]}
            self.assertEqual(set(rows), {"python", "twin"})
            self.assertIn(rows["python"]["state"], ("equal", "unresolved"))  # it is the same
            self.assertIn(rows["twin"]["state"], ("faster", "slower", "equal", "unresolved"))
            self.assertEqual((rows["python"]["same"], rows["twin"]["same"]), (True, False))
            self.assertIn("low", rows["twin"]["interval"])
            self.assertIn("low", rows["twin"]["beyond"])
            self.assertEqual(found["machine"][0]["over"], "python, serial")

    def one_run_by_each_time(self):
        for time, words in [("own", "Verdicts rest on elapsed time without the waits for a CPU"),
                            ("wall", "Verdicts rest on elapsed time, the median over blocks"),
                            ("cpu", "Verdicts rest on CPU time, the median over blocks")]:
            shown = self.payoff("show", DATABASE, "1", "--time", time)
            self.assertEqual(shown.status, 0, shown.err)
            self.assertIn(words, " ".join(shown.out.split()))
            told = json.loads(self.payoff("report", DATABASE, "1", "--time", time,
                                          "--json", "-").out)
            self.assertEqual(told["rests_on"], time)
            self.assertEqual({cell["rests_on"] for cell in told["cells"]}, {time})
            self.assertEqual({item["rests_on"] for item in told["comparisons"]}, {time})
        result = self.payoff("show", DATABASE, "1", "--time", "sidereal")
        self.assertEqual(result.status, 64, result.err)

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
            database.execute("UPDATE runs SET name = name || '-b', "
                             "machine = json_set(machine, '$.cpu.model', 'Wren')")
        result = self.compare(DATABASE, "other.db")
        self.assertEqual(result.status, 3, result.err)
        self.assertIn("different machines", result.out)
        self.assertIn("not comparable", result.out)

    def mistakes(self):
        self.experiment('payoff.python { name = "odd", file = "twin.py", func = "total" },')
        with open(os.path.join(self.folder, "small.lua"), encoding="utf-8") as file:
            text = file.read()
        self.write("odd.lua", text.replace('"small"', '"odd"').replace('"python"', '"other"'))
        self.assertEqual(self.payoff("run", "odd.lua", "--out", "out", "--quick").status, 0)
        for arguments, words in [
                ((DATABASE, "2", "2"), "is compared with itself"),
                ((DATABASE, "odd.payoff.db"), "no row in common: A is of small (python/serial"),
                ((DATABASE, "1", "2", "--time", "sidereal"), "must be one of 'own'")]:
            result = self.compare(*arguments)
            self.assertEqual(result.status, 64, result.err)
            self.assertIn(words, result.err)
        for arguments, status in [((DATABASE,), 64), ((DATABASE, "2"), 64),
                                  ((DATABASE, "1", "77"), 64), (("no.db", "1", "2"), 66),
                                  ((DATABASE, "1", "2", "--margin", "x"), 64)]:
            with self.subTest(arguments):
                result = self.compare(*arguments)
                self.assertEqual(result.status, status, result.err)
                self.assertTrue(result.err.startswith("payoff: "), result.err)


if __name__ == "__main__":
    unittest.main()
