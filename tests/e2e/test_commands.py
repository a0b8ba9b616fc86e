#!/usr/bin/env python3
"""The commands besides run: try, runs, show, export, counters, doctor."""

import csv
import fcntl
import io
import json
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest

from support import PAYOFF, Case


class Try(Case):
    def test_two_functions_without_a_script(self):
        result = self.payoff("try", "kernel.py:total", "kernel.py:total_off", "--args", "[0, 500]",
                             "--args", "[1, 500]", "--quick", "--out", "out", "--no-db")
        self.assertEqual(result.status, 2, result.err)
        self.assertIn("(0, 500)", result.out)
        self.assertIn("WRONG", result.out)

    def test_saved_script_runs(self):
        result = self.payoff("try", "kernel.py:total", "kernel.py:total_off", "--args", "[0, 0.5]",
                             "--args", '[1, "x"]', "--save", "saved.lua", "--blocks", "1",
                             "--out", "out", "--no-db")
        self.assertIn("failed", result.err)
        with open(os.path.join(self.folder, "saved.lua"), encoding="utf-8") as file:
            text = file.read()
        self.assertIn('{ 0, 0.5 }', text)
        self.assertIn('{ 1, "x" }', text)
        again = self.payoff("try", "kernel.py:total", "kernel.py:total", "--args", "[0, 500]",
                            "--save", "saved.lua", "--blocks", "1", "--out", "out", "--no-db")
        self.assertEqual(again.status, 0, again.err)
        result = self.payoff("run", "saved.lua", "--blocks", "1", "--out", "out", "--no-db")
        self.assertEqual(result.status, 0, result.err)

    def test_saved_script_is_the_same_run(self):
        os.mkdir(os.path.join(self.folder, "sub"))
        result = self.payoff(
            "try", "kernel.py:total", "kernel.py:total_off", "--args", "[0, 500]", "--modes",
            "serial,thread", "--jobs", "2", "--budget", "7.5", "--precision", "4", "--blocks", "1",
            "--time", "own", "--seed", "7", "--no-pin", "--no-verify", "--only", "*/serial/*",
            "--python", sys.executable, "--save", "sub/it's.lua", "--out", "out", "--db", "a.db")
        self.assertEqual(result.status, 2, result.err)
        with open(os.path.join(self.folder, "sub", "it's.lua"), encoding="utf-8") as file:
            text = file.read()
        for field in ("precision = 0.04,", "budget = 7.5,", "blocks = 1,", "jobs = { 2 },",
                      'time = "own",', 'modes = { "serial", "thread" },', 'file = "../kernel.py"'):
            self.assertIn(field, text)
        command = text.splitlines()[0].split(": ", 1)[1]
        self.assertEqual(shlex.split(command)[3:],
                         ["--only", "*/serial/*", "--seed", "7", "--no-pin", "--no-verify", "--db",
                          "a.db", "--out", "out"])
        again = self.payoff(*shlex.split(command.replace("a.db", "b.db"))[1:])
        self.assertEqual(again.status, 2, again.err)
        first, second = (json.loads(self.payoff("export", store, "--format", "json").out)
                         for store in ("a.db", "b.db"))
        for part in ("seed", "seeds", "placement", "confidence", "rests_on"):
            self.assertEqual(first[part], second[part])
        # Of a sample that was taken in a bad moment there may be two.
        self.assertEqual(*([(cell["id"], {sample["order"] for sample in cell["samples"]})
                            for cell in run["cells"]] for run in (first, second)))
        for part in ("precision", "budget", "blocks"):
            self.assertEqual(first["experiment"].get(part), second["experiment"].get(part))

    def test_mistakes(self):
        for arguments, words in [
            (["kernel.py"], "is no subject"),
            (["kernel.py:total", "--args", "{"], "--args {"),
            (["kernel.py:total", "--args", "3"], "a JSON list"),
            (["kernel.py:total", "--jobs", "0"], "--jobs 0"),
            (["kernel.py:total", "--modes", "serail"], "serail"),
        ]:
            with self.subTest(" ".join(arguments)):
                result = self.payoff("try", *arguments)
                self.assertIn(result.status, (64, 65), result.err)
                self.assertIn(words, result.err)


