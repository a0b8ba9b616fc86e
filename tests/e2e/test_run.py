#!/usr/bin/env python3
"""payoff run, as a user meets it: the table, the reports, wrong and failing subjects."""

import json
import os
import signal
import subprocess
import sys
import time
import unittest

from support import PAYOFF, Case


def python(name, func):
    return 'payoff.python { name = "%s", file = "kernel.py", func = "%s" },' % (name, func)


class Table(Case):
    def test_three_modes_with_python(self):
        self.experiment(python("twin", "total"), '"serial", "process", "thread"')
        result = self.run_small()
        self.assertEqual(result.status, 0, result.err)
        self.assertEqual(result.err, "", "a clean run is silent on a stderr that is no terminal")
        for text in ("python", "twin", "reference", "identical", "process ×2 cold",
                     "process ×2 warm", "thread ×2 cold", "thread ×2 warm"):
            self.assertIn(text, result.out)
        rows = result.rows()
        cells = {(row["subject"], row["mode"], row["start"]) for row in rows}
        self.assertEqual(len(cells), 10)
        for row in rows:
            self.assertGreater(float(row["wall_ns"]), 0)

    def test_html_is_one_offline_file(self):
        self.experiment(python("twin", "total"))
        result = self.run_small()
        page = result.html()
        self.assertIn("<!doctype html>", page.lower())
        self.assertIn("twin", page)
        self.assertNotIn('src="http', page)

    def test_same_seed_same_order(self):
        self.experiment(python("twin", "total"), '"serial", "thread"')
        orders = []
        for _ in range(2):
            rows = self.run_small("--seed", "7").rows()
            # A sample taken in a bad moment is repeated, so the number of rows may differ.
            orders.append({(r["subject"], r["mode"], r["start"], r["block"], r["order"])
                           for r in rows})
        self.assertEqual(orders[0], orders[1])

    def test_only_keeps_the_baseline(self):
        self.experiment(python("twin", "total") + python("other", "total"))
        result = self.run_small("--only", "tw*")
        self.assertEqual({row["subject"] for row in result.rows()}, {"python", "twin"})

    def test_settings_reach_the_script(self):
        self.experiment()
        self.assertIn("(0, 10)", self.run_small("--set", "steps=10").out)
        result = self.run_small("--set", "step=10")
        self.assertEqual(result.status, 64)
        self.assertIn("did you mean 'steps'?", result.err)


