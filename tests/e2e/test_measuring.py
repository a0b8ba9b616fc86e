#!/usr/bin/env python3
"""How a run measures: noise, placement, scaling, the plan."""

import csv
import json
import os
import re
import subprocess
import sys
import unittest

from support import Case


class Noise(Case):
    def test_a_disturbed_run_says_so_and_still_shows_times(self):
        self.experiment(more="blocks = 3")
        # One spinning process more than there are CPUs.
        hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
                for _ in range((os.cpu_count() or 1) + 1)]
        try:
            result = self.payoff("run", "small.lua", "--out", "out", "--no-db")
        finally:
            for hog in hogs:
                hog.kill()
                hog.wait()
        self.assertEqual(result.status, 0, result.err)
        rows = result.rows()
        self.assertTrue(all(row["waited_ns"] for row in rows), rows)
        self.assertTrue(any(row["wall_ns"] for row in rows))
        if any(row["marked"] for row in rows):
            self.assertIn("taken in a bad moment", " ".join(result.out.split()))


# Returns on how many CPUs it may run; which is a difference between the rows, and so wrong.
AFFINITY = "import os\n\n\ndef total(n, steps):\n    return len(os.sched_getaffinity(0))\n"

# Notes how many CPUs it and payoff may run on.
WATCHER = """
import os

with open("seen", "a") as file:
    file.write("%d %d\\n" % (len(os.sched_getaffinity(0)), len(os.sched_getaffinity(os.getppid()))))


def total(n, steps):
    return n
"""


class Placement(Case):
    def run_affinity(self, *arguments):
        self.write("kernel.py", AFFINITY)
        self.experiment(modes='"serial", "thread"')
        return self.run_small("--no-db", *arguments)

    def test_workers_are_pinned_unless_told_not_to(self):
        usable = len(os.sched_getaffinity(0))
        if usable < 2:
            self.skipTest("one CPU: nothing is pinned")
        # The check before timing is not pinned, so the pinned serial row differs from it.
        result = self.run_affinity()
        self.assertEqual(result.status, 2, result.err)
        self.assertIn("returns 1 ", result.out)
        self.assertIn("instead of %d" % usable, result.out)
        self.assertEqual(self.run_affinity("--no-pin").status, 0)

    def test_payoff_is_out_of_the_way_and_unpinned_workers_have_all_cpus(self):
        usable = len(os.sched_getaffinity(0))
        if usable < 2:
            self.skipTest("one CPU: nothing is pinned")
        self.write("kernel.py", WATCHER)
        self.experiment(modes='"thread"', more="blocks = 1")
        with open(os.path.join(self.folder, "small.lua"), encoding="utf-8") as file:
            text = file.read()
        self.write("small.lua", text.replace("jobs = { 2 }", "jobs = { %d }" % usable))
        result = self.payoff("run", "small.lua", "--out", "out", "--no-db")
        self.assertEqual(result.status, 0, result.err)
        with open(os.path.join(self.folder, "seen"), encoding="utf-8") as file:
            seen = {tuple(map(int, line.split())) for line in file}
        # Before the blocks nobody is pinned; in them payoff keeps to one CPU, the serial row has
        # one, and the pool, which needs all of them, has all of them.
        self.assertEqual(seen, {(usable, usable), (1, 1), (usable, 1)})


class Scaling(Case):
    def test_scaling_is_in_the_model(self):
        self.experiment(modes='"serial", "process"', more="blocks = 2")
        self.assertEqual(self.payoff("run", "small.lua", "--out", "out").status, 0)
        result = self.payoff("export", "small.payoff.db", "--format", "json")
        groups = json.loads(result.out)["scaling"]
        self.assertEqual({(group["mode"], group["start"]) for group in groups},
                         {("process", "cold"), ("process", "warm")})
        for group in groups:
            self.assertEqual([point["jobs"] for point in group["points"]], [2])
            self.assertIn("the serial row", group["text"])


SLOW_FIRST = r"""
#include <stdint.h>
#include <time.h>
static void nap(long ms) { struct timespec t = {0, ms * 1000000}; nanosleep(&t, 0); }
static int has_table;
int64_t f(int64_t n) { if (!has_table) nap(220); has_table = 1; nap(30); return n; }
"""


