#!/usr/bin/env python3
"""Odd surroundings: a run is right and complete in them, or says in one line why it is not."""

import csv
import os
import resource
import signal
import subprocess
import sys
import time
import unittest

from support import PAYOFF, Case

TWIN = 'payoff.python { name = "twin", file = "kernel.py", func = "total" },'


def as_usual():
    """Under nohup and in the background of a shell, these are ignored, and payoff leaves it so."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class Surroundings(Case):
    def setUp(self):
        super().setUp()
        self.experiment(TWIN, modes='"serial", "process"')

    def check_whole(self, result):
        self.assertEqual(result.status, 0, result.err)
        states = {row["state"] for row in result.rows()}
        self.assertEqual(states, {"identical"})

    def start(self, *arguments, **options):
        environment = dict(os.environ, PAYOFF_PYTHON=sys.executable)
        return subprocess.Popen([PAYOFF, *arguments], cwd=self.folder, env=environment,
                                stdin=subprocess.DEVNULL, encoding="utf-8", **options)

    def test_no_home_odd_locale_and_time_zone(self):
        clean = {"PATH": os.environ["PATH"], "PAYOFF_PYTHON": sys.executable}
        for odd in ({}, {"LC_ALL": "de_DE.UTF-8", "LANG": "tr_TR"},
                    {"LC_ALL": "C", "TZ": "odd/zone"}, {"HOME": "/nonexistent"},
                    {"TZ": "Asia/Kathmandu", "LC_NUMERIC": "fr_FR.UTF-8"}):
            with self.subTest(odd):
                process = subprocess.run(
                    [PAYOFF, "run", "small.lua", "--quick", "--no-verify", "--out", "out"],
                    cwd=self.folder, env=dict(clean, **odd), stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, encoding="utf-8", timeout=120, check=False)
                self.assertEqual(process.returncode, 0, process.stderr)
                self.assertRegex(process.stdout, r"\d (ns|µs|ms|s)")
        self.assertEqual(self.payoff("runs", "small.payoff.db").status, 0)

    def test_one_cpu(self):
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(allowed)})
        try:
            result = self.run_small("--no-db")
        finally:
            os.sched_setaffinity(0, allowed)
        self.check_whole(result)

    def test_a_reader_that_goes_away(self):
        for command in ("run small.lua --quick --no-verify --out out", "counters", "doctor", "man",
                        "runs small.payoff.db", "report small.payoff.db --csv -",
                        "report small.payoff.db --html -", "export small.payoff.db --out -",
                        "history --db small.payoff.db"):
            with self.subTest(command):
                reader = "head -1" if command == "counters" else "true"
                process = subprocess.run(
                    ["bash", "-c", "set -o pipefail; \"$0\" %s | %s" % (command, reader), PAYOFF],
                    cwd=self.folder, env=dict(os.environ, PAYOFF_PYTHON=sys.executable),
                    stderr=subprocess.PIPE, encoding="utf-8", timeout=120, check=False)
                self.assertEqual(process.returncode, 0, process.stderr)
                self.assertNotIn("payoff: ", process.stderr)

    def test_closed_standard_streams(self):
        for closed, status in (("0<&-", 0), ("0<&- 1>&-", 74), ("0<&- 1>&- 2>&-", 74)):
            with self.subTest(closed):
                process = subprocess.run(
                    ["bash", "-c", "\"$0\" run small.lua --quick --no-verify --out out %s"
                     % closed, PAYOFF], cwd=self.folder,
                    env=dict(os.environ, PAYOFF_PYTHON=sys.executable), stderr=subprocess.PIPE,
                    encoding="utf-8", timeout=120, check=False)
                self.assertEqual(process.returncode, status, process.stderr)
                self.assertNotIn("internal error", process.stderr)
                path = os.path.join(self.folder, "out", "small.csv")
                with open(path, encoding="utf-8", newline="") as file:
                    states = [row["state"] for row in csv.DictReader(file)]
                self.assertEqual(set(states), {"identical"})
                os.remove(path)
                # No table was written into the store because it got the number of a closed stream.
                self.assertEqual(self.payoff("runs", "small.payoff.db").status, 0)

    def end_by(self, number):
        """A run that is told to end: it ends soon, and what was measured is in the store."""
        store = os.path.join(self.folder, "small.payoff.db")
        process = self.start("run", "small.lua", "--budget", "60", "--precision", "0.01",
                             "--no-verify", "--out", "out", stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, start_new_session=True,
                             preexec_fn=as_usual)
        until = time.monotonic() + 60
        while not os.path.exists(store) and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(1.5)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("interrupted", out + err)
        self.assertEqual(self.payoff("runs", "small.payoff.db").status, 0)

    def test_interrupt(self):
        self.end_by(signal.SIGINT)

    def test_termination(self):
        self.end_by(signal.SIGTERM)

    def test_a_terminal_that_is_closed(self):
        self.end_by(signal.SIGHUP)

    def test_little_memory(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (40 << 20, 40 << 20))
        process = self.start("run", "small.lua", "--quick", "--no-db", "--out", "out",
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limit)
        _, err = process.communicate(timeout=120)
        self.assertNotEqual(process.returncode, -signal.SIGSEGV)
        if process.returncode != 0:
            self.assertTrue(err.startswith("payoff: "), err)


if __name__ == "__main__":
    unittest.main()
