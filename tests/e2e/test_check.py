#!/usr/bin/env python3
"""payoff check: verdicts and exit statuses, what CI reads, and bad input.

Speeds are not asserted closely: what must be found does twice the work, and what must pass is
asked for a doubling.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import unittest
import xml.etree.ElementTree

from support import PAYOFF, Case

SOURCE = """\
#include <stdint.h>
static volatile int64_t extra = %d;
static volatile uint64_t sink;
__attribute__((noinline)) static uint64_t run(int64_t n)
{
    uint64_t x = 88172645463325252u;
    for (int64_t i = 0; i < n; i++) { x ^= x << 13; x ^= x >> 7; x ^= x << 17; }
    return x;
}
int64_t spin(int64_t n)
{
    uint64_t x = run(n);
    sink = run(n * extra / 1000);
    return (int64_t)(x & 0xFFFFFFFFu) + %d;
}
"""

KERNEL = """\
def spin(n):
    x = 88172645463325252
    for _ in range(n):
        x ^= (x << 13) & 0xFFFFFFFFFFFFFFFF
        x ^= x >> 7
        x ^= (x << 17) & 0xFFFFFFFFFFFFFFFF
    return x & 0xFFFFFFFF
"""

SPIN = """\
local payoff = require "payoff"
return payoff.experiment {
  name = "%(name)s",
  reference = payoff.python { name = "python", file = "spin.py", func = "spin" },
  subjects = {
    payoff.native { name = %(subject)s, library = "libspin.so", symbol = "spin", %(more)s
      signature = "int64(int64)", build = "cc -O1 -shared -fPIC -o libspin.so spin.c" },
  },
  tasks = { {%(steps)s} },
}
"""

LENIENT = ("--effect", "100", "--pairs", "40")


class CheckCase(Case):
    def side(self, folder, extra=0, wrong=0, **fields):
        values = {"name": "spin", "subject": '"c"', "more": "", "steps": "20000"}
        values.update(fields)
        os.makedirs(os.path.join(self.folder, folder), exist_ok=True)
        self.write(folder + "/spin.py", KERNEL)
        self.write(folder + "/spin.c", SOURCE % (extra, wrong))
        self.write(folder + "/spin.lua", SPIN % values)

    def git(self, *words):
        process = subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words], cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=True)
        return process.stdout

    def repository(self):
        """One commit of base's code in head/; afterwards head/ may change."""
        self.side("head")
        self.write(".gitignore", "*.so\n")
        self.git("init", "-q", ".")
        self.git("add", "-A")
        self.git("commit", "-qm", "base")

    def check(self, *words, env=None):
        clean = {"GITHUB_ACTIONS": "", "GITHUB_STEP_SUMMARY": ""}
        clean.update(env or {})
        return self.payoff("check", "head/spin.lua", *words, env=clean, timeout=200)

    def one_line(self, result, status, part):
        self.assertEqual(result.status, status, result.err + result.out)
        self.assertIn(part, result.err)
        self.assertEqual(result.err.count("\n"), 1, result.err)


