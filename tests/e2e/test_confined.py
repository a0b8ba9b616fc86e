#!/usr/bin/env python3
"""In a sandbox or a container, without /proc/sys, with little CPU and memory, a run is right.

Exit status 77 where this user may make neither a namespace nor a cgroup.
"""

import csv
import os
import signal
import subprocess
import sys
import time
import unittest

from support import PAYOFF, Case

NAMESPACE = ["unshare", "--map-root-user", "--mount"]
CGROUPS = "/sys/fs/cgroup"
TWIN = 'payoff.python { name = "twin", file = "kernel.py", func = "total" },'

BALLOON = '''\
import os


def total(n, steps):
    kept = []
    while True:
        kept.append(bytearray(16 << 20))
'''

GROWS = 'payoff.python { name = "balloon", file = "balloon.py", func = "total" },'


def has_namespaces():
    try:
        return subprocess.call([*NAMESPACE, "mount", "-t", "tmpfs", "none", "/proc/sys"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


class Cgroup:
    """Folders of limits, in either version; OSError where this user may make none."""

    def __init__(self, cpus, memory):
        name = "payoff-test-%d" % os.getpid()
        if os.path.exists(CGROUPS + "/cgroup.controllers"):
            limits = {"": {"cpu.max": "%d 100000" % (cpus * 100000), "memory.max": memory}}
        else:
            limits = {"cpu": {"cpu.cfs_period_us": 100000, "cpu.cfs_quota_us": int(cpus * 100000)},
                      "memory": {"memory.limit_in_bytes": memory}}
        self.folders = []
        try:
            for controller, files in limits.items():
                folder = os.path.join(CGROUPS, controller, name)
                os.mkdir(folder)
                self.folders.append(folder)
                for file, value in files.items():
                    self.write(folder, file, value)
        except OSError:
            self.remove()
            raise

    @staticmethod
    def write(folder, file, value):
        with open(os.path.join(folder, file), "w", encoding="ascii") as out:
            out.write(str(value))

    def enter(self):
        for folder in self.folders:
            self.write(folder, "cgroup.procs", os.getpid())

    def processes(self):
        found = set()
        for folder in self.folders:
            with open(os.path.join(folder, "cgroup.procs"), encoding="ascii") as file:
                found.update(map(int, file))
        return found

    def remove(self):
        for folder in self.folders:
            os.rmdir(folder)


def may_limit():
    try:
        Cgroup(1, 1 << 30).remove()
        return True
    except OSError:
        return False


class Confined(Case):
    def states(self):
        found = {}
        path = os.path.join(self.folder, "out", "small.csv")
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["subject"], set()).add(row["state"])
        return found

    @unittest.skipUnless(has_namespaces(), "no user namespaces (unshare)")
    def test_no_proc_sys(self):
        self.experiment(TWIN, modes='"serial", "process", "thread"')
        environment = dict(os.environ, PAYOFF_PYTHON=sys.executable, COMMAND=PAYOFF)
        for hidden in ("/proc/sys", "/sys"):
            with self.subTest(hidden=hidden):
                for words in ("doctor", "counters", "run small.lua --quick --no-db --out out"):
                    process = subprocess.run(
                        [*NAMESPACE, "sh", "-c", "mount -t tmpfs none %s && exec \"$COMMAND\" %s"
                         % (hidden, words)], cwd=self.folder, env=environment, timeout=120,
                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                        check=False)
                    self.assertEqual(process.returncode, 0, process.stderr)
                    self.assertEqual(process.stderr, "")
                    if hidden == "/proc/sys" and words == "doctor":
                        self.assertRegex(process.stdout, r"ASLR +unknown")
                        self.assertRegex(process.stdout, r"perf rights +unknown")
                self.assertEqual(self.states(), {"python": {"identical"}, "twin": {"identical"}})

    def within(self, cgroup, *arguments):
        result = self.payoff(*arguments, preexec_fn=cgroup.enter)
        until = time.monotonic() + 10
        while (left := cgroup.processes()) and time.monotonic() < until:
            time.sleep(0.05)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(left, set(), "processes were left")
        return result

    @unittest.skipUnless(may_limit(), "no cgroup can be made here")
    def test_limits(self):
        self.write("balloon.py", BALLOON)
        self.experiment(TWIN + GROWS, modes='"serial", "process"')
        cgroup = Cgroup(0.5, 256 << 20)
        self.addCleanup(cgroup.remove)
        told = self.within(cgroup, "doctor")
        self.assertIn("the cgroup allows 0.5 CPUs and 256 MiB of memory",
                      " ".join(told.out.split()))
        result = self.within(cgroup, "run", "small.lua", "--quick", "--no-verify", "--no-db",
                             "--out", "out")
        self.assertEqual(result.status, 4, result.err + result.out)
        self.assertEqual(self.states(), {"python": {"identical"}, "twin": {"identical"},
                                         "balloon": {"failed"}})
        self.assertRegex(" ".join(result.out.split()),
                         "balloon FAILED: .*(memory runs out|MemoryError)")


if __name__ == "__main__":
    if not has_namespaces() and not may_limit():
        print("neither a namespace nor a cgroup can be made here")
        sys.exit(77)
    unittest.main()
