#!/usr/bin/env python3
"""payoff report: a stored run in every format, and through a script of one's own."""

import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from support import PAYOFF, Case

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SUBJECTS = ('payoff.python { name = "twin", file = "kernel.py", func = "total" },'
            'payoff.python { name = "off", file = "kernel.py", func = "total_off" },')


class Report(Case):
    def setUp(self):
        super().setUp()
        self.experiment(SUBJECTS)
        self.first = self.payoff("run", "small.lua", "--out", "out", "--blocks", "3")

    def report(self, *arguments):
        result = self.payoff("report", *arguments)
        self.assertEqual(result.status, 0, result.err)
        return result.out

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8", newline="") as file:
            return file.read()

    def test_every_format_from_the_store(self):
        names = ["html", "csv", "json", "markdown", "pyperf", "benchstat", "hyperfine"]
        self.report("small.payoff.db", *[word for name in names
                                         for word in ("--" + name, "report." + name)])
        # The store gives back what the run itself wrote.
        self.assertEqual(self.read("report.csv"), self.read("out/small.csv"))
        self.assertIn("<html", self.read("report.html"))
        self.assertEqual(json.loads(self.read("report.json"))["format"], 1)
        self.assertIn("| port |", self.read("report.markdown"))

    def test_neighbours_are_not_told_of_the_wrong_port(self):
        self.assertIn("WRONG", self.first.out)
        benchmarks = json.loads(self.report("--pyperf", "-"))
        names = [b["metadata"]["name"] for b in benchmarks["benchmarks"]]
        self.assertEqual(names, ["python/serial/1/warm/1", "twin/serial/1/warm/1"])
        self.assertIn("off/serial/1/warm/1 (wrong)", benchmarks["metadata"]["payoff_left_out"])
        commands = [r["command"] for r in json.loads(self.report("--hyperfine", "-"))["results"]]
        self.assertEqual(commands, names)
        lines = self.report("--benchstat", "-").splitlines()
        bench = [line for line in lines if line.startswith("Benchmark")]
        self.assertFalse([line for line in bench if "subject=off" in line])
        self.assertTrue([line for line in lines if line.startswith("payoff-left-out: off/")])

    def test_the_figures_are_the_samples(self):
        samples = {}
        rows = [row for row in self.first.rows()
                if row["subject"] == "twin" and row["phase"] == ""]
        if any(row["marked"] for row in rows):
            self.skipTest("a busy machine: samples are marked, and some are left out")
        for row in rows:
            if row["subject"] == "twin":
                key = (row["block"], row["process"])
                seconds = int(row["wall_ns"]) / int(row["loops"]) / 1e9
                samples.setdefault(key, []).append(seconds)
        twin = json.loads(self.report("--pyperf", "-"))["benchmarks"][1]
        runs = [run["values"] for run in twin["runs"]]
        self.assertEqual(len(runs), len(samples))
        for values, expected in zip(runs, samples.values()):
            for value, other in zip(values, expected):
                self.assertAlmostEqual(value, other, delta=1e-15)
        bench = [line.split("\t") for line in self.report("--benchstat", "-").splitlines()
                 if "subject=twin/" in line]
        for fields, expected in zip(bench, samples.values()):
            self.assertAlmostEqual(float(fields[2].split()[0]), min(expected) * 1e9, delta=1e-3)
        times = json.loads(self.report("--hyperfine", "-"))["results"][1]
        self.assertEqual(sorted(times["times"])[0], times["min"])
        self.assertLessEqual(times["min"], times["median"])

    def test_a_script_of_ones_own(self):
        shutil.copy(os.path.join(ROOT, "reports", "custom", "slowest.lua"), self.folder)
        text = self.report("--script", "slowest.lua")
        self.assertIn("peak memory", text)
        self.assertIn("twin/serial/1/warm/1", text)
        self.assertNotIn("off/serial", text)
        self.report("--script", "slowest.lua", "--out", "own.txt")
        self.assertEqual(self.read("own.txt"), text)

    def test_a_script_that_never_ends_can_be_interrupted(self):
        self.write("own.lua", "local payoff = require 'payoff'\n"
                   "return payoff.report { render = function()\n"
                   "  io.open('began', 'w'):close()\n  while true do end\nend }")
        process = subprocess.Popen([PAYOFF, "report", "small.payoff.db", "--script", "own.lua"],
                                   cwd=self.folder, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        while not os.path.exists(os.path.join(self.folder, "began")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 130)
        self.assertEqual(process.stderr.read(), "payoff: interrupted\n")

    def test_mistakes_in_a_script(self):
        for text, words in [
            ("return 1", "own.lua: the script must end with `return payoff.report"),
            ("local p = require 'payoff'\nreturn p.report { rendr = 1 }", "own.lua:2:"),
            ("local p = require 'payoff'\nreturn p.report { render = function() return 7 end }",
             "must return the report's text, not a number"),
            ("local p = require 'payoff'\nreturn p.report { render = function(run)\n"
             "return run.nothing.there end }", "own.lua:3:"),
            ("local p = require 'payoff'\nreturn p.report { render = function(run)\n"
             "local t = require('payoff.layout').grid(nil)\nreturn t end }", "own.lua:3:"),
            ("return (", "own.lua:1:"),
        ]:
            with self.subTest(text):
                self.write("own.lua", text)
                result = self.payoff("report", "--script", "own.lua")
                self.assertEqual(result.status, 65, result.err)
                self.assertIn(words, result.err)
                self.assertEqual(len(result.err.splitlines()), 1, result.err)

    def test_a_store_runs_no_code(self):
        """A metric file named by a store, which may be a stranger's, is not executed."""
        self.write("evil.lua", "io.open('ran', 'w'):close() return { name = 'x', title = 'x', "
                   "prose = 'x', events = { 'task-clock' }, values = { { name = 'y', title = 'y', "
                   "formula = function() end } } }")
        self.experiment(SUBJECTS, more='metrics = { "evil.lua", "os" },', name="own.lua")
        with open(os.path.join(self.folder, "own.lua"), encoding="utf-8") as file:
            text = file.read().replace('metrics = { "ipc", "os" },', "", 1)
        self.write("own.lua", text.replace('name = "small"', 'name = "own"'))
        run = self.payoff("run", "own.lua", "--out", "out", "--quick", "--no-verify")
        self.assertEqual(run.status, 2, run.err)
        os.remove(os.path.join(self.folder, "ran"))
        said = " ".join(self.report("own.payoff.db").split())
        self.assertIn("evil.lua is of a file of its own", said)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "ran")))

    def test_which_store(self):
        self.assertIn("small", self.report())  # the only one here: the table
        self.assertEqual(self.report("1"), self.report("small.payoff.db"))
        shutil.copy(os.path.join(self.folder, "small.payoff.db"),
                    os.path.join(self.folder, "other.payoff.db"))
        for arguments, status, words in [
            ([], 64, "several"), (["none.db"], 66, "none.db"), (["small.payoff.db", "9"], 64, "9"),
            (["small.payoff.db", "--html", "no/such/folder/x.html"], 74, "no/such/folder"),
            (["small.payoff.db", "--out", "x"], 64, "--script"),
            (["small.payoff.db", "--csv", "x", "--html", "./x"], 64, "goes"),
            (["small.payoff.db", "--json", "-", "--markdown", "-"], 64, "goes"),
            (["small.payoff.db", "--json", "small.payoff.db"], 64, "the store"),
            (["small.payoff.db", "--json", ""], 64, "which file"),
        ]:
            with self.subTest(" ".join(arguments)):
                result = self.payoff("report", *arguments)
                self.assertEqual(result.status, status, result.err)
                self.assertIn(words, result.err)


if __name__ == "__main__":
    unittest.main()