class Verdicts(CheckCase):
    def test_unchanged_and_slower(self):
        self.side("base")
        self.side("head")
        same = self.check("--base", "base", "--json", *LENIENT)
        self.assertEqual(same.status, 0, same.out + same.err)
        row = json.loads(same.out)["rows"][0]
        self.assertEqual(row["state"], "ok")
        self.assertEqual(row["id"], "c/serial/1/warm/1")
        self.assertLess(row["sees"], 1)
        self.side("head", extra=1500)
        slower = self.check("--base", "base", "--junit", "j.xml", "--gitlab", "q.json",
                            "--metrics", "m.txt", "--summary", "s.md", "--github", *LENIENT)
        self.assertEqual(slower.status, 1, slower.out + slower.err)
        self.assertRegex(slower.out, r"c, serial is slower: \+1\d\d")
        self.assertIn("--only c/serial/1/warm/1 --seed", slower.out)
        self.assertIn("--base base --effect 100 --pairs 40 --only", slower.out)
        self.assertRegex(slower.out, r"(?m)^::error file=head/spin.lua,line=\d+,title=payoff")
        suite = xml.etree.ElementTree.parse(os.path.join(self.folder, "j.xml")).getroot()
        self.assertEqual(suite.get("failures"), "1")
        self.assertIn("fresh pairs", suite.find("testcase/failure").get("message"))
        with open(os.path.join(self.folder, "q.json"), encoding="utf-8") as file:
            finding = json.load(file)[0]
        self.assertEqual(finding["location"]["path"], "head/spin.lua")
        with open(os.path.join(self.folder, "m.txt"), encoding="utf-8") as file:
            self.assertRegex(file.read(),
                             r'payoff_change_ratio\{[^}]*row="c/serial/1/warm/1"\} [12]\.')
        with open(os.path.join(self.folder, "s.md"), encoding="utf-8") as file:
            self.assertIn("SLOWER", file.read())
        told = self.check("--base", "base", "--fail-on", "wrong", *LENIENT)
        self.assertEqual(told.status, 0, told.out)

    def test_wrong_and_failed(self):
        self.side("base")
        self.side("head", wrong=1)
        wrong = self.check("--base", "base")
        self.assertEqual(wrong.status, 2, wrong.out + wrong.err)
        self.assertIn("c, serial is wrong: returns", wrong.out)
        self.write("head/spin.c", "no C\n")
        failed = self.check("--base", "base")
        self.assertEqual(failed.status, 4, failed.out + failed.err)
        self.side("head")
        self.write("base/spin.c", "no C\n")
        self.assertEqual(self.check("--base", "base").status, 4)
        self.assertIn("the base checkout base does not build", self.check("--base", "base").err)

    def test_a_row_that_base_lacks_is_new(self):
        """Its file is not there. A file of that name in another trouble is no new row."""
        self.side("base")
        self.side("head")
        for name in ("head/spin.lua", "base/spin.lua"):
            with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                text = file.read()
            self.write(name, text.replace("subjects = {", 'subjects = { payoff.python { name = '
                                          '"twin", file = "twin.py", func = "spin" },'))
        self.write("head/twin.py", KERNEL)
        result = self.check("--base", "base", "--json", "--only", "twin", *LENIENT)
        self.assertEqual(result.status, 0, result.out + result.err)
        self.assertEqual([row["state"] for row in json.loads(result.out)["rows"]], ["new"])
        self.write("base/twin.py", "raise OSError('no such file: x')\n")
        result = self.check("--base", "base", "--json", "--only", "twin", *LENIENT)
        self.assertEqual(result.status, 3, result.out + result.err)
        self.assertEqual([row["state"] for row in json.loads(result.out)["rows"]], ["unresolved"])

    def test_too_noisy_or_short_is_unresolved(self):
        self.side("base")
        self.side("head")
        short = self.check("--base", "base", "--pairs", "3", "--effect", "0.1")
        self.assertEqual(short.status, 3, short.out + short.err)
        self.assertIn("unresolved", short.out)

    def test_promises_and_limits(self):
        self.side("base")
        self.side("head", more="promise = { speedup = 1.5 }, limit = { instructions = 0.001 },")
        kept = self.check("--base", "base", "--json", *LENIENT)
        self.assertEqual(kept.status, 0, kept.out + kept.err)
        row = json.loads(kept.out)["rows"][0]
        self.assertEqual(row["promise"]["state"], "kept")
        if shutil.which("valgrind"):
            self.assertEqual(row["counts"]["change"], 0)
        self.side("head", extra=2, more="promise = { speedup = 1e6 }, "
                  "limit = { instructions = 0.001 },")
        broken = self.check("--base", "base", "--json", *LENIENT)
        self.assertEqual(broken.status, 1, broken.out + broken.err)
        row = json.loads(broken.out)["rows"][0]
        self.assertEqual(row["promise"]["state"], "broken")
        if shutil.which("valgrind"):
            self.assertAlmostEqual(row["counts"]["change"], 0.002, places=3)
        self.side("head", more="limit = { slowr = 0.05 },")
        self.one_line(self.check("--base", "base"), 65, "no field 'slowr'")
        self.side("head", more="limit = { slower = -1 },")
        self.one_line(self.check("--base", "base"), 65, "limit.slower must be a number")

    def test_hostile_names_stay_in_their_place(self):
        name = r'"a\"<b>&'"'"r'|`c`\n::error::x,\u{1}\u{202E}"'
        self.side("base", subject=name)
        self.side("head", subject=name, extra=1500)
        result = self.check("--base", "base", "--junit", "j.xml", "--summary", "s.md", "--github",
                            "--gitlab", "q.json", "--metrics", "m.txt", *LENIENT)
        self.assertEqual(result.status, 1, result.out + result.err)
        xml.etree.ElementTree.parse(os.path.join(self.folder, "j.xml"))
        commands = re.findall(r"(?m)^::\w+", result.out)
        self.assertEqual(commands, ["::error"])
        with open(os.path.join(self.folder, "s.md"), encoding="utf-8") as file:
            table = [line for line in file if line.startswith("| a")]
        self.assertEqual(len(table), 1)
        self.assertEqual(table[0].count("|"), 6)


