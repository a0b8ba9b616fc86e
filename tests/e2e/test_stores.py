#!/usr/bin/env python3
"""The store in the hands of people: two writers, merging, and files that are not what they seem."""

import hashlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import unittest

import support

STORE = "small.payoff.db"


class Case(support.Case):
    def setUp(self):
        super().setUp()
        self.experiment('payoff.python { name = "same", file = "kernel.py", func = "total" }')

    def path(self, name):
        return os.path.join(self.folder, name)

    def measure(self, store=STORE):
        result = self.payoff("run", "small.lua", "--out", "out", "--blocks", "1", "--no-verify",
                             "--set", "steps=100", "--db", store)
        self.assertEqual(result.status, 0, result.err)

    def ask(self, store, sql):
        database = sqlite3.connect(self.path(store))
        try:
            database.execute("PRAGMA foreign_keys = ON")
            with database:
                return database.execute(sql).fetchall()
        finally:
            database.close()

    def refused(self, status, part, *arguments):
        result = self.payoff(*arguments)
        self.assertEqual(result.status, status, result.err)
        self.assertIn(part, result.err)
        self.assertEqual(len(result.err.strip().splitlines()), 1, result.err)


class Merge(Case):
    # Of which run and row, and everything that was measured.
    SAMPLES = ("SELECT runs.name, cells.name, block, wall_ns, event, count, text FROM samples"
               " JOIN cells ON cell = cells.id JOIN runs ON run = runs.id"
               " LEFT JOIN readings ON sample = samples.id"
               " LEFT JOIN reasons ON reasons.id = reason ORDER BY 1, samples.id, event")

    def test_all_of_both_and_nothing_twice(self):
        self.measure("a.db")
        self.measure("b.db")
        self.measure("b.db")
        wanted = sorted(self.ask("a.db", self.SAMPLES) + self.ask("b.db", self.SAMPLES), key=repr)
        result = self.payoff("merge", "a.db", "b.db", "--out", "c.db")
        self.assertEqual(result.status, 0, result.err)
        self.assertEqual(sorted(self.ask("c.db", self.SAMPLES), key=repr), wanted)
        self.assertEqual(self.ask("c.db", "PRAGMA foreign_key_check"), [])
        for run, _ in enumerate(self.ask("b.db", "SELECT name FROM runs")):
            name = self.ask("b.db", "SELECT name FROM runs")[run][0]
            self.assertEqual(self.payoff("export", "c.db", name).out,
                             self.payoff("export", "b.db", name).out)
        # Again, and the other way round: nothing changes.
        for words in (["merge", "c.db", "a.db", "b.db"], ["merge", "b.db", "c.db"],
                      ["merge", "c.db", "b.db"]):
            result = self.payoff(*words)
            self.assertEqual(result.status, 0, result.err)
        self.assertIn("0 runs with 0 samples", result.out)
        for store in ("b.db", "c.db"):
            self.assertEqual(sorted(self.ask(store, self.SAMPLES), key=repr), wanted)

    def cut(self, store, samples, state="running"):
        """A copy of whole.db as it was before it had these samples."""
        shutil.copy(self.path("whole.db"), self.path(store))
        self.ask(store, "DELETE FROM samples WHERE id %s" % samples)
        self.ask(store, "UPDATE runs SET state = '%s' WHERE id = 1" % state)

    def test_the_more_complete_of_a_run_is_kept(self):
        self.measure("whole.db")
        self.measure("whole.db")
        whole = self.ask("whole.db", self.SAMPLES)
        runs = self.ask("whole.db", "SELECT id, name, state FROM runs ORDER BY id")
        for samples, state in (("IN (3, 4)", "running"), ("IN (4)", "interrupted"),
                               ("= 0", "running")):
            with self.subTest(samples=samples):
                self.cut("a.db", samples, state)
                self.ask("a.db", "DELETE FROM runs WHERE id = 2")
                result = self.payoff("merge", "a.db", "whole.db")
                self.assertEqual(result.status, 0, result.err)
                self.assertIn("1 replaced by its more complete version", result.out)
                self.assertIn("1 run with", result.out)
                self.assertEqual(self.ask("a.db", self.SAMPLES), whole)
                now = self.ask("a.db", "SELECT id, name, state FROM runs ORDER BY id")
                self.assertEqual(now[0], runs[0], "a run keeps its number")
                self.assertEqual([run[1:] for run in now], [run[1:] for run in runs])
                self.assertEqual(self.ask("a.db", "PRAGMA foreign_key_check"), [])
                self.assertEqual(self.ask("a.db", "PRAGMA integrity_check"), [("ok",)])
                self.assertEqual(self.payoff("export", "a.db", "1").out,
                                 self.payoff("export", "whole.db", "1").out)
                # The other way round: what is there already has more.
                self.cut("b.db", samples, state)
                result = self.payoff("merge", "whole.db", "b.db")
                self.assertEqual(result.status, 0, result.err)
                self.assertIn("0 runs with 0 samples", result.out)
                self.assertEqual(self.ask("whole.db", self.SAMPLES), whole)

    def test_a_run_that_went_on_in_two_ways_is_refused(self):
        self.measure("whole.db")
        for mine, theirs, state, why in (("= 3", "= 4", "running", "resumed in both"),
                                         ("= 3", "= 0", "complete", "complete has fewer"),
                                         ("= 0", "= 3", "complete", "complete has fewer")):
            with self.subTest(why):
                self.cut("a.db", mine, state)
                self.cut("b.db", theirs, state)
                before = self.ask("a.db", self.SAMPLES)
                self.refused(65, why, "merge", "a.db", "b.db")
                self.assertEqual(self.ask("a.db", self.SAMPLES), before)
        self.cut("b.db", "= 0", "complete")
        self.ask("b.db", "UPDATE runs SET seed = seed + 1")
        self.refused(65, "another experiment or seed", "merge", "whole.db", "b.db")
        self.refused(65, "another experiment", "merge", "whole.db", "b.db", "--out", "c.db")
        self.assertTrue(os.path.exists(self.path("c.db")), "the first is there")
        self.refused(66, "no store none.db", "merge", "none.db", "b.db", "--out", "new.db")
        self.assertFalse(os.path.exists(self.path("new.db")))

    def test_what_is_refused_leaves_all_as_it_was(self):
        self.measure("a.db")
        before = self.ask("a.db", self.SAMPLES)
        shutil.copy(self.path("a.db"), self.path("new.db"))
        self.ask("new.db", "PRAGMA user_version = 99")
        self.write("foreign.db", "no database at all")
        self.ask("other.db", "CREATE TABLE runs (id INTEGER PRIMARY KEY)")
        shutil.copy(self.path("a.db"), self.path("damaged.db"))
        with open(self.path("damaged.db"), "r+b") as file:
            file.seek(4096 * 3)
            file.write(b"\xff" * 4096)
        self.refused(64, "the same store", "merge", "a.db", "./a.db")
        self.refused(66, "no store none.db", "merge", "a.db", "none.db")
        self.refused(66, "no store none.db", "merge", "none.db", "a.db")
        self.refused(69, "newer payoff", "merge", "a.db", "new.db")
        self.refused(69, "newer payoff", "merge", "new.db", "a.db")
        self.refused(65, "not a payoff store", "merge", "a.db", "foreign.db")
        self.refused(65, "another program", "merge", "a.db", "other.db")
        self.refused(65, "damaged", "merge", "a.db", "damaged.db")
        self.assertEqual(self.ask("a.db", self.SAMPLES), before)
        self.assertFalse(os.path.exists(self.path("none.db")))


    def test_no_room_for_the_runs_leaves_all_as_it_was(self):
        self.measure("a.db")
        self.measure("b.db")
        before = self.ask("a.db", self.SAMPLES)

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384))
        result = self.payoff("merge", "a.db", "b.db", preexec_fn=limit)
        self.assertEqual(result.status, 74, result.err + result.out)
        self.assertIn("File too large", result.err)
        self.assertEqual(len(result.err.strip().splitlines()), 1, result.err)
        self.assertEqual(self.ask("a.db", self.SAMPLES), before)
        self.assertEqual(self.ask("a.db", "PRAGMA integrity_check"), [("ok",)])


