#!/usr/bin/env python3
"""The fault matrix: every kind of subject, in every mode, does every bad thing once.

usage: test_faults.py [FAULT…] [--all]     --all: every fault in every mode; else these (or every
                                           one), in one mode each

Expected each time: what cannot be measured is one recorded failure with a helpful reason, the rest
of the run is complete and right, and nothing stays behind: no process, no temporary file.
"""

import os
import signal
import sys
import time
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from support import Case  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = os.environ.get("FAULTS_LIBRARY", "libfaults.so")
WORKER = os.environ.get("FAULTS_WORKER", "python_worker.py")

EXPERIMENT = '''\
local payoff = require "payoff"
local env = { FAULT = "%(fault)s", FAULT_MODE = "%(mode)s" }
return payoff.experiment {
  name = "faults",
  reference = payoff.python { name = "python", file = "faults.py", func = "good" },
  subjects = {
    payoff.python { name = "py", file = "faults.py", func = "total", env = env, memory = 1 << 30 },
    payoff.native { name = "so", library = "%(library)s", symbol = "total", env = env,
      signature = "int64(int64, int64)", memory = 1 << 30 },
    payoff.executable { name = "exe", command = { "python3", "%(worker)s" }, env = env,
      subject = { file = "faults.py", func = "total" }, memory = 1 << 30 },
    payoff.python { name = "good", file = "faults.py", func = "good" },
  },
  tasks = { {1, 1000}, {2, 1000} }, modes = { "serial", "process", "thread" }, jobs = { 2 },
  starts = { "warm" }, metrics = { "os" }, timeout = %(timeout)d, blocks = 1, samples = 1,
}
'''

# What the reason must say; RIGHT: nothing, the subject is right all the same; TAINTED: whatever
# the harness makes of a spoilt conversation, as long as it is not a figure for a wrong result.
RIGHT, TAINTED = "right", "tainted"
SLOW = r"no reply to 'run' within|took longer"
FAULTS = {
    "segv": r"signal 11|SIGSEGV", "abrt": r"signal 6|SIGABRT", "ill": r"signal 4|SIGILL",
    "exit": r"exit|ended",
    "loop": SLOW, "orphans": RIGHT, "balloon": r"[Mm]emory|signal 6|SIGABRT",
    "close": r"closed|ended|fd|exited|no reply", "flood": RIGHT, "garbage": TAINTED,
    "oversized": TAINTED, "unasked": TAINTED, "stop": SLOW, "killed": r"signal 9|SIGKILL",
    "meddle": RIGHT,
}
MODES = ["serial", "process", "thread"]


def left_over(mark):
    """Processes that carry the mark of a run."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/environ" % pid, "rb") as file:
                if mark.encode() in file.read():
                    found.append(int(pid))
        except OSError:
            pass
    return found


class Faults(Case):
    def setUp(self):
        super().setUp()
        with open(os.path.join(HERE, "faults.py"), encoding="utf-8") as file:
            self.write("faults.py", file.read())
        self.temporary = os.path.join(self.folder, "temporary")
        os.mkdir(self.temporary)

    def run_fault(self, fault, mode):
        self.write("faults.lua", EXPERIMENT % {
            "fault": fault, "mode": mode, "library": LIBRARY, "worker": WORKER,
            "timeout": 3 if FAULTS[fault] == SLOW else 60})
        mark = "PAYOFF_FAULTS_" + uuid.uuid4().hex
        result = self.payoff("run", "faults.lua", "--out", "out", "--no-verify", "--no-db",
                             timeout=300, env={mark: "1", "TMPDIR": self.temporary})
        return result, mark

    def check_nothing_left(self, mark):
        until = time.monotonic() + 10
        while left_over(mark) and time.monotonic() < until:
            time.sleep(0.1)
        left = left_over(mark)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(left, [], "processes were left")
        self.assertEqual(os.listdir(self.temporary), [], "temporary files were left")

    def check_rows(self, result, fault, mode):
        rows = {}
        for row in result.rows("faults"):
            rows.setdefault(row["subject"], {})[row["mode"]] = row
        for name in ("python", "good"):
            for other in MODES:
                self.assertEqual(rows[name][other]["state"], "identical", (name, other))
                self.assertTrue(rows[name][other]["wall_ns"], (name, other))
        for name in ("py", "so", "exe"):
            row = rows[name].get(mode) or next(iter(rows[name].values()))
            with self.subTest(subject=name, fault=fault, mode=mode, row=row["verdict"]):
                self.check_faulty(row, FAULTS[fault])

    def check_faulty(self, row, expected):
        if expected == RIGHT:
            self.assertEqual(row["state"], "identical")
        elif expected == TAINTED:
            self.assertIn(row["state"], ("identical", "failed", "wrong"))
        else:
            self.assertEqual(row["state"], "failed")
            self.assertRegex(row["verdict"], expected)

    def check_fault(self, fault, mode):
        result, mark = self.run_fault(fault, mode)
        self.check_nothing_left(mark)
        self.assertNotIn("internal error", result.err)
        statuses = {RIGHT: (0,), TAINTED: (0, 2, 4)}.get(FAULTS[fault], (4,))
        self.assertIn(result.status, statuses, result.out + result.err)
        self.check_rows(result, fault, mode)


def add(fault, mode):
    def test(self):
        self.check_fault(fault, mode)
    setattr(Faults, "test_%s_%s" % (fault, mode), test)


if __name__ == "__main__":
    every = "--all" in sys.argv
    chosen = not every and sys.argv[1:] or list(FAULTS)
    for position, name in enumerate(chosen):
        for where in MODES if every else [MODES[position % 3]]:
            add(name, where)
    unittest.main(argv=sys.argv[:1], verbosity=2)
