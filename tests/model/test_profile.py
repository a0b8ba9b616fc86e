#!/usr/bin/env python3
"""Shares of a whole program: told, from cProfile's file, from collapsed stacks; and hostile files,
each of which ends with one clear line and status 65."""

import cProfile
import json
import marshal
import os
import pickle
import subprocess
import sys
import tempfile
import time
import unittest

PAYOFF = os.environ["PAYOFF"]
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
READER = os.path.join(ROOT, "profiler", "workers", "python", "payoff_profile.py")
PROGRAM = """
import time
def work(n):
    time.sleep(n / 1000)
    return n
def rest(n):
    time.sleep(n / 1000)
"""
STACKS = """# made by hand
main (app.py:1);work (work.py:2);sleep 35
main (app.py:1);work (other.py:9) 5
main (app.py:1);rest (app.py:7) 60
"""


class Boom:
    def __reduce__(self):
        return (os.system, ("touch " + os.path.join(tempfile.gettempdir(), "payoff-was-here"),))


class Profile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.work = cls.path("work.py", PROGRAM.encode())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def path(cls, name, content):
        path = os.path.join(cls.folder.name, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def run_try(self, *more):
        return subprocess.run(
            [PAYOFF, "try", self.work + ":work", self.work + ":work", "--args", "[1]", "--blocks",
             "1", "--no-verify", "--db", os.path.join(self.folder.name, "work.db"),
             "--out", self.folder.name, *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            universal_newlines=True)

    def program(self, *more):
        done = self.run_try(*more)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = subprocess.run(
            [PAYOFF, "export", os.path.join(self.folder.name, "work.db"), "--format", "json"],
            stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout.decode("utf-8"))["program"]

    def test_told(self):
        program = self.program("--share", "0.35")
        self.assertAlmostEqual(program["ceiling"]["median"], 1 / 0.65)
        self.assertIn("at most 1.54×", program["text"])
        program = self.program("--share", "30%..40%")
        self.assertAlmostEqual(program["ceiling"]["high"], 1 / 0.6)
        for text in ("1.5", "x", "0.4..0.3"):
            self.assertEqual(self.run_try("--share=" + text).returncode, 64, text)

    def test_pstats(self):
        names = {}
        exec(compile(PROGRAM, self.work, "exec"), names)
        profile = cProfile.Profile()
        profile.enable()
        names["work"](60)
        names["rest"](140)
        profile.disable()
        path = os.path.join(self.folder.name, "app.prof")
        profile.dump_stats(path)
        program = self.program("--profile", path)
        self.assertTrue(0.1 < program["share"]["median"] < 0.6, program)
        self.assertIn("cProfile", program["share"]["from"])
        program = self.program("--profile", path, "--function", "rest")
        self.assertTrue(0.4 < program["share"]["median"] < 0.9, program)

    def test_stacks(self):
        path = self.path("stacks.txt", STACKS.encode())
        program = self.program("--profile", path)
        self.assertAlmostEqual(program["share"]["median"], 0.35)
        self.assertLess(program["share"]["low"], 0.3)
        self.assertGreater(program["share"]["high"], 0.4)
        program = self.program("--profile", path, "--function", "rest")
        self.assertAlmostEqual(program["share"]["median"], 0.6)

    def test_hostile(self):
        good = {("work.py", 1, "work"): (1, 1, 0.5, 0.5, {})}
        files = {
            "empty": b"", "noise": bytes(range(256)) * 8, "text": b"hello\n",
            "negative": b"a;work -5\n", "nothing": b"a;work 0\n", "other": b"a;b 7\n",
            "pickle": pickle.dumps(Boom()), "list": marshal.dumps([1, 2]),
            "short": marshal.dumps(good)[:-9], "no time": marshal.dumps({}),
            "code": marshal.dumps({("work.py", 1, "work"): compile("1", "x", "exec")}),
            "huge": b"[\xff\xff\xff\x7f\0",
            "deep": b"(\x01\0\0\0" * 100000,
            "keys": marshal.dumps({1: 2}),
            "nan": marshal.dumps({("work.py", 1, "work"): (1, 1, float("nan"), 0.5, {})}),
            "minus": marshal.dumps({("work.py", 1, "work"): (1, 1, -0.5, 0.5, {})}),
            "another": marshal.dumps({("x.py", 1, "g"): (1, 1, 0.5, 0.5, {})}),
            "two": marshal.dumps({("a/x.py", 1, "work"): (1, 1, 0.5, 0.5, {}),
                                  ("b/x.py", 2, "work"): (1, 1, 0.5, 0.5, {})}),
            "screen": b"a;\x1b[2Jwork\x07 x\n",
        }
        started = time.monotonic()
        for name, content in files.items():
            with self.subTest(file=name):
                path = self.path("hostile", content)
                if name in ("empty", "pickle", "huge", "screen"):
                    done = self.run_try("--profile", path)
                    self.assertEqual(done.returncode, 65, done.stderr)
                    self.assertIn("--profile", done.stderr)
                else:  # the same program, started as payoff does
                    done = subprocess.run(
                        [sys.executable, "-I", READER, path, "work", "work.py"],
                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                        universal_newlines=True)
                    self.assertEqual(done.returncode, 3, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertNotIn("\x1b", done.stderr)
                self.assertNotIn("Traceback", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(tempfile.gettempdir(), "payoff-was-here")))
        self.assertLess(time.monotonic() - started, 100)
        self.assertEqual(self.run_try("--profile", "/nowhere").returncode, 66)
        self.assertEqual(self.run_try("--profile", self.folder.name).returncode, 65)


if __name__ == "__main__":
    unittest.main()
