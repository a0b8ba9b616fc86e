#!/usr/bin/env python3
"""kernel/boundary by `payoff boundary`: every binding's prices are measured, or it is said why not;
the engine checks that all of them return what Python returns. No price is judged here."""

import json
import os
import subprocess
import sys
import tempfile

import harness

PAYOFF = os.environ.get("PAYOFF", "payoff")
BINDINGS = {"python", "c-ext", "cython", "pyo3", "cffi", "ctypes"}
CALLS = BINDINGS | {"native"}


class Boundary(harness.Case):
    def calibrate(self, cases, *more):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "deep", "boundary.json")
            done = subprocess.run(
                [PAYOFF, "boundary", "--quick", "--case", cases, "--python", sys.executable,
                 "--out", path, *more],
                cwd=harness.ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(path, encoding="utf-8") as file:
                return json.load(file), done.stdout

    def priced(self, entries):
        for entry in entries:
            with self.subTest(case=entry["case"], binding=entry["binding"]):
                if "price" in entry:
                    self.assertGreater(entry["price"]["n"], 0)
                else:
                    self.assertIn("not installed", entry["reason"])

    def test_calls_and_elements(self):
        kept, text = self.calibrate("calls,floats")
        by_case = {}
        for entry in kept["entries"]:
            by_case.setdefault(entry["case"], set()).add(entry["binding"])
        self.assertEqual(by_case, {"calls": CALLS, "floats": BINDINGS})
        self.priced(kept["entries"])
        self.assertIn("per element", text)
        self.assertTrue(kept["of"]["python"])

    def test_pool(self):
        kept, _ = self.calibrate("tasks,sent_ints")
        found = {(entry["case"], entry["binding"]) for entry in kept["entries"]}
        self.assertEqual(found, {("tasks", "process"), ("tasks", "thread"), ("start", "process"),
                                 ("start", "thread"), ("sent_ints", "process")})
        self.priced(kept["entries"])

    def test_unknown_case(self):
        done = subprocess.run([PAYOFF, "boundary", "--case", "nothing"], cwd=harness.ROOT,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 64)


if __name__ == "__main__":
    harness.main()
