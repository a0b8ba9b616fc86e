#!/usr/bin/env python3
"""The fault matrix: every kind of subject, in every mode, does every bad thing once.

usage: test_faults.py [FAULT…] [--all]     --all: every fault in every mode; else these (or every
                                           one), in one mode each

Expected each time: what cannot be measured is one recorded failure with a helpful reason, the rest
of the run is complete and right, and nothing stays behind: no process, no zombie, no fd, no
temporary file.
"""

import os
import sys
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from support import Case, still_left  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = os.environ.get("FAULTS_LIBRARY", "libfaults.so")
WORKER = os.environ.get("FAULTS_WORKER", "python_worker.py")
WITNESS = os.environ.get("WITNESS_LIBRARY", "libwitness.so")
EVERY = "--all" in sys.argv

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
    "meddle": RIGHT, "babble": r"exit|ended",
}
LIMITS_S = {SLOW: 3, TAINTED: 10}
FLOOD_BYTES = 1 << 30 if EVERY else 64 << 20
MODES = ["serial", "process", "thread"]
FAULTY = ("py", "so", "exe")


class Faults(Case):
    def setUp(self):
        super().setUp()
        with open(os.path.join(HERE, "faults.py"), encoding="utf-8") as file:
            self.write("faults.py", file.read())
        self.temporary = os.path.join(self.folder, "temporary")
        os.mkdir(self.temporary)

    def run_fault(self, fault, mode, **more):
        self.write("faults.lua", EXPERIMENT % {
            "fault": fault, "mode": mode, "library": LIBRARY, "worker": WORKER,
            "timeout": LIMITS_S.get(FAULTS.get(fault), 60)})
        mark = "PAYOFF_FAULTS_" + uuid.uuid4().hex
        self.write("witness", "")
        env = {mark: "1", "TMPDIR": self.temporary, "FAULT_BYTES": str(FLOOD_BYTES),
               "FAULT_WITNESS": "witness", "LD_PRELOAD": WITNESS}
        result = self.payoff("run", "faults.lua", "--out", "out", "--no-verify", "--no-db",
                             timeout=300, env=dict(env, **more))
        return result, mark

    def check_nothing_left(self, mark):
        self.assertEqual(still_left(mark, 10), [], "processes were left")
        self.assertEqual(os.listdir(self.temporary), [], "temporary files were left")
        with open(os.path.join(self.folder, "witness"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "seen\n", "fds or children were left")

    def check_rows(self, result, fault, mode):
        rows = {}
        for row in result.rows("faults"):
            rows.setdefault((row["subject"], row["mode"]), []).append(row)
        for (name, where), found in rows.items():
            # What is wrong in serial mode is not measured in any other.
            bad = name in FAULTY and mode in (where, "serial")
            with self.subTest(subject=name, fault=fault, mode=where, row=found[0]["verdict"]):
                self.check_faulty(found, FAULTS[fault] if bad else RIGHT)
        self.assertEqual(set(rows), {(name, where) for name in FAULTY + ("python", "good")
                                     for where in MODES})

    def check_faulty(self, found, expected):
        row = found[0]
        if expected == RIGHT:
            for row in found:
                self.assertEqual(row["state"], "identical")
                # Far more than it takes, far less than a jump of the clock.
                self.assertTrue(0 < float(row["wall_ns"]) < 3600e9, row["wall_ns"])
        elif expected == TAINTED:
            self.assertIn(row["state"], ("identical", "failed", "wrong"))
        else:
            self.assertEqual([one["state"] for one in found], ["failed"])
            self.assertRegex(row["verdict"], expected)

    def check_fault(self, fault, mode):
        result, mark = self.run_fault(fault, mode)
        self.check_nothing_left(mark)
        self.assertNotIn("internal error", result.err)
        with open(os.path.join(self.folder, "out", "faults.csv"), encoding="utf-8") as file:
            for text in (result.out, result.err, file.read()):
                self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f-\x9f]")
        statuses = {RIGHT: (0,), TAINTED: (0, 2, 4)}.get(FAULTS[fault], (4,))
        self.assertIn(result.status, statuses, result.out + result.err)
        self.check_rows(result, fault, mode)

    def test_clock_jumps(self):
        """The time of day is a day ahead or behind each time that it is asked."""
        result, mark = self.run_fault("none", "none", FAULT_CLOCK="1")
        self.check_nothing_left(mark)
        self.assertEqual(result.status, 0, result.out + result.err)
        self.check_rows(result, None, None)


def add(fault, mode):
    def test(self):
        self.check_fault(fault, mode)
    setattr(Faults, "test_%s_%s" % (fault, mode), test)


if __name__ == "__main__":
    chosen = not EVERY and sys.argv[1:] or list(FAULTS)
    for position, name in enumerate(chosen):
        for where in MODES if EVERY else [MODES[position % 3]]:
            add(name, where)
    unittest.main(argv=sys.argv[:1], verbosity=2)
