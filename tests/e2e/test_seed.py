#!/usr/bin/env python3
"""The seed experiment itself, scripts/cpu_intensive.lua, with a loop just long enough that the
published Cython port wraps: every port is built, checked and measured in every mode it has."""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import PAYOFF

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Subject -> the verdict it must get, and what has to be installed for it.
EXPECTED = {
    "python": ("identical", []),
    "rust-ext": ("identical", ["cargo"]),
    "rust-lib": ("identical", ["cargo"]),
    "rust-exe": ("identical", ["cargo"]),
    "cython-ulong": ("wrong", ["cython"]),
    "cython-uint32": ("wrong", ["cython"]),
    "cython": ("identical", ["cython"]),
    "c-u128": ("identical", []),
    "c-exact": ("identical", []),
    "c-ext": ("identical", []),
    "ctypes": ("identical", []),
}


class Seed(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.out = tempfile.mkdtemp(prefix="payoff-seed-")
        env = dict(os.environ)
        env.setdefault("PAYOFF_PYTHON", sys.executable)
        env["PATH"] += os.pathsep + os.path.expanduser("~/.cargo/bin")
        cls.process = subprocess.run(
            [PAYOFF, "run", "scripts/cpu_intensive.lua", "--set", "steps=2700000", "--set",
             "tasks=2", "--blocks", "1", "--out", cls.out, "--no-db"],
            cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
            check=False, timeout=800)
        cls.rows = []
        path = os.path.join(cls.out, "cpu_intensive.csv")
        if os.path.exists(path):
            with open(path, encoding="utf-8", newline="") as file:
                cls.rows = list(csv.DictReader(file))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.out, ignore_errors=True)

    def states(self, subject):
        return {row["state"] for row in self.rows if row["subject"] == subject}

    def test_foreseen_wrong_ports_are_no_failure(self):
        self.assertEqual(self.process.returncode, 0, self.process.stderr + self.process.stdout)

    def test_verdicts(self):
        for subject, (state, needs) in EXPECTED.items():
            with self.subTest(subject):
                states = self.states(subject)
                if needs and states == {"missing"}:
                    continue  # its toolchain is not here, and the row says so
                self.assertEqual(states, {state}, self.process.stdout)

    def test_the_naive_port_is_close_and_says_so(self):
        self.assertLessEqual(self.states("c-naive"), {"within", "identical"})

    def test_every_mode_and_start_is_measured(self):
        cells = {(row["mode"], row["start"]) for row in self.rows if row["subject"] == "c-exact"}
        self.assertEqual(cells, {("serial", "warm"), ("process", "cold"), ("process", "warm"),
                                 ("thread", "cold"), ("thread", "warm")})

    def test_the_wrong_ports_have_no_speed_up(self):
        for line in self.process.stdout.splitlines():
            if line.startswith("cython-u") and "WRONG   " in line:
                self.assertNotRegex(line, r"[0-9]×\s*$")
                self.assertIn("—", line)


if __name__ == "__main__":
    unittest.main()