class Writers(Case):
    def test_two_processes_write_the_same_file(self):
        words = [support.PAYOFF, "run", "small.lua", "--out", "out", "--blocks", "3",
                 "--no-verify", "--set", "steps=100", "--db", "both.db"]
        both = [subprocess.Popen(words, cwd=self.folder, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, encoding="utf-8",
                                 env=dict(os.environ, PAYOFF_PYTHON=sys.executable))
                for _ in range(2)]
        for process in both:
            _, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, err)
        self.assertEqual(self.ask("both.db", "SELECT state FROM runs"), [("complete",)] * 2)
        counts = self.ask("both.db", "SELECT count(DISTINCT block) FROM samples JOIN cells ON "
                                     "cell = cells.id WHERE block > 0 GROUP BY run")
        self.assertEqual(counts, [(3,)] * 2)
        self.assertEqual(self.ask("both.db", "PRAGMA integrity_check"), [("ok",)])


class Files(Case):
    def digest(self, name):
        with open(self.path(name), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()

    def test_every_command_refuses_what_is_no_store(self):
        self.write("foreign.db", "no database at all")
        digest = self.digest("foreign.db")
        for words in (["runs", "foreign.db"], ["show", "foreign.db"], ["export", "foreign.db"],
                      ["history", "--db", "foreign.db"],
                      ["run", "small.lua", "--db", "foreign.db", "--resume", "last"]):
            self.refused(65, "not a payoff store", *words)
        self.assertEqual(self.digest("foreign.db"), digest)

    def test_a_store_that_was_cut_off_is_damaged(self):
        self.measure("cut.db")
        self.ask("cut.db", "PRAGMA wal_checkpoint(TRUNCATE)")
        os.truncate(self.path("cut.db"), 20000)
        for words in (["runs", "cut.db"], ["history", "--db", "cut.db"]):
            self.refused(65, "cut.db is damaged (database disk image is malformed)", *words)

    def test_a_run_goes_on_without_its_record(self):
        self.write("foreign.db", "no database at all")
        digest = self.digest("foreign.db")
        result = self.run_small("--db", "foreign.db", "--no-verify")
        self.assertEqual(result.status, 0, result.err)
        self.assertIn("is not complete", result.out)
        self.assertEqual(self.digest("foreign.db"), digest)


if __name__ == "__main__":
    unittest.main()
