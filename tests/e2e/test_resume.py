#!/usr/bin/env python3
"""A run that is killed loses at most its last moment, and `--resume` completes it.

PAYOFF_KILLS says at how many random moments a run is killed (3); PAYOFF_KILL_SEED repeats them:

    PAYOFF_BINARY=build/payoff PAYOFF_KILLS=100 tests/e2e/test_resume.py Kill
"""

import json
import os
import random
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

import support

STORE = "small.payoff.db"
KILLS = int(os.environ.get("PAYOFF_KILLS", "3"))
SAMPLES = "SELECT samples.id, wall_ns FROM samples JOIN cells ON cell = cells.id"


class Case(support.Case):
    def setUp(self):
        super().setUp()
        self.experiment('payoff.python { name = "off", file = "kernel.py", func = "total_off",'
                        ' expect = "wrong" },'
                        'payoff.python { name = "same", file = "kernel.py", func = "total" }',
                        more="samples = 2")

    def start(self, *arguments):
        return subprocess.Popen(
            [support.PAYOFF, "run", "small.lua", "--out", "out", "--no-pin", "--no-verify",
             "--set", "steps=200", *arguments], cwd=self.folder,
            env=dict(os.environ, PAYOFF_PYTHON=sys.executable),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def edit(self, sql):
        database = sqlite3.connect(os.path.join(self.folder, STORE))
        with database:
            database.execute(sql)
        database.close()

    def kill_after(self, seconds, *arguments, number=signal.SIGKILL):
        """Starts a run and ends it then; returns the samples that it had reported before."""
        process = self.start(*arguments)
        until, seen = time.monotonic() + seconds, []
        while time.monotonic() < until and process.poll() is None:
            seen = self.ask(SAMPLES) or seen
            time.sleep(0.02)
        process.send_signal(number)
        process.wait(timeout=60)
        return seen

    def kill_with_samples(self, count, *arguments, number=signal.SIGKILL):
        process = self.start(*arguments)
        until = time.monotonic() + 60
        while len(self.ask(SAMPLES)) < count and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(number)
        process.wait(timeout=60)

    def resume(self, *arguments):
        return self.payoff("run", "small.lua", "--out", "out", "--resume", *arguments)


class Kill(Case):
    def check_whole(self, seen):
        if not os.path.exists(os.path.join(self.folder, STORE)):
            self.assertEqual(seen, [], "the store is gone")
            return  # it was killed before it made one
        self.assertEqual(self.ask("PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(self.ask("PRAGMA foreign_key_check"), [])
        self.assertLessEqual(set(seen), set(self.ask(SAMPLES)), "samples are gone")

    def check_complete(self, blocks):
        self.assertEqual(self.ask("SELECT state FROM runs"), [("complete",)])
        # Every block of every row is there with samples that the kill has not marked.
        counts = self.ask("SELECT cells.name, block, count(*) FROM samples JOIN cells ON"
                          " cell = cells.id WHERE marked IS NULL OR marked NOT LIKE 'its process%'"
                          " GROUP BY 1, 2")
        found = {(name.split("/")[0], block) for name, block, _ in counts}
        wanted = {(name, block + 1) for name in ("python", "same") for block in range(blocks)}
        self.assertEqual(found, wanted | {("off", 1)})

    def test_killed_at_any_moment(self):
        seed = int(os.environ.get("PAYOFF_KILL_SEED", random.SystemRandom().randrange(1 << 30)))
        chance = random.Random(seed)
        began = time.monotonic()
        self.payoff("run", "small.lua", "--out", "out", "--no-pin", "--no-verify", "--set",
                    "steps=200", "--blocks", "3", "--no-db")
        length = time.monotonic() - began
        resumed = 0
        for kill in range(KILLS):
            with self.subTest(kill=kill, seed=seed):
                for ending in ("", "-wal", "-shm", "-journal"):
                    if os.path.exists(os.path.join(self.folder, STORE + ending)):
                        os.remove(os.path.join(self.folder, STORE + ending))
                seen = self.kill_after(chance.uniform(0, length * 1.1), "--blocks", "3")
                self.check_whole(seen)
                state = self.ask("SELECT state FROM runs")
                if state == [("running",)]:
                    result = self.resume("last")
                    self.assertEqual(result.status, 0, result.err + result.out)
                    self.check_whole(seen)
                    self.check_complete(3)
                    resumed += 1
        print("killed %d times (seed %d), resumed %d" % (KILLS, seed, resumed), file=sys.stderr)

    def test_killed_again_and_again(self):
        self.kill_with_samples(3, "--blocks", "4")
        self.kill_with_samples(9, "--resume", "last")
        result = self.resume("last")
        self.assertEqual(result.status, 0, result.err)
        self.check_complete(4)
        self.assertIn("python", result.out)


class SameRun(Case):
    def test_the_time_that_it_rests_on_is_kept(self):
        self.experiment('payoff.python { name = "same", file = "kernel.py", func = "total" }',
                        more='samples = 2, time = "own"')
        for asked, kind in (((), "own"), (("--time", "cpu"), "cpu")):
            self.kill_with_samples(3, "--blocks", "6", *asked)
            result = self.resume("last")
            self.assertEqual(result.status, 0, result.err)
            told = self.payoff("report", STORE, "--json", "-").out
            self.assertEqual(json.loads(told)["rests_on"], kind)
            os.remove(os.path.join(self.folder, STORE))

    def orders(self):
        return self.ask("SELECT DISTINCT block, block_order, cells.name FROM samples JOIN cells ON"
                        " cell = cells.id ORDER BY 1, 2")

    def test_order_and_seeds_are_those_of_an_uninterrupted_run(self):
        self.payoff("run", "small.lua", "--out", "out", "--no-pin", "--set", "steps=200",
                    "--blocks", "3", "--seed", "7")
        seeds = "SELECT block, hash_seed, padding_bytes FROM blocks ORDER BY 1"
        orders, whole = self.orders(), self.ask(seeds)
        os.remove(os.path.join(self.folder, STORE))
        self.kill_with_samples(7, "--blocks", "3", "--seed", "7")
        self.assertEqual(self.resume("last").status, 0)
        self.assertEqual(self.orders(), orders)
        self.assertEqual(self.ask(seeds), whole)
        self.assertEqual(len(whole), 3)

    def test_ctrl_c_says_how_to_go_on(self):
        out = open(os.path.join(self.folder, "text"), "w+", encoding="utf-8")
        self.addCleanup(out.close)
        script = "it's small; *.lua"  # what a shell would take for something else
        os.rename(os.path.join(self.folder, "small.lua"), os.path.join(self.folder, script))
        process = subprocess.Popen(
            [support.PAYOFF, "run", script, "--db", STORE, "--out", "my out", "--blocks", "5"],
            cwd=self.folder, env=dict(os.environ, PAYOFF_PYTHON=sys.executable), stdout=out)
        while len(self.ask(SAMPLES)) < 5 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)
        out.seek(0)
        line = [line for line in out if line.startswith("To go on: ")][0]
        words = shlex.split(line[len("To go on: payoff "):])
        self.assertEqual(words[:6], ["run", script, "--db", STORE, "--out", "my out"])
        result = self.payoff(*words)
        self.assertEqual(result.status, 0, result.err)
        self.assertNotIn("interrupted", result.out)
        self.assertEqual(self.ask("SELECT state FROM runs"), [("complete",)])
        self.assertEqual(self.ask("SELECT max(block) FROM samples"), [(5,)])


class Refused(Case):
    def refused(self, status, part, *arguments):
        before = self.ask(SAMPLES)
        result = self.payoff("run", *arguments)
        self.assertEqual(result.status, status, result.err)
        self.assertIn(part, result.err)
        self.assertEqual(len(result.err.strip().splitlines()), 1, result.err)
        self.assertLessEqual(set(before), set(self.ask(SAMPLES)))

    def test_what_cannot_be_resumed(self):
        self.refused(64, "which experiment?")
        self.refused(64, "--resume needs", "--resume", "last")
        self.refused(66, "there is no store", "small.lua", "--resume", "last")
        self.kill_with_samples(4, "--blocks", "3")
        self.refused(64, "has no run 'x'", "small.lua", "--resume", "x")
        self.refused(64, "has no run '9'", "small.lua", "--resume", "9")
        self.refused(64, "payoff run small.lua --db", "--db", STORE, "--resume", "1")
        self.refused(64, "without --python", "small.lua", "--resume", "1", "--python", "./mine")
        self.edit("UPDATE runs SET progress = json_set(progress, '$.options.python', './evil')")
        self.refused(64, "begun with --python ./evil", "small.lua", "--resume", "1")
        self.edit("UPDATE runs SET progress = json_remove(progress, '$.options.python')")
        with open(os.path.join(self.folder, "kernel.py"), "a", encoding="utf-8") as file:
            file.write("# new\n")
        self.refused(65, "kernel.py has changed", "small.lua", "--resume", "1")
        self.write("kernel.py", support.REFERENCE)
        with open(os.path.join(self.folder, "small.lua"), "a", encoding="utf-8") as file:
            file.write("-- new\n")
        self.refused(65, "the experiment has changed", "small.lua", "--resume", "1")

    def test_complete_or_still_running(self):
        process = self.start("--blocks", "40")
        while not self.ask(SAMPLES) and process.poll() is None:
            time.sleep(0.01)
        self.refused(69, "still being measured", "small.lua", "--resume", "last")
        process.terminate()
        process.wait(timeout=60)
        self.payoff("run", "small.lua", "--out", "out", "--quick")
        self.refused(64, "is complete", "small.lua", "--resume", "last")


if __name__ == "__main__":
    unittest.main()