class Store(Case):
    def setUp(self):
        super().setUp()
        self.experiment('payoff.python { name = "twin", file = "kernel.py", func = "total" },')
        self.first = self.run_small()
        self.database = "small.payoff.db"

    def test_a_stored_run_gives_the_same_table(self):
        table = self.first.out.split("\nCSV")[0].rstrip("\n")
        shown = self.payoff("show", self.database)
        self.assertEqual(shown.status, 0, shown.err)
        self.assertEqual(shown.out.rstrip("\n"), table)

    def test_runs_and_export(self):
        self.run_small()
        listed = self.payoff("runs", self.database)
        self.assertEqual(len(listed.out.splitlines()), 3, listed.out)
        self.assertIn("complete", listed.out)
        exported = self.payoff("export", self.database, "2", "--format", "csv")
        self.assertEqual(exported.status, 0, exported.err)
        rows = list(csv.DictReader(io.StringIO(exported.out)))
        self.assertEqual({row["subject"] for row in rows}, {"python", "twin"})

    def test_bad_stores(self):
        self.write("foreign.db", "not a database at all, just text " * 200)
        for name, status in (("none.db", 66), ("foreign.db", 65)):
            with self.subTest(name):
                result = self.payoff("runs", name)
                self.assertEqual(result.status, status, result.err)
                self.assertTrue(result.err.startswith("payoff: "))
                self.assertEqual(len(result.err.splitlines()), 1, result.err)
        result = self.payoff("show", self.database, "77")
        self.assertEqual(result.status, 64)
        self.assertIn("77", result.err)

    def test_history_finds_the_only_store(self):
        found = self.payoff("history")
        self.assertEqual(found.status, 0, found.err)
        self.assertRegex(found.out, r"small: 1 run, from \S+ to \S+\n\npython, serial +\S  ")
        self.write("other.payoff.db", "")
        self.assertIn("There are several *.payoff.db", self.payoff("history").err)
        os.remove(os.path.join(self.folder, "other.payoff.db"))
        os.remove(os.path.join(self.folder, self.database))
        none = self.payoff("history")
        self.assertEqual(none.status, 64)
        self.assertIn("There is no *.payoff.db in this folder", none.err)

    def test_no_store_when_not_wanted(self):
        os.remove(os.path.join(self.folder, self.database))
        self.run_small("--no-db")
        self.assertFalse(os.path.exists(os.path.join(self.folder, self.database)))


class Terminal(Case):
    def test_progress_is_one_line_that_goes(self):
        """Of 40 columns: none is longer, and the last thing written clears it."""
        self.experiment()
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
        with subprocess.Popen([PAYOFF, "run", "small.lua", "--blocks", "2", "--no-db"],
                              cwd=self.folder, stdin=theirs, stdout=subprocess.DEVNULL,
                              stderr=theirs) as process:
            os.close(theirs)
            shown = b""
            while True:
                try:
                    shown += os.read(ours, 65536)
                except OSError: # the other side is closed
                    break
        os.close(ours)
        self.assertEqual(process.returncode, 0, shown)
        lines = shown.decode().split("\r\x1b[K")
        self.assertTrue(any("block 2 of 2" in line for line in lines), lines)
        self.assertLessEqual(max(len(line) for line in lines if "payoff: " not in line), 40)
        self.assertEqual(lines[-1].replace("\r\n", ""), "")