class BaseRef(CheckCase):
    def worktrees(self):
        return self.git("worktree", "list").count("\n")

    def test_checkout_is_made_and_removed(self):
        self.repository()
        scratch = os.path.join(self.folder, "tmp")
        os.mkdir(scratch)
        env = {"TMPDIR": scratch}
        same = self.check("--base-ref", "HEAD", *LENIENT, env=env)
        self.assertEqual(same.status, 0, same.out + same.err)
        self.side("head", extra=1500)
        slower = self.check("--base-ref", "HEAD", *LENIENT, env=env)
        self.assertEqual(slower.status, 1, slower.out + slower.err)
        self.write("head/spin.lua", "error('no')\n")
        self.assertEqual(self.check("--base-ref", "HEAD", env=env).status, 65)
        self.one_line(self.check("--base-ref", "nowhere", env=env), 64, "no such commit")
        self.one_line(self.check("--base-ref=--help", env=env), 64, "no such commit")
        self.assertEqual(self.worktrees(), 1)
        self.assertEqual(os.listdir(scratch), [])

    def test_an_interrupt_removes_it_too(self):
        self.repository()
        scratch = os.path.join(self.folder, "tmp")
        os.mkdir(scratch)
        process = subprocess.Popen(
            [PAYOFF, "check", "head/spin.lua", "--base-ref", "HEAD", "--pairs", "5000",
             "--effect", "0.05"], cwd=self.folder, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, env=dict(os.environ, TMPDIR=scratch))
        deadline = time.monotonic() + 60
        made = os.path.join("base", "head", "libspin.so")
        while time.monotonic() < deadline and not any(
                os.path.exists(os.path.join(scratch, name, made)) for name in os.listdir(scratch)):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(os.listdir(scratch), [])
        self.assertEqual(self.worktrees(), 1)


class BadInput(CheckCase):
    def test_usage(self):
        self.side("head")
        self.one_line(self.check(), 64, "compare with what?")
        self.one_line(self.check("--base", "x", "--baseline", "y"), 64, "not several")
        self.one_line(self.check("--base", "nowhere"), 66, "no such folder")
        self.one_line(self.check("--base", "."), 64, "nothing to compare")
        self.one_line(self.check("--base", ".", "--effect", "nan"), 64, "percent")
        self.one_line(self.check("--base", ".", "--fail-on", "fast"), 64, "a list of")
        self.one_line(self.check("--base-ref", "HEAD"), 69, "git repository")

    def test_disk_and_folders(self):
        self.side("base")
        self.side("head")
        gone = self.check("--base", "base", "--junit", "nowhere/j.xml", *LENIENT)
        self.one_line(gone, 74, "nowhere/j.xml")
        with open("/dev/full", "w", encoding="utf-8") as full:
            process = subprocess.run(
                [PAYOFF, "check", "head/spin.lua", "--base", "base", *LENIENT], cwd=self.folder,
                stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False)
        self.assertEqual(process.returncode, 74)
        self.assertEqual(process.stderr.count("\n"), 1)


