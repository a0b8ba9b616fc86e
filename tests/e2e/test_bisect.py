#!/usr/bin/env python3
"""payoff bisect: finds the commit that was planted, leaves the checkout alone, and says no clearly.

What is planted does more than twice the work, and a doubling is what is asked for.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from support import PAYOFF, Case
from test_check import KERNEL, SOURCE, SPIN

LENIENT = ("--effect", "100", "--pairs", "16", "--set", "steps=5000")


class BisectCase(Case):
    def setUp(self):
        super().setUp()
        self.scratch = tempfile.mkdtemp(prefix="scratch-", dir=self.folder)
        self.write(".gitignore", "*.so\nscratch-*\n__pycache__\nkernel.py\n")
        self.write("spin.py", KERNEL)
        self.write("spin.lua", SPIN % {"name": "spin", "subject": '"c"', "more": "",
                                       "steps": "payoff.setting('steps', 20000)"})
        self.git("init", "-q", "-b", "main", ".")

    def git(self, *words):
        return subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words], cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
            check=True).stdout.strip()

    def commit(self, subject, extra=0, wrong=0, source=None):
        self.write("spin.c", source or SOURCE % (extra, wrong))
        self.write("note", subject)
        self.git("add", "-A")
        self.git("commit", "-qm", subject)
        return self.git("rev-parse", "HEAD")

    def bisect(self, *words):
        before = self.git("status", "--porcelain"), self.git("rev-parse", "HEAD")
        result = self.payoff("bisect", *words, env={"TMPDIR": self.scratch}, timeout=300)
        self.assertEqual((self.git("status", "--porcelain"), self.git("rev-parse", "HEAD")), before)
        self.nothing_left()
        return result

    def nothing_left(self):
        self.assertEqual(len(self.git("worktree", "list").splitlines()), 1)
        self.assertEqual(self.git("for-each-ref", "refs/bisect"), "")
        self.assertEqual(os.listdir(self.scratch), [])

    def one_line(self, result, status, part):
        self.assertEqual(result.status, status, result.err + result.out)
        self.assertIn(part, result.err)
        self.assertEqual(result.err.count("\n"), 1, result.err)


class Finds(BisectCase):
    def test_planted_slow_down(self):
        good = self.commit("fast")
        self.commit("a comment")
        self.commit("does not build", source="no C\n")
        wanted = self.commit("twice the work; $(touch owned) 'q'", extra=2000)
        self.commit("still slow", extra=2000)
        self.commit("slow", extra=2000)
        self.write("mine.txt", "not committed")
        result = self.bisect("--good", good, "--bad", "main", "spin.lua", "--json", *LENIENT)
        self.assertEqual(result.status, 3, result.out + result.err)  # its parent does not build
        found = json.loads(result.out)
        self.assertEqual({one["subject"] for one in found["candidates"]},
                         {"does not build", "twice the work; $(touch owned) 'q'"})
        self.git("checkout", "-q", "-b", "other", wanted)
        self.commit("on", extra=2000)
        result = self.bisect("--good", wanted + "~1", "--bad", "HEAD", "spin.lua", *LENIENT)
        self.one_line(result, 4, "its build ended with status 1")

    def test_size_and_command(self):
        good = self.commit("fast")
        for number in range(2):
            self.commit("fast %d" % number)
        wanted = self.commit("twice the work; $(touch owned) 'q'", extra=2000)
        for number in range(2):
            self.commit("slow %d" % number, extra=2000)
        result = self.bisect("--good", good, "--bad", "main", "spin.lua", *LENIENT)
        self.assertEqual(result.status, 0, result.out + result.err)
        self.assertIn("First bad commit: " + wanted[:7], result.out)
        self.assertIn("$(touch owned) 'q'", result.out)
        self.assertRegex(result.out, r"of \d{4}-\d\d-\d\d, by a")
        self.assertRegex(result.out, r"c, serial is slower: \+\d+")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "owned")))
        command = re.search(r"again: payoff (.*)", result.out).group(1).split()
        again = self.bisect(*command[1:], "--json")
        self.assertEqual(again.status, 0, again.err)
        first = json.loads(again.out)["first"]
        self.assertEqual(first["commit"], wanted)
        self.assertEqual(first["rows"][0]["state"], "slower")
        self.assertGreater(first["rows"][0]["change"]["low"], 1.5)

    def test_wrong_is_bad_and_said(self):
        good = self.commit("right")
        self.commit("wrong", wrong=1)
        result = self.bisect("--good", good, "--bad", "main", "spin.lua", *LENIENT)
        self.assertEqual(result.status, 0, result.out + result.err)
        self.assertIn("c, serial is wrong: returns", result.out)


class Refuses(BisectCase):
    def test_ends_that_make_no_search(self):
        good = self.commit("one")
        self.commit("two")
        self.one_line(self.bisect("--good", good, "--bad", "main", "spin.lua", *LENIENT), 3,
                      "nothing to search for")
        self.one_line(self.bisect("--good", "main", "--bad", good, "spin.lua"), 64,
                      "the other way round?")
        self.one_line(self.bisect("--good", "main", "--bad", "main", "spin.lua"), 64,
                      "the same commit")
        self.one_line(self.bisect("--good=--output=x", "--bad", "main", "spin.lua"), 64,
                      "--good --output=x: no such commit")
        self.one_line(self.bisect("--good", "$(touch owned)", "--bad", "main", "spin.lua"), 64,
                      "no such commit")
        self.one_line(self.bisect("--good", good, "--bad", "main", "none.lua"), 66, "no such file")
        self.one_line(self.bisect("--good", good, "spin.lua"), 64, "write payoff bisect")
        self.one_line(self.bisect("--good", good, "--bad", "main", "spin.lua", "--effect", "x"), 64,
                      "--effect x")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "owned")))

    def test_ctrl_c_leaves_nothing(self):
        good = self.commit("one")
        for number in range(4):
            self.commit("%d" % number, extra=2000)
        process = subprocess.Popen(
            [PAYOFF, "bisect", "--good", good, "--bad", "main", "spin.lua", *LENIENT],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
            env=dict(os.environ, TMPDIR=self.scratch, PAYOFF_PYTHON=sys.executable))
        # Not `git worktree list`, which fails while another git makes one.
        until, made = time.monotonic() + 60, os.path.join(self.folder, ".git", "worktrees")
        while not (os.path.isdir(made) and len(os.listdir(made)) >= 2) and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (130, "payoff: interrupted\n"))
        self.nothing_left()


if __name__ == "__main__":
    unittest.main()