class WrongAndFailing(Case):
    def test_wrong_has_no_speed_up(self):
        self.experiment(python("off", "total_off"))
        result = self.run_small()
        self.assertEqual(result.status, 2)
        self.assertIn("WRONG", result.out)
        self.assertRegex(result.out, r"off WRONG: returns .* for \(0, 2000\) instead of ")
        line = [x for x in result.out.splitlines() if x.startswith("off ") and "serial" in x][0]
        self.assertNotIn("×", line)

    def test_wrong_that_was_expected_is_no_failure(self):
        self.experiment('payoff.python { name = "off", file = "kernel.py", func = "total_off", '
                        'expect = "wrong" },')
        self.assertEqual(self.run_small().status, 0)

    def test_within_tolerance(self):
        self.experiment(python("off", "total_off"),
                        more="check = { tolerance = { relative = 1e-8 } },")
        result = self.run_small()
        self.assertEqual(result.status, 0)
        self.assertIn("in tolerance", result.out)

    def check_failure(self, func, words):
        self.experiment(python("bad", func) + python("good", "total"))
        result = self.run_small()
        self.assertEqual(result.status, 4, result.err + result.out)
        self.assertRegex(result.out, words)
        good = [row for row in result.rows() if row["subject"] == "good" and row["wall_ns"]]
        self.assertTrue(good, "the rest of the run goes on")

    def test_exception(self):
        self.check_failure("total_raises",
                           r"bad FAILED: raises ValueError for \(1, 2000\): no ones")

    def test_crash(self):
        self.check_failure("total_dies", r"bad FAILED: .*signal 11")

    def test_early_exit(self):
        self.check_failure("total_exits", r"bad FAILED: .*status 3")

    def test_hang(self):
        self.experiment('payoff.python { name = "bad", file = "kernel.py", func = "total_hangs", '
                        'timeout = 1 },')
        began = time.monotonic()
        result = self.run_small()
        self.assertEqual(result.status, 4)
        self.assertRegex(result.out, r"bad FAILED: .*1 s")
        self.assertLess(time.monotonic() - began, 30)

    def test_forged_replies(self):
        self.check_failure("total_meddles", r"bad FAILED: ")

    def test_endless_output(self):
        self.experiment(python("loud", "total_talks"))
        result = self.run_small()
        self.assertEqual(result.status, 0, result.out)
        self.assertNotIn("xxxxxxxx", result.out)

    def test_missing_toolchain_is_a_row(self):
        self.experiment('payoff.python { name = "cy", module = "nothing", func = "f", '
                        'build = { command = "true", needs = { "no-such-compiler" } } },')
        result = self.run_small()
        self.assertEqual(result.status, 0)
        self.assertIn("cy missing: no-such-compiler is not installed", result.out)

    def test_failing_build_shows_its_output(self):
        self.experiment('payoff.native { name = "c", library = "x.so", symbol = "f", '
                        'signature = "double(int64, int64)", '
                        'build = "echo line that explains; exit 7" },')
        result = self.run_small()
        self.assertEqual(result.status, 4)
        self.assertIn("status 7", result.out)
        self.assertIn("line that explains", result.out)


    def test_a_build_that_finds_nothing_to_do_has_no_time(self):
        self.experiment('payoff.python { name = "made", module = "made", func = "total", '
                        'build = "test -e made.py || cp kernel.py made.py" },')
        for known in (True, False):
            self.assertEqual(self.run_small("--no-verify").status, 0)
            told = json.loads(self.payoff("report", "--json", "-").out)
            build = next(s["build"] for s in told["subjects"] if s["name"] == "made")
            self.assertEqual(build.get("seconds") is not None, known)


class Interrupt(Case):
    def test_ctrl_c_keeps_what_was_measured(self):
        self.experiment(python("twin", "total"), more="blocks = 1000,")
        process = subprocess.Popen(
            [PAYOFF, "run", "small.lua", "--out", "out"], cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
            env=dict(os.environ, PAYOFF_PYTHON=sys.executable))
        taken = ("SELECT samples.id FROM samples JOIN cells ON cell = cells.id WHERE block > 0 AND"
                 " cells.name LIKE 'twin/%'")
        until = time.monotonic() + 60
        while len(self.ask(taken)) < 4 and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("interrupted", out)
        self.assertIn("twin", out)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "out", "small.csv")))
        self.assertEqual(self.stray(), [])

    def stray(self):
        """Workers of this test that are still there: they work in our folder or ran our kernel."""
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    with open("/proc/%s/environ" % entry, "rb") as file:
                        if b"PAYOFF_COMMAND_FD" in file.read() and os.path.realpath(
                                "/proc/%s/cwd" % entry) == os.path.realpath(self.folder):
                            found.append(entry)
                except OSError:
                    pass
        return found


class Version(Case):
    def test_version_names_what_is_linked(self):
        result = self.payoff("--version")
        self.assertEqual(result.status, 0)
        for name in ("payoff", "Lua", "jansson", "libffi", "SQLite", "libpfm4"):
            self.assertRegex(result.out, name + r"\s+\d+\.\d+")

    def test_help_teaches(self):
        self.assertIn("run", self.payoff("--help").out)
        result = self.payoff("run", "--help")
        self.assertEqual(result.status, 0)
        for option in ("--only", "--set", "--quick", "--budget", "--out"):
            self.assertIn(option, result.out)


if __name__ == "__main__":
    unittest.main()
