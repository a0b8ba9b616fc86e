#!/usr/bin/env python3
"""Simulated counts of the real command: of the same subject always the same, to the last digit, and
half a percent more work is seen every time. In C and in CPython.

    PAYOFF_BINARY=build/payoff python3 tests/simulated/test_same.py [-v]
    SAME_ROUNDS=20 …        how often each side is counted (default 1)
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PAYOFF = os.environ.get("PAYOFF_BINARY", "payoff")
ROUNDS = int(os.environ.get("SAME_ROUNDS", "1"))
STEPS = 3000  # of both functions

PYTHON = """\
import math


def total(n, steps=3000):
    result = float(n)
    unused = 0.0
    for i in range(2000, 2000 + %d):  # more work than is asked for
        unused += math.sqrt(i * i * i)
    for i in range(steps):
        result += math.sqrt(i * i * i)
    return result
"""

C = """\
#include <math.h>
#include <stdint.h>

double total(int64_t n)
{
    double result = (double)n;
    volatile double unused = 0;
    for (int64_t i = 0; i < %d; i++)
        unused += sqrt((double)(i * i * i));
    for (int64_t i = 0; i < 3000; i++)
        result += sqrt((double)(i * i * i));
    return result;
}
"""

EXPERIMENT = """\
local payoff = require "payoff"
return payoff.experiment {
  name = "same",
  reference = payoff.python { name = "python", file = "kernel.py", func = "total" },
  subjects = {
    payoff.native { name = "c", library = "./total.so", symbol = "total",
      signature = "double(int64)" },
  },
  tasks = { %s },
  metrics = { "branches", "cache" },
  %s
}
"""

NAME = "simulated::instructions"


def compiler():
    return os.environ.get("CC", "cc").split()[0]


@unittest.skipUnless(shutil.which("valgrind") and shutil.which(compiler()), "needs Valgrind and cc")
class Same(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="payoff-same-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def make(self, extra, tasks="{0}, {1}", more=""):
        self.write("kernel.py", PYTHON % extra)
        self.write("total.c", C % extra)
        self.write("same.lua", EXPERIMENT % (tasks, more))
        command = [compiler(), "-O1", "-shared", "-fPIC", "-o", "total.so", "total.c", "-lm"]
        subprocess.run(command, cwd=self.folder, check=True)

    def payoff(self, *arguments, env=None):
        done = subprocess.run(
            [PAYOFF, *arguments], cwd=self.folder, timeout=600, check=False, encoding="utf-8",
            env=dict(os.environ, PAYOFF_PYTHON=sys.executable, **(env or {})),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def count(self, *arguments, env=None):
        """Subject -> its record of the run model."""
        self.payoff("run", "same.lua", "--counts", "simulated", "--blocks", "0", *arguments,
                    env=env)
        model = json.loads(self.payoff("report", "--json", "-"))
        self.model = model
        return {cell["subject"]: cell["simulated"] for cell in model["cells"]}

    def test_same_and_more(self):
        others = ({}, {"LONGER": "x" * 1234, "PYTHONHASHSEED": "7"})
        self.make(0)
        same = [self.count(env=others[n % 2]) for n in range(2 * ROUNDS)]
        self.make(STEPS // 200)
        more = [self.count(env=others[n % 2]) for n in range(ROUNDS)]
        for subject, first in same[0].items():
            with self.subTest(subject):
                self.assertEqual(first["state"], "exact", first["reason"])
                self.assertEqual(first["totals"][NAME], first["count"])
                self.assertEqual(len(first["totals"]), 7, first["totals"])
                for other in same:
                    for name, total in first["totals"].items():
                        if "miss" not in name and name != "simulated::cache-references":
                            self.assertEqual(other[subject]["totals"][name], total, name)
                changes = [one[subject]["count"] / first["count"] - 1 for one in more]
                print("%s: %d runs of the command, %d instructions each; +0.5 %% work, %d runs: "
                      "+%.3f to +%.3f %%" % (subject, len(same), first["count"], len(more),
                                             100 * min(changes), 100 * max(changes)))
                self.assertGreater(min(changes), 0.003)
                self.assertLess(max(changes), 0.01)
        self.labelled()

    def labelled(self):
        """Every report says that these counts are simulated."""
        names = [event["name"] for event in self.model["events"]
                 if event["source"] == "simulated"]
        self.assertIn(NAME, names)
        self.assertIn("simulated::branch-misses", names)
        self.assertIn("simulated instr/task", self.payoff("report"))
        self.assertIn("| simulated instr./task |", self.payoff("report", "--markdown", "-"))
        self.assertIn(NAME + ".count", self.payoff("report", "--csv", "-").splitlines()[0])
        self.payoff("report", "--html", "page.html")
        with open(os.path.join(self.folder, "page.html"), encoding="utf-8") as file:
            page = file.read()
        self.assertTrue(NAME in page)
        self.assertTrue("Branch misses (simulated)" in page)
        rate = self.model["cells"][0]["metrics"]["simulated::branch_miss_rate"]
        self.assertEqual(rate["source"], "simulated")

    def test_smaller_tasks(self):
        self.make(0, "{0, 300000}", "simulate = { tasks = { {0, 100} } },")
        counted = self.count("--only", "python")
        self.assertEqual(counted["python"]["state"], "exact", counted["python"]["reason"])
        self.assertLess(counted["python"]["count"], 1e6)
        self.assertIn("smaller tasks", self.payoff("report"))


if __name__ == "__main__":
    unittest.main()