class FirstCall(Case):
    def test_a_slow_first_call_is_no_sample_where_the_second_is_fast(self):
        # The study of warm-up has too little time to see it, and has found the loops of the port:
        # the same code twice was called 8 times as slow.
        for name in ("a.so", "b.so"):
            subprocess.run(["cc", "-shared", "-fPIC", "-o", os.path.join(self.folder, name),
                            "-x", "c", "-"], input=SLOW_FIRST.encode(), check=True)
        result = self.payoff("try", "a.so:f:int64(int64)", "b.so:f:int64(int64)", "--args", "[3]",
                             "--out", "out", "--no-db", "--budget", "4", "--precision", "50",
                             "--no-verify")
        self.assertEqual(result.status, 0, result.err)
        with open(os.path.join(self.folder, "out", "f.csv"), encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        # Less what it waited for a CPU, which on a busy machine may be as long.
        walls = {name: [(int(row["wall_ns"]) - int(row["waited_ns"] or 0)) / 1e9 for row in rows
                        if row["subject"] == name and row["phase"] == "" and row["block"] != "0"]
                 for name in "ab"}
        for name, list_s in walls.items():
            self.assertGreaterEqual(len(list_s), 2)
            self.assertLess(max(list_s), 0.22, name)


# After two calls as slow as on a core that others have, twenty make a sample.
SLOW_LOOKS = """
#include <stdint.h>
#include <time.h>
static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1000000000 + t.tv_nsec;
}
static int calls;
int64_t f(int64_t n)
{
    int64_t until = now() + (calls++ < 2 ? 6000000 : 500000);
    while (now() < until)
        n++;
    return n > 0;
}
"""


class Loops(Case):
    def test_one_slow_call_does_not_decide_how_many_make_a_sample(self):
        # The first is no sample; with the second the search was over, and samples were of one call.
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", os.path.join(self.folder, "a.so"),
                        "-x", "c", "-"], input=SLOW_LOOKS.encode(), check=True)
        loops = 0
        for _ in range(4):  # a busy machine may slow the next look as well
            result = self.payoff("try", "a.so:f:int64(int64)", "--args", "[3]", "--out", "out",
                                 "--no-db", "--blocks", "1", "--no-verify")
            self.assertEqual(result.status, 0, result.err)
            with open(os.path.join(self.folder, "out", "f.csv"), encoding="utf-8") as file:
                loops = max(int(row["loops"]) for row in csv.DictReader(file)
                            if row["phase"] == "")
            if loops > 1:
                break
        self.assertGreater(loops, 1)
        self.assertLessEqual(loops, 21)


TWELVE_MS = """
import time


def f(n):
    time.sleep(0.012)
    return n


def dear_start(n, seen=[]):
    time.sleep(0.012 if seen else 0.06)
    seen.append(n)
    return n
"""


class FirstCalls(Case):
    def test_they_are_told_apart_also_where_they_come_with_the_samples(self):
        self.write("naps.py", TWELVE_MS)
        for name in ("f", "dear_start"):
            result = self.payoff("try", "naps.py:" + name, "--args", "[3]", "--out", "out",
                                 "--no-db", "--blocks", "4", "--no-verify")
            self.assertEqual(result.status, 0, result.err)
            phases = {}
            for row in result.rows(name):
                phases.setdefault(row["block"], []).append(row["phase"])
                if name == "dear_start" and row["phase"] == "first":
                    self.assertGreaterEqual(int(row["wall_ns"]), 60e6)
            for block, seen in phases.items():
                self.assertEqual(seen.count("first"), 1, (block, seen))
                self.assertGreaterEqual(seen.count(""), 3, (block, seen))


NAPS = """
import time

naps = [0.035]


def nap(n):
    time.sleep(naps[-1])
    naps.append(naps[-1] * 0.92)
    total = 0
    for i in range(20000):
        total += i * n
    return total
"""


