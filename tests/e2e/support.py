"""support: runs the real payoff command on small experiments in a folder of its own.

A test class inherits from Case; self.write puts a file into the folder, self.payoff runs the
command there and returns what came of it.
"""

import csv
import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

PAYOFF = os.environ.get("PAYOFF_BINARY", "payoff")

REFERENCE = '''\
import math


def total(n, steps):
    result = 0.0
    for i in range(steps):
        result += math.sqrt(i ** 3 + i ** 2 + i * n)
    return result


def total_off(n, steps):
    return total(n, steps) * (1 + 1e-9)


def total_raises(n, steps):
    if n == 1:
        raise ValueError("no ones, please")
    return total(n, steps)


def total_dies(n, steps):
    import os
    os.kill(os.getpid(), 11)


def total_hangs(n, steps):
    while True:
        pass


def total_exits(n, steps):
    import os
    os._exit(3)


def total_talks(n, steps):
    import sys
    for _ in range(200):
        sys.stdout.write("x" * 100000)
        sys.stderr.write("y" * 100000)
    return total(n, steps)


def total_meddles(n, steps):
    import os
    for fd in range(3, 64):
        try:
            os.write(fd, b'{"id":1,"ok":true}\\n')
        except OSError:
            pass
    return total(n, steps)
'''

EXPERIMENT = '''\
local payoff = require "payoff"
return payoff.experiment {
  name = "small",
  reference = payoff.python { name = "python", file = "kernel.py", func = "total" },
  subjects = { %s },
  tasks = { {0, payoff.setting("steps", 2000)}, {1, payoff.setting("steps", 2000)} },
  modes = { %s }, jobs = { 2 }, metrics = { "ipc", "os" },
  budget = 2, timeout = 5, %s
}
'''


def left_over(mark):
    """Processes that carry the mark, the name of a variable, in their environment."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/environ" % pid, "rb") as file:
                if mark.encode() in file.read():
                    yield int(pid)
        except OSError:
            pass


def still_left(mark, seconds):
    """Those that are there after so long, which are ended then."""
    until = time.monotonic() + seconds
    while (left := list(left_over(mark))) and time.monotonic() < until:
        time.sleep(0.02)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return left


class Result:
    """What a run of the command came to."""

    def __init__(self, process, folder):
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr
        self.folder = folder

    def rows(self, name="small"):
        """The CSV as a list of dicts."""
        path = os.path.join(self.folder, "out", name + ".csv")
        with open(path, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(io.StringIO(file.read())))

    def html(self, name="small"):
        with open(os.path.join(self.folder, "out", name + ".html"), encoding="utf-8") as file:
            return file.read()


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="payoff-e2e-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.write("kernel.py", REFERENCE)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def experiment(self, subjects="", modes='"serial"', more="", name="small.lua"):
        return self.write(name, EXPERIMENT % (subjects, modes, more))

    def payoff(self, *arguments, timeout=120, env=None, **options):
        environment = dict(os.environ, PAYOFF_PYTHON=sys.executable)
        environment.update(env or {})
        process = subprocess.run(
            [PAYOFF, *arguments], cwd=self.folder, env=environment, timeout=timeout,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
            check=False, **options)
        return Result(process, self.folder)

    def ask(self, sql, store="small.payoff.db"):
        """From the store, read only: what a reader sees while it is written."""
        path = os.path.join(self.folder, store)
        if not os.path.exists(path):
            return []
        # Killed while it is made, a store has a journal that only a writer can take back.
        mode = "rw" if os.path.exists(path + "-journal") else "ro"
        database = sqlite3.connect("file:%s?mode=%s" % (path, mode), uri=True, timeout=10)
        try:
            return database.execute(sql).fetchall()
        except sqlite3.OperationalError as problem:
            if "no such table" in str(problem):
                return []  # it is just being made
            raise
        finally:
            database.close()

    def run_small(self, *arguments, **options):
        return self.payoff("run", "small.lua", "--out", "out", "--quick", *arguments, **options)
