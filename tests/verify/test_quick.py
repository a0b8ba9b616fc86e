#!/usr/bin/env python3
"""The quick part of verify in `payoff run`: before anything is timed, and in every record."""

import csv
import glob
import html
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from support import HERE, PAYOFF, Case


class Quick(Case):
    """bucket_division_1 is right for the experiment's own tasks, and wrong for negative numbers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        self = cls("test_status")
        ports = [self.python("bugs.py", "bucket_division_1"), self.python("right.py", "bucket_1")]
        cls.script_name = self.script("bucket", ports)
        cls.done = self.measure("--db", "kept.db")

    def measure(self, *arguments):
        return self.payoff("run", self.script_name, "--quick", "--seed", "3", *arguments)

    def output(self):
        return " ".join(self.done.stdout.split())

    def test_status(self):
        self.assertEqual(self.done.returncode, 2, self.done.stdout + self.done.stderr)

    def test_table(self):
        self.assertRegex(self.output(), r"bucket_division_1 WRONG: returns .* instead of .*\(a ")
        self.assertIn("division that cuts toward zero, as C's / and % do.", self.output())
        self.assertIn("Verified before anything was timed: every port against python on",
                      self.output())
        row = next(line for line in self.done.stdout.splitlines()
                   if line.startswith("bucket_division_1  serial"))
        self.assertRegex(row, r"WRONG +\(.*\) +—")

    def test_csv(self):
        with open(os.path.join(self.folder, "payoff-reports", "bucket.csv"),
                  encoding="utf-8", newline="") as file:
            rows = {row["subject"]: row for row in csv.DictReader(file)}
        self.assertEqual({name: row["verify"] for name, row in rows.items()},
                         {"python": "", "bucket_division_1": "wrong", "bucket_1": "right"})
        self.assertIn("cuts toward zero", rows["bucket_division_1"]["why"])
        self.assertEqual(rows["bucket_1"]["why"], "")

    def test_html(self):
        with open(os.path.join(self.folder, "payoff-reports", "bucket.html"),
                  encoding="utf-8") as file:
            page = html.unescape(file.read())
        self.assertIn("Is it right?", page)
        self.assertIn("no difference found in", page)
        self.assertIn("cuts toward zero", page)

    def test_store(self):
        db = sqlite3.connect(os.path.join(self.folder, "kept.db"))
        found = db.execute("SELECT s.name, f.category, f.cause FROM findings f JOIN subjects s "
                           "ON s.id = f.subject WHERE f.failing").fetchall()
        db.close()
        self.assertEqual(found, [("bucket_division_1", "value", "truncating")])

    def test_formats_out_of_the_store(self):
        shown = self.payoff("show", "kept.db").stdout
        self.assertIn("cuts toward zero", " ".join(shown.split()))

    def test_a_run_writes_no_corpus(self):
        self.assertEqual(glob.glob(os.path.join(self.folder, "*.corpus.json")), [])

    def test_the_seed_repeats_it(self):
        def verdict(done):
            return next(line for line in done.stdout.splitlines() if "WRONG: " in line)

        again = self.measure("--no-db", "--out", "again")
        self.assertIn("cuts toward zero", " ".join(again.stdout.split()))
        self.assertEqual(verdict(again).split()[:2], verdict(self.done).split()[:2])

    def test_no_verify_says_so(self):
        done = self.measure("--no-db", "--no-verify", "--out", "unverified")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Not verified (--no-verify)", " ".join(done.stdout.split()))
        with open(os.path.join(self.folder, "unverified", "bucket.csv"), encoding="utf-8") as file:
            self.assertIn("not verified", file.read())


class Crash(Case):
    def test_a_port_that_crashes_is_not_timed(self):
        script = self.script("distance", [self.python("bugs.py", "distance_crash")])
        done = self.payoff("run", script, "--quick", "--no-db")
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("was killed by SIGSEGV for (127", " ".join(done.stdout.split()))


# A wrong port that notes each of its calls.
NOTED = """import sys
sys.path.insert(0, %r)
from bugs import bucket_division_1


def noted(*arguments):
    with open("calls", "a") as file:
        file.write("x")
    return bucket_division_1(*arguments)
"""


class Interrupt(Case):
    def write_noted(self):
        with open(os.path.join(self.folder, "noted.py"), "w", encoding="utf-8") as file:
            file.write(NOTED % HERE)

    def wait_for_calls(self, process, count):
        """It is wrong for one of three inputs or so: long before so many, that is known."""
        path, until = os.path.join(self.folder, "calls"), time.monotonic() + 60
        if os.path.exists(path):
            os.remove(path)
        while process.poll() is None and time.monotonic() < until and (
                not os.path.exists(path) or os.path.getsize(path) < count):
            time.sleep(0.02)

    def test_what_was_found_is_kept(self):
        self.write_noted()
        script = self.script("bucket", ['payoff.python { name = "bucket_division_1", file = '
                                        '"noted.py", func = "noted" },'])
        for one in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=one):
                report = os.path.join(self.folder, "%d.json" % one)
                process = subprocess.Popen(
                    [PAYOFF, "verify", script, "--budget", "120", "--json", report, "--seed", "1"],
                    cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    encoding="utf-8", env=dict(os.environ, PAYOFF_PYTHON=sys.executable))
                self.wait_for_calls(process, 400)
                process.send_signal(one)
                out, err = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 130, out + err)
                self.assertIn("bucket_division_1 WRONG: returns", out)
                self.assertIn("Interrupted: ", out)
                with open(report, encoding="utf-8") as file:
                    data = json.load(file)
                self.assertTrue(data["interrupted"])
                self.assertEqual(data["ports"][0]["state"], "wrong")


if __name__ == "__main__":
    unittest.main()