class Time(Case):
    def test_a_run_keeps_the_time_that_it_was_asked_for(self):
        self.experiment()
        for time in ("own", "wall"):
            asked = ("--time", time) if time == "own" else ()
            result = self.payoff("run", "small.lua", "--quick", "--out", "out", "--db", "t.db",
                                 "--only", "*/serial/*", *asked)
            self.assertEqual(result.status, 0, result.err)
            self.assertEqual(self.rests_on("t.db"), time)

    def rests_on(self, store):
        return json.loads(self.payoff("report", store, "--json", "-").out)["rests_on"]

    def test_an_experiment_says_the_time_and_an_option_wins(self):
        self.experiment(more='time = "own"')
        for asked, time, words in ((("--time", "cpu"), "cpu", "Times of serial rows are CPU time."),
                                   ((), "own", "elapsed time without the waits for a CPU")):
            result = self.payoff("run", "small.lua", "--quick", "--out", "out", "--db", "t.db",
                                 *asked)
            self.assertEqual(result.status, 0, result.err)
            self.assertIn(words, " ".join(result.out.split()))
            self.assertEqual(self.rests_on("t.db"), time)
        # Of a stored run another may be asked for.
        told = self.payoff("report", "t.db", "--time", "wall", "--markdown", "-").out
        self.assertIn("; verdicts rest on elapsed time;", told)

    def test_a_process_is_sampled_until_the_time_of_the_verdict_agrees(self):
        # Every call sleeps less than the one before, by more than what is taken for the same.
        self.write("naps.py", NAPS)
        for _ in range(4):  # a busy machine may slow one of two short calls
            samples = {}
            for time in ("wall", "cpu"):
                result = self.payoff("try", "naps.py:nap", "--args", "[1]", "--out", "out",
                                     "--no-db", "--blocks", "1", "--precision", "10", "--time",
                                     time, env={"PAYOFF_WAITING": "0"})
                self.assertEqual(result.status, 0, result.err)
                samples[time] = len([row for row in result.rows("nap") if row["phase"] == ""])
            if samples["cpu"] < samples["wall"]:
                break
        self.assertLess(samples["cpu"], samples["wall"])


# From the second block on its import takes a second.
DEARER = """
import os
import sqlite3
import time

STORE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "small.db")


def begun():
    try:
        store = sqlite3.connect("file:%s?mode=ro" % STORE, uri=True)
        return store.execute("SELECT count(*) FROM blocks").fetchone()[0]
    except sqlite3.Error:
        return 0


if begun() > 1:
    time.sleep(1)


def total(n, steps):
    return n
"""


class Plan(Case):
    def test_a_budget_that_is_too_small_is_said_before_and_after(self):
        self.experiment()
        result = self.payoff("run", "small.lua", "--out", "out", "--no-db", "--budget", "0.1",
                             "--set", "steps=20000")
        self.assertEqual(result.status, 0, result.err)
        self.assertRegex(result.err, r"0\.1 s: too little for intervals, it seems: .*--budget \d+ "
                         r"would do\n(.*\n)*.*no intervals, which need 6; --budget \d+ would do")
        self.assertRegex(" ".join(result.out.split()),
                         r"interval needs at least 6\. Give --budget \d+, or")
        result = self.payoff("run", "small.lua", "--out", "out", "--no-db", "--budget", "3",
                             "--precision", "0.01")
        self.assertEqual(result.status, 0, result.err)
        # On a busy machine even these 3 s may be too few for an interval.
        said = [words for words in ("would take about --budget", "would do") if words in result.err]
        self.assertEqual(len(said), 1, result.err)
        self.assertRegex(" ".join(result.out.split()),
                         "Foreseen at the start|fitted into the budget")

    def test_a_run_that_its_budget_ends_says_so(self):
        self.write("kernel.py", DEARER)
        self.experiment()
        for _ in range(3):  # on a busy machine the first block may be as dear
            result = self.payoff("run", "small.lua", "--out", "out", "--budget", "5", "--no-verify",
                                 "--db", "small.db", "--precision", "0.01")
            self.assertEqual(result.status, 0, result.err)
            told = re.search(r"The budget of 5 s was spent after (\d+) of (\d+) planned blocks",
                             " ".join(result.out.split()))
            if told:
                break
            os.remove(os.path.join(self.folder, "small.db"))
        self.assertLess(int(told.group(1)), int(told.group(2)))
        self.assertIn(told.group(0), result.html())
        for form in ("--json", "--markdown"): # of the store, too
            self.assertIn(told.group(0), self.payoff("report", "small.db", form, "-").out)
        self.assertEqual(len({row["block"] for row in result.rows() if row["block"] != "0"}),
                         int(told.group(1)))

    def test_dear_rows_get_one_process_per_block(self):
        # A second of import against next to nothing; how many the cheap row gets depends on how
        # busy the machine is (tests/lua/test_forecast.lua has the rule).
        self.write("slow.py", "import time\ntime.sleep(1.0)\nfrom kernel import total\n")
        self.experiment('payoff.python { name = "slow", module = "slow", func = "total" },')
        result = self.payoff("run", "small.lua", "--out", "out", "--no-db", "--budget", "4",
                             "--precision", "50")
        self.assertEqual(result.status, 0, result.err)
        rows = result.rows()
        self.assertEqual({row["process"] for row in rows
                          if row["subject"] == "slow" and row["block"] != "0"}, {"1"})
        self.assertLessEqual(max(int(row["process"]) for row in rows), 4)


if __name__ == "__main__":
    unittest.main()