@unittest.skipUnless(shutil.which("valgrind"), "Valgrind is not installed")
class Baseline(CheckCase):
    def change(self, edit):
        with open(os.path.join(self.folder, "kept.json"), encoding="utf-8") as file:
            data = json.load(file)
        edit(data)
        with open(os.path.join(self.folder, "edited.json"), "w", encoding="utf-8") as file:
            json.dump(data, file)
        return self.check("--baseline", "edited.json")

    def test_save_and_check(self):
        self.side("head")
        saved = self.payoff("baseline", "save", "head/spin.lua", "--out", "kept.json",
                            "--counts", "simulated")
        self.assertEqual(saved.status, 0, saved.err)
        same = self.check("--baseline", "kept.json", "--json")
        self.assertEqual(same.status, 0, same.out + same.err)
        self.assertEqual(json.loads(same.out)["rows"][0]["counts"]["change"], 0)
        row = "c/serial/1/warm/1"
        cases = [
            ("it is of the experiment", lambda d: d.update(experiment="other")),
            ("instructions must be", lambda d: d["rows"][row].update(instructions=-5)),
            ("instructions must be", lambda d: d["rows"][row].update(instructions=1e300)),
            ("instructions must be", lambda d: d["rows"][row].update(instructions="601")),
            ("not the JSON", lambda d: d["rows"][row].update(instructions=float("nan"))),
            ("instructions must be a number from 0 to 9.0072e+15, not null",
             lambda d: d["rows"][row].update(instructions=None)),
            ("spread must be a number from 0 to 0.1", lambda d: d["rows"][row].update(spread=0.9)),
            ("nothing was counted", lambda d: d["rows"][row].update(instructions=0)),
            ("source must be", lambda d: d["rows"][row].update(source="guessed")),
            ("plan.loops must be", lambda d: d["rows"][row]["plan"].update(loops=0)),
            ("work must be", lambda d: d["rows"][row].pop("work")),
            ("it has no rows", lambda d: d.update(rows=[])),
            ("must be an object", lambda d: d.update(rows=7)),
            ("must be an object", lambda d: d["rows"].update({row: 3})),
            ("its format is 9", lambda d: d.update(payoff_baseline=9)),
            ("payoff_baseline is missing", lambda d: d.pop("payoff_baseline")),
        ]
        for part, edit in cases:
            with self.subTest(part):
                self.one_line(self.change(edit), 65, part)
        other = self.change(lambda d: d["fingerprint"].update(libc="glibc 1.0"))
        self.assertEqual(other.status, 3, other.out + other.err)
        self.assertIn("C library: glibc 1.0", " ".join(other.out.split()))
        self.side("head", steps="20001")
        work = self.check("--baseline", "kept.json")
        self.assertEqual(work.status, 3)
        self.assertIn("its tasks are not those of the baseline", " ".join(work.out.split()))
        self.side("head", extra=5)
        more = self.check("--baseline", "kept.json")
        self.assertEqual(more.status, 1, more.out + more.err)
        self.write("a.db", "SQLite format 3\0")
        self.one_line(self.check("--baseline", "a.db"), 65, "times from another machine")
        self.one_line(self.check("--baseline", "none.json"), 66, "none.json")


class SelfTest(CheckCase):
    def test_counts_its_own_alarms(self):
        self.side("head")
        result = self.check("--self-test", "--checks", "1", *LENIENT)
        self.assertIn(result.status, (0, 3), result.out + result.err)
        self.assertIn("0 of 1 checks raised a false alarm", result.out)
        self.assertIn("The added work is real", result.out)


if __name__ == "__main__":
    unittest.main()
