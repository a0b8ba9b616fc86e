#!/usr/bin/env python3
"""Signals at any moment: a command ends soon, and leaves no process, no half a file, no damage.

PAYOFF_SIGNALS says how many are sent (9); PAYOFF_SIGNAL_SEED repeats them:

    PAYOFF_BINARY=build/payoff PAYOFF_SIGNALS=200 tests/e2e/test_signals.py
"""

import collections
import fcntl
import os
import pty
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import termios
import time
import unittest
import uuid

from support import PAYOFF, Case, left_over, still_left

SIGNALS = int(os.environ.get("PAYOFF_SIGNALS", "9"))
STORE = "small.payoff.db"
TWIN = 'payoff.python { name = "twin", file = "kernel.py", func = "total" },'
RUN = "run small.lua --blocks 2 --no-verify --out out"
COMMANDS = (RUN, "verify small.lua --inputs 20 --json v.json", "doctor", "counters",
            "report %s --html r.html --csv r.csv --json r.json" % STORE,
            "export %s --out e.csv" % STORE, "merge %s other.db" % STORE)
ASKED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def by_default():
    """Under nohup and in the background of a shell, these are ignored, and payoff leaves it so."""
    for number in ASKED:
        signal.signal(number, signal.SIG_DFL)


class Signals(Case):
    def setUp(self):
        super().setUp()
        self.experiment(TWIN, modes='"serial", "process"', more="samples = 2")
        self.temporary = os.path.join(self.folder, "temporary")
        os.mkdir(self.temporary)
        self.kept = None

    def make_stores(self):
        for name in (STORE, "other.db"):
            result = self.payoff(*RUN.split(), "--db", name)
            self.assertEqual(result.status, 0, result.err)
        self.samples = self.count()
        self.kept = os.path.join(self.folder, "kept")
        shutil.copy(os.path.join(self.folder, STORE), self.kept)

    def count(self):
        """The samples of the first run."""
        store = sqlite3.connect(os.path.join(self.folder, STORE))
        try:
            self.assertEqual(store.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            self.assertEqual(store.execute("PRAGMA foreign_key_check").fetchall(), [])
            return store.execute("SELECT count(*) FROM samples JOIN cells ON cell = cells.id"
                                 " WHERE run = 1").fetchone()[0]
        finally:
            store.close()

    def start(self, words, env=None, **options):
        self.mark = "PAYOFF_SIGNALS_" + uuid.uuid4().hex
        environment = dict(os.environ, PAYOFF_PYTHON=sys.executable, TMPDIR=self.temporary)
        environment.update(env or {}, **{self.mark: "1"})
        return subprocess.Popen([PAYOFF, *words.split()], cwd=self.folder, env=environment,
                                encoding="utf-8", **options)

    def send(self, words, number, delay):
        process = self.start(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, preexec_fn=by_default)
        time.sleep(delay)
        process.send_signal(number)
        began = time.monotonic()
        out, err = process.communicate(timeout=60)
        # Before it has read its own Lua, it dies as any program does.
        self.assertIn(process.returncode, (0, 130, -number), out + err)
        if number != signal.SIGKILL and process.returncode == -number:
            self.assertEqual(out + err, "")
        self.assertNotIn("internal error", err)
        self.assertLess(time.monotonic() - began, 30)
        return process.returncode

    def check_left(self, killed):
        left = still_left(self.mark, 10)
        # A SIGKILL while a Python pool comes up or is a cold one: its processes, which wait for a
        # task, do not learn that their parent is gone.
        if not killed:
            self.assertEqual(left, [], "processes were left")
            self.assertEqual(os.listdir(self.temporary), [])
            self.assertEqual([name for _, _, names in os.walk(self.folder) for name in names
                              if name.endswith(".tmp")], [])
        if self.kept:
            self.assertEqual(self.count(), self.samples)

    def tidy(self):
        for ending in ("-wal", "-shm", "-journal"):
            path = os.path.join(self.folder, STORE + ending)
            if os.path.exists(path):
                os.remove(path)
        for name in os.listdir(self.folder):
            if name.endswith(".tmp"):  # of one that was killed, and could not
                os.remove(os.path.join(self.folder, name))
        shutil.copy(self.kept, os.path.join(self.folder, STORE))
        shutil.rmtree(self.temporary)
        os.mkdir(self.temporary)

    def test_at_any_moment(self):
        self.make_stores()
        seed = int(os.environ.get("PAYOFF_SIGNAL_SEED", random.SystemRandom().randrange(1 << 30)))
        chance, ends, lengths = random.Random(seed), collections.Counter(), {}
        for index in range(SIGNALS):
            words = COMMANDS[index % len(COMMANDS)]
            number = chance.choice((*ASKED, signal.SIGKILL))
            if words not in lengths:
                began = time.monotonic()
                self.assertEqual(self.start(words, stdout=subprocess.DEVNULL).wait(timeout=60), 0)
                lengths[words] = time.monotonic() - began
                self.tidy()
            delay = chance.uniform(0, lengths[words] * 1.1)
            with self.subTest(words, number=number, delay=delay, index=index, seed=seed):
                ends[self.send(words, number, delay)] += 1
                self.check_left(number == signal.SIGKILL)
            self.tidy()
        print("%d signals (seed %d), ends %s" % (SIGNALS, seed, dict(ends)), file=sys.stderr)

    def test_while_a_program_is_asked(self):
        """One that is ended by the interrupt is no program that failed."""
        slow = self.write("slow", "#!/bin/sh\ntouch asked\nexec sleep 30\n")
        os.chmod(slow, 0o755)
        shutil.copy(slow, os.path.join(self.folder, "git"))
        python, git = {"PAYOFF_PYTHON": slow}, {"PATH": self.folder + ":" + os.environ["PATH"]}
        for words, env in ((RUN, python), (RUN, git), ("verify small.lua", python),
                           ("ranges kernel.py:total --args [1,5]", python),
                           ("check small.lua --base-ref HEAD", git)):
            with self.subTest(words, env=list(env)):
                self.end_when_asked(words, env)

    def end_when_asked(self, words, env):
        """SIGTERM, once a program that payoff waits for has made the file "asked"."""
        path = os.path.join(self.folder, "asked")
        if os.path.exists(path):
            os.remove(path)
        process = self.start(words, env=env, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             preexec_fn=by_default)
        until = time.monotonic() + 30
        while not os.path.exists(path) and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, out + err)
        self.assertNotIn("cannot", err)
        self.check_left(False)

    def test_a_pool_ends_with_payoff(self):
        self.write("slow.py", "import os\nimport time\n\n\ndef slow(n):\n    time.sleep(0.2)\n"
                   "    open('asked', 'w').close()\n    return n\n")
        self.write("slow.lua", 'local payoff = require "payoff"\nreturn payoff.experiment { name = '
                   '"slow", reference = payoff.python { name = "p", file = "slow.py", func = '
                   '"slow" }, tasks = { {0}, {1} }, modes = { "process" }, jobs = { 2 }, '
                   'starts = { "warm" }, budget = 60 }\n')
        process = self.start("run slow.lua --no-verify --no-db --out out",
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until, count = time.monotonic() + 60, 0
        while count < 4 and time.monotonic() < until:  # payoff, a worker, its two processes
            time.sleep(0.1)
            count = len(list(left_over(self.mark)))
        # Once more a task is done: while they come up, they would not learn of it.
        asked = os.path.join(self.folder, "asked")
        if os.path.exists(asked):
            os.remove(asked)
        while not os.path.exists(asked) and time.monotonic() < until:
            time.sleep(0.02)
        process.kill()
        process.wait()
        self.assertEqual(still_left(self.mark, 10), [])

    def test_while_the_base_is_checked_out(self):
        def git(*words):
            return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words],
                                  cwd=self.folder, check=True, stdout=subprocess.PIPE).stdout
        git("init", "-q", ".")
        git("add", "small.lua", "kernel.py")
        git("commit", "-qm", "one")
        programs = os.path.join(self.folder, "programs")
        os.mkdir(programs)
        with open(programs + "/git", "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\n"%s" "$@" || exit\ncase "$*" in *"worktree add"*) touch asked;'
                       ' exec sleep 30;; esac\n' % shutil.which("git"))
        os.chmod(programs + "/git", 0o755)
        self.end_when_asked("check small.lua --base-ref HEAD",
                            {"PATH": programs + ":" + os.environ["PATH"]})
        self.assertEqual(git("worktree", "list").count(b"\n"), 1)

    def test_a_reader_that_does_not_read(self):
        for number in ASKED:
            with self.subTest(number=number):
                ours, theirs = os.pipe()
                fcntl.fcntl(theirs, 1031, 4096)  # F_SETPIPE_SZ
                process = self.start("man", stdin=subprocess.DEVNULL, stdout=theirs,
                                     stderr=subprocess.PIPE, preexec_fn=by_default)
                os.close(theirs)
                select.select([ours], [], [], 60)  # it has begun to write
                process.send_signal(number)
                err = process.communicate(timeout=60)[1]
                self.assertEqual(process.returncode, 130, err)
                self.assertEqual(err.count("\n"), 1, err)
                self.assertIn("interrupted", err)
                os.close(ours)

    def test_a_terminal_that_goes_away(self):
        """Its window is closed: reading and writing fail from then on, and a SIGHUP comes."""
        ours, theirs = pty.openpty()

        def take():
            by_default()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        process = self.start("run small.lua --budget 60 --precision 0.01 --no-verify --db new.db"
                             " --out out", stdin=theirs, stdout=theirs, stderr=theirs,
                             start_new_session=True, preexec_fn=take)
        os.close(theirs)
        until = time.monotonic() + 60
        while not self.ask("SELECT id FROM samples", "new.db") and time.monotonic() < until:
            time.sleep(0.05)
        os.close(ours)
        self.assertIn(process.wait(timeout=60), (74, 130))
        self.check_left(False)
        told = self.payoff("runs", "new.db")
        self.assertIn("interrupted", told.out, told.err)


if __name__ == "__main__":
    unittest.main()
