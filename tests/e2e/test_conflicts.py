#!/usr/bin/env python3
"""What is asked of counters and cannot be had together: one line and a documented exit status; what
is no contradiction but brings less than was asked for: the report says what is missing and why."""

import json
import os
import re
import shutil
import sqlite3
import unittest

from support import Case

HEAD = '''\
local payoff = require "payoff"
return payoff.experiment {
  name = "x", budget = 1, blocks = 1,
  reference = payoff.python { name = "python", file = "kernel.py", func = "total" },
  subjects = { payoff.python { name = "twin", file = "kernel.py", func = "total" } },
  tasks = { {0, 200} }, %s
}
'''

# what contradicts, fields of the experiment, arguments, exit status, what stderr must match
REFUSED = [
    ("no blocks and no simulator", "", ["--blocks", "0"], 64,
     r"--blocks 0 measures nothing; it goes with --counts simulated"),
    ("no blocks, and an end of them",
     "", ["--blocks", "0", "--counts", "simulated", "--precision", "1"], 64,
     r"--precision ends blocks early, and --blocks 0 takes none"),
    ("half a block", "", ["--blocks", "0.5"], 64, r"--blocks 0\.5: a whole number"),
    ("hardware by option", "", ["--counts", "hardware"], 64,
     r"--counts' must be one of 'simulated'"),
    ("another simulator", 'counters = { source = "qemu" }', [], 65,
     r'counters\.source can be "simulated", or be left out; not \'qemu\''),
    ("exact, of nothing", "metrics = {}, counters = { exact = true }", [], 65,
     r"counters\.exact: there is nothing to count; name metrics or counters"),
    ("exact in words", 'counters = { exact = "yes" }', [], 65, r"counters\.exact can be true"),
    ("user only and kernel only", 'counters = { "cycles:u:k" }', [], 65,
     r"'cycles:u:k': :u \(user mode only\) and :k \(kernel mode only\) contradict each other; "
     r"write 'cycles'"),
    ("precise samples", 'counters = { "cycles:pp" }', [], 65, r"'cycles:pp' .*there is no :p"),
    ("a mode that no name shows", 'counters = { "instructions:u=1" }', [], 65,
     r"'instructions:u=1': of modes, payoff counts :u"),
    ("the hypervisor", 'counters = { "cycles:h" }', [], 65, r"'cycles:h'.*\(user mode only\)"),
    ("a clock of one mode", 'counters = { "task-clock:u" }', [], 65, r"write 'task-clock'"),
    ("the kernel's work in user mode", 'counters = { "page-faults:u", "cpu-migrations:u" }', [], 65,
     r"'cpu-migrations:u': this happens inside the kernel only"),
    ("a simulated event by name", 'counters = { "simulated::instructions" }', [], 65,
     r"counted by Valgrind and not by name: 'payoff run --counts simulated'"),
]

# arguments of commands that need no run
COMMANDS = [
    (["counters", "cycles:u:k"], 64, r"contradict each other"),
    (["counters", "cycles:p"], 64, r"there is no :p"),
    (["counters", "cycles:h"], 64, r"\(user mode only\)"),
    (["check", "x.lua", "--self-test", "--counts", "simulated"], 64,
     r"--self-test checks the gate of times alone; leave out --counts simulated"),
    (["check", "x.lua", "--self-test", "--baseline", "x.json"], 64, r"give one of"),
    (["bisect", "x.lua", "--good", "a", "--bad", "b", "--counts", "both"], 64, r"must be one of"),
]

# what is lost, fields of the experiment, arguments, what stdout must match
LOST = [
    ("no blocks, and counters of the CPU", 'counters = { "cycles:u", exact = true }',
     ["--blocks", "0", "--counts", "simulated"],
     r"With --blocks 0 nothing runs on the CPU itself: the experiment's counters \(cycles:u\) were "
     r"not asked, and exact = true has no meaning\."),
    ("what no simulator has", 'metrics = { "ipc", "clock", "os", "topdown" }',
     ["--blocks", "0", "--counts", "simulated"],
     r"not simulated: IPC, Effective clock, CPUs used, .*\(Valgrind counts instructions"),
    ("simulated by the experiment, no blocks by the option",
     'counters = { source = "simulated" }', ["--blocks", "0"], r"simulated instr/task"),
]


