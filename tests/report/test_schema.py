#!/usr/bin/env python3
"""The JSON of a run keeps what reports/run.schema.json promises: fixtures, and a real run.

usage: test_schema.py NATIVE_MAIN RENDER_LUA       (run by the build)
"""

import copy
import glob
import json
import os
import subprocess
import sys
import tempfile
import unittest

from schema import validate

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLANTED = os.path.join(ROOT, "tests", "model", "planted.lua")


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


SCHEMA = read(os.path.join(ROOT, "reports", "run.schema.json"))


class Schema(unittest.TestCase):
    def valid(self, run):
        self.assertEqual(validate(run, SCHEMA), [])
        try:
            import jsonschema
            validator = jsonschema.Draft202012Validator
        except (ImportError, AttributeError):
            return  # an older one, or none: ours has spoken
        self.assertEqual([error.message for error in validator(SCHEMA).iter_errors(run)][:5], [])

    def test_fixtures(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(PROGRAM, check=True, stdout=subprocess.DEVNULL, timeout=120,
                           env=dict(os.environ, REPORT_OUT=folder))
            paths = glob.glob(os.path.join(folder, "*.json"))
            self.assertGreaterEqual(len(paths), 6)
            for path in paths:
                with self.subTest(report=os.path.basename(path)):
                    self.valid(read(path))

    def test_a_real_run_and_what_is_no_run(self):
        with tempfile.TemporaryDirectory() as folder:
            store = os.path.join(folder, "planted.db")
            subprocess.run([os.environ["PAYOFF"], "run", PLANTED, "--set",
                            "library=" + os.environ["PLANTED"], "--db", store, "--out", folder,
                            "--no-pin", "--quick", "--only", "port", "--share", "0.3"],
                           check=True, timeout=200, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            done = subprocess.run([os.environ["PAYOFF"], "export", store, "--format", "json"],
                                  check=True, timeout=60, stdout=subprocess.PIPE)
        run = json.loads(done.stdout.decode("utf-8"))
        self.valid(run)
        self.assertTrue(run["cells"] and run["break_even"] and run["verdicts"])
        for spoil in SPOILERS:
            bad = copy.deepcopy(run)
            spoil(bad)
            self.assertEqual(len(validate(bad, SCHEMA)), 1)
        run["something"] = {"new": True}
        run["cells"][0]["more"] = 1
        self.valid(run)


SPOILERS = (
    lambda run: run.update(format=2),
    lambda run: run.pop("cells"),
    lambda run: run["cells"][0].update(mode="fork"),
    lambda run: run["cells"][0]["samples"][0].update(wall_ns="fast"),
    lambda run: run["cells"][0]["time"].update(median="1 s"),
    lambda run: run["subjects"][0].pop("name"),
    lambda run: run.update(confidence=95),
    lambda run: run["break_even"][0].update(state="maybe"),
    lambda run: run["verdicts"][0].pop("line"),
    lambda run: run["warnings"].append(3),
)


if __name__ == "__main__":
    PROGRAM, sys.argv[1:] = sys.argv[1:3], sys.argv[3:]
    unittest.main()
