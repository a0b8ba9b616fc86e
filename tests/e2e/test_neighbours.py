#!/usr/bin/env python3
"""Other tools read what `payoff report` writes for them.

usage: test_neighbours.py benchstat|hyperfine|pyperf      exit status 77: the tool is not here
"""

import json
import os
import shutil
import subprocess
import sys
import unittest

from support import Case

SUBJECTS = 'payoff.python { name = "twin", file = "kernel.py", func = "total" },'


class Neighbour(Case):
    def setUp(self):
        super().setUp()
        self.experiment(SUBJECTS)
        run = self.payoff("run", "small.lua", "--out", "out", "--blocks", "6")
        self.assertEqual(run.status, 0, run.err)

    def write_for(self, tool):
        path = os.path.join(self.folder, "for." + tool)
        result = self.payoff("report", "--" + tool, path)
        self.assertEqual(result.status, 0, result.err)
        return path

    def reads(self, *command):
        process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 encoding="utf-8", timeout=60, check=False)
        self.assertEqual(process.returncode, 0, process.stdout)
        return process.stdout

    def test_benchstat(self):
        text = self.reads("benchstat", "-col", "/subject", self.write_for("benchstat"))
        self.assertIn("sec/op", text)
        self.assertIn("vs base", text)
        self.assertIn("n=6", text)
        self.assertNotIn("parse", text)

    def test_pyperf(self):
        path = self.write_for("pyperf")
        python = os.environ.get("PAYOFF_PYTHON", sys.executable)
        stats = self.reads(python, "-m", "pyperf", "stats", path)
        self.assertIn("Number of benchmarks: 2", stats)
        self.assertIn("Number of run with values: 6", stats)
        self.reads(python, "-m", "pyperf", "compare_to", path, path)

    def test_hyperfine(self):
        own = os.path.join(self.folder, "own.json")
        self.reads("hyperfine", "--runs", "2", "--shell", "none", "--export-json", own, "true")
        with open(own, encoding="utf-8") as file:
            theirs = json.load(file)["results"][0]
        with open(self.write_for("hyperfine"), encoding="utf-8") as file:
            ours = json.load(file)["results"][0]
        # What a newer one adds about its own running (exit codes, memory) is no business of ours.
        for key in ("command", "mean", "stddev", "median", "user", "system", "min", "max", "times"):
            self.assertIn(key, theirs)
            self.assertIn(key, ours)


def is_here(tool):
    if tool == "pyperf":
        python = os.environ.get("PAYOFF_PYTHON", sys.executable)
        return subprocess.run([python, "-c", "import pyperf"], stderr=subprocess.DEVNULL,
                              check=False).returncode == 0
    return shutil.which(tool) is not None


if __name__ == "__main__":
    name = sys.argv.pop()
    if not is_here(name):
        print(name + " is not installed")
        sys.exit(77)
    sys.argv.append("Neighbour.test_" + name)
    unittest.main()