class Machine(Case):
    def test_counters_are_proven(self):
        result = self.payoff("counters", "--json")
        self.assertEqual(result.status, 0, result.err)
        events = {event["name"]: event for event in json.loads(result.out)["events"]}
        for name in ("cycles", "instructions", "branches", "branch-misses", "cache-references",
                     "cache-misses", "task-clock", "page-faults", "context-switches",
                     "cpu-migrations"):
            with self.subTest(name):
                event = events[name]
                self.assertIn(event["state"], ("exact", "not counted", "unsupported"))
                self.assertTrue(event["state"] == "exact" or event["reason"])

    def test_counters_in_words(self):
        result = self.payoff("counters", "page-f")
        self.assertEqual(result.status, 0, result.err)
        head, row = result.out.splitlines()[0], result.out.splitlines()[1]
        self.assertEqual(head.split()[:3], ["event", "counted", "here"])
        self.assertRegex(row, r"^page-faults +(yes, as page-faults|unsupported|not counted) ")
        for number in set(re.findall(r"  \[(\d+)\]  ", result.out)):
            self.assertRegex(result.out, r"(?m)^\[%s\] \S" % number)

    def test_boundary_says_where_it_runs(self):
        result = self.payoff("boundary")
        self.assertEqual(result.status, 66)
        self.assertIn("run this in their top folder", result.err)

    def test_boundary_interrupted_shows_what_it_has(self):
        self.write("two.py", "import time\n\n\ndef quick(n):\n    return n\n\n\n"
                   "def slow(n):\n    open('slow', 'w').close()\n    time.sleep(100)\n")
        self.write("two.lua", """local payoff = require "payoff"
            local case = payoff.setting("case", "calls")
            return payoff.experiment { name = "two", reference = payoff.python { name = "python",
              file = "two.py", func = case == "calls" and "quick" or "slow" }, sizes = { 1, 2 },
              workload = function(n) return { { n } } end, metrics = {} }""")
        with subprocess.Popen([PAYOFF, "boundary", "two.lua", "--quick", "--out", "kept.json"],
                              cwd=self.folder, stdout=subprocess.PIPE, encoding="utf-8",
                              env=dict(os.environ, PAYOFF_PYTHON=sys.executable)) as process:
            while process.poll() is None and not self.is_there("slow"):
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out = process.communicate()[0]
        self.assertEqual(process.returncode, 130, out)
        self.assertIn("one call, no argument  python", out)
        self.assertIn("Interrupted in the case arguments; nothing is kept.", out)
        self.assertFalse(self.is_there("kept.json"))

    def is_there(self, name):
        return os.path.exists(os.path.join(self.folder, name))

    def test_an_unknown_counter(self):
        result = self.payoff("counters", "instructons")
        self.assertEqual(result.status, 64)
        self.assertIn("did you mean 'instructions'?", result.err)

    def test_doctor_calibrates(self):
        result = self.payoff("doctor", "--calibrate", "--json")
        self.assertEqual(result.status, 0, result.err)
        found = json.loads(result.out)["calibration"]
        self.assertEqual([one["name"] for one in found], ["Python", "native"])
        for one in found:
            if "scatter" not in one:
                self.assertIn("blocks could be measured in ", one["reason"])
                continue
            changes = [item["change"] for item in one["detectable"]]
            self.assertEqual(changes, sorted(changes, reverse=True))
            self.assertGreater(changes[-1], 0)
            self.assertIn(one["state"], ("equal", "faster", "slower", "unresolved"))

    def test_doctor_says_each_thing_once(self):
        result = self.payoff("doctor", "--json")
        self.assertEqual(result.status, 0, result.err)
        findings = json.loads(result.out)["findings"]
        topics = [finding["topic"] for finding in findings]
        self.assertEqual(len(topics), len(set(topics)))
        for topic in ("cores", "load", "perf rights", "hardware counters", "steal", "Python"):
            self.assertIn(topic, topics)
        for finding in findings:
            self.assertIn(finding["level"], ("ok", "caution", "blocks", "unknown"))
        self.assertIn("hardware counters", self.payoff("doctor").out)


if __name__ == "__main__":
    unittest.main()