def flat(text):
    return re.sub(r"\s+", " ", text)


class Conflicts(Case):
    def check_line(self, result, status, pattern):
        self.assertEqual(result.status, status, result.err + result.out)
        first = result.err.splitlines()[0]
        self.assertTrue(first.startswith("payoff: "), result.err)
        self.assertRegex(first, pattern)
        self.assertNotIn("traceback", result.err)

    def run_x(self, body, *arguments, **options):
        self.write("x.lua", HEAD % body)
        return self.payoff("run", "x.lua", "--out", "out", "--no-verify", *arguments, **options)

    def test_refused(self):
        for name, body, arguments, status, pattern in REFUSED:
            with self.subTest(name):
                self.check_line(self.run_x(body, "--no-db", *arguments), status, pattern)

    def test_commands(self):
        self.write("x.lua", HEAD % "")
        for arguments, status, pattern in COMMANDS:
            with self.subTest(" ".join(arguments)):
                self.check_line(self.payoff(*arguments), status, pattern)

    @unittest.skipUnless(shutil.which("valgrind"), "Valgrind is not installed")
    def test_lost(self):
        for name, body, arguments, pattern in LOST:
            with self.subTest(name):
                result = self.run_x(body, "--no-db", *arguments)
                self.assertEqual(result.status, 0, result.err)
                self.assertRegex(flat(result.out), pattern)

    def test_no_simulator(self):
        tools = os.path.join(self.folder, "bin")
        os.mkdir(tools)
        for name in ("sh", "cc"):
            os.symlink(shutil.which(name), os.path.join(tools, name))
        result = self.run_x("", "--no-db", "--counts", "simulated", env={"PATH": tools})
        self.assertEqual(result.status, 0, result.err)
        self.assertRegex(flat(result.out),
                         r"simulated.*[Vv]algrind.*not installed|install.*valgrind")

    def test_no_counting_unit(self):
        """A gate of hardware counts where there are none: said by each row; no baseline is made."""
        events = json.loads(self.payoff("counters", "--json", "instructions").out)["events"]
        reason = {event["name"]: event for event in events}["instructions"].get("reason")
        if not reason or "user mode only" in reason:
            self.skipTest("this machine counts instructions")
        self.write("x.lua", HEAD % "")
        self.check_line(self.payoff("baseline", "save", "x.lua", "--counts", "hardware"), 69,
                        r"nothing could be counted, so there is no baseline: .*"
                        + re.escape(reason))
        base = os.path.join(self.folder, "base")
        os.mkdir(base)
        for name in ("kernel.py", "x.lua"):
            shutil.copy(os.path.join(self.folder, name), base)
        result = self.payoff("check", "x.lua", "--base", "base", "--counts", "hardware", "--pairs",
                             "3", "--budget", "1")
        self.assertIn(result.status, (0, 3), result.err)
        self.assertIn("its instructions: " + reason, flat(result.out))

    @unittest.skipUnless(shutil.which("valgrind"), "Valgrind is not installed")
    def test_baseline_of_another_kind(self):
        self.write("x.lua", HEAD % "")
        saved = self.payoff("baseline", "save", "x.lua", "--counts", "simulated", "--only", "twin")
        self.assertEqual(saved.status, 0, saved.err)
        result = self.payoff("check", "x.lua", "--baseline", "x.baseline.json", "--counts",
                             "hardware")
        self.check_line(result, 64, r"--counts hardware: the counts of x\.baseline\.json are "
                        r"simulated, and only counts of one kind can be compared")

    def test_resumed_otherwise(self):
        self.assertEqual(self.run_x("").status, 0)
        with sqlite3.connect(os.path.join(self.folder, "x.payoff.db")) as store:
            store.execute("update runs set state = 'running'")
        store.close()
        result = self.payoff("run", "x.lua", "--resume", "last", "--counts", "simulated")
        self.check_line(result, 64,
                        r"--counts simulated: run \S+ was begun without it, and goes on")


if __name__ == "__main__":
    unittest.main()
