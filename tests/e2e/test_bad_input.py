#!/usr/bin/env python3
"""Bad input gets one clear line on stderr and a documented exit status, never a stack of ours."""

import os
import resource
import subprocess
import unittest

from support import EXPERIMENT, PAYOFF, Case

HEAD = 'local payoff = require "payoff"\n'
REFERENCE = 'payoff.python { name = "python", file = "kernel.py", func = "total" }'


def experiment(body):
    return HEAD + ('return payoff.experiment { name = "x", reference = %s, %s }\n'
                   % (REFERENCE, body))


# name, script, exit status, what stderr must match
SCRIPTS = [
    ("syntax error", "return {\n", 65, r"x\.lua:2: .*expected"),
    ("runtime error", "local a = nil\nreturn a.b\n", 65, r"x\.lua:2: attempt to index a nil value"),
    ("no experiment", "return 7\n", 65, r"x\.lua: the script must end with"),
    ("unknown field", experiment("tasks = {{0, 1}}, presicion = 1"), 65,
     r"x\.lua:2: .*no field 'presicion'; did you mean 'precision'\?"),
    ("no tasks", experiment("modes = { 'serial' }"), 65, r"x\.lua:2: tasks is missing"),
    ("tasks no list", experiment("tasks = 3"), 65, r"tasks must be a table, not a number"),
    ("task no tuple", experiment("tasks = { 3 }"), 65,
     r"tasks\[1\]: a task is a list of arguments"),
    ("workload no list", experiment("workload = function() return 3 end"), 65,
     r"workload\(1\) must be a list of tasks"),
    ("workload raises", experiment("workload = function() error('mine') end"), 65,
     r"x\.lua:2: mine"),
    ("function as argument", experiment("tasks = { {print} }"), 65,
     r"tasks\[1\]: argument 1: a function cannot be"),
    ("unknown time", experiment("tasks = {{0, 1}}, time = 'cup'"), 65,
     r"^payoff: x\.lua:2: time can be \"wall\", \"own\" or \"cpu\", or be left out; not 'cup'; "
     r"did you mean 'cpu'\?"),
    ("a time that is no word", experiment("tasks = {{0, 1}}, time = 5"), 65,
     r"x\.lua:2: time can be \"wall\", .*; not a number"),
    ("unknown mode", experiment("tasks = {{0, 1}}, modes = {'treads'}"), 65,
     r"modes\[1\]: 'treads' is none of: .*did you mean 'thread'\?"),
    ("unknown subject kind", HEAD + "return payoff.ruby { }\n", 65,
     r"x\.lua:2: .*payoff\.ruby.*payoff\.python"),
    ("the module as a table", experiment("tasks = {{0, 1}}, counters = payoff").replace(
        "return", "local e =") + "return e\n", 65, r"x\.lua:2: there is no payoff\.exact"),
    ("unknown metric", experiment("tasks = {{0, 1}}, metrics = {'icp'}"), 65,
     r"no metric 'icp'; did you mean 'ipc'\?"),
    ("unknown counter", experiment("tasks = {{0, 1}}, counters = {'instructons'}"), 65,
     r"'instructons'; did you mean 'instructions'\?"),
    ("no tracepoint", experiment("tasks = {{0, 1}}, counters = {'instructon:x'}"), 65,
     r"'instructon:x'; did you mean 'instructions'\?"),
    ("unknown modifier", experiment("tasks = {{0, 1}}, counters = {'instructions:x'}"), 65,
     r"instructions:x.*modifier"),
    ("modifier that would read 0",
     experiment("tasks = {{0, 1}}, counters = {'context-switches:u'}"),
     65, r"happens inside the kernel only"),
    ("bad name", experiment("tasks = {{0, 1}}").replace('"x"', '"../x"'), 65, r"name '\.\./x'"),
    ("same name twice", experiment(
        'tasks = {{0, 1}}, subjects = { %s }' % REFERENCE), 65, r"the name 'python' is taken"),
    ("reference raises at import", HEAD + 'return payoff.experiment { name = "x", tasks = {{1}}, '
     'reference = payoff.python { module = "broken", func = "f" } }\n', 4, r"reference.*kaputt"),
    ("reference missing module", HEAD + 'return payoff.experiment { name = "x", tasks = {{1}}, '
     'reference = payoff.python { module = "no_such_thing", func = "f" } }\n', 4,
     r"no_such_thing"),
    ("reference missing function", HEAD + 'return payoff.experiment { name = "x", tasks = {{1}}, '
     'reference = payoff.python { file = "kernel.py", func = "totl" } }\n', 4, r"totl"),
    ("missing interpreter", HEAD + 'return payoff.experiment { name = "x", tasks = {{1}}, '
     'reference = payoff.python { file = "kernel.py", func = "total", python = "./nopython" } }\n',
     4, r"nopython"),
]

# The subject is in a row of the table: name, subject, status, what stdout must match
SUBJECTS = [
    ("missing library", 'payoff.native { library = "libnone.so", symbol = "f", '
     'signature = "double(int64, int64)" }', 4,
     r"x\.lua:2: subjects\[1\]\.library: no such file: libnone\.so \(did you run its build\?\)"),
    ("bad signature", 'payoff.native { library = "libm.so.6", symbol = "sqrt", '
     'signature = "dubble(double)" }', 4, r"dubble"),
    ("missing file", 'payoff.python { file = "none.py", func = "f" }', 4,
     r"subjects\[1\]\.file: no such file: none\.py"),
    ("raises at import", 'payoff.python { module = "broken", func = "f" }', 4, r"kaputt"),
    ("no such executable", 'payoff.executable { command = "./none" }', 4,
     r"no such file: \./none|no such file: none"),
    ("executable that is no worker", 'payoff.executable { command = "/bin/true" }', 4, r"FAILED"),
]

# arguments, status, what stderr must match
COMMANDS = [
    ([], 64, r"which command"),
    (["rnu"], 64, r"rnu"),
    (["run"], 64, r"FILE\.lua"),
    (["run", "none.lua"], 66, r"none\.lua"),
    (["run", "."], 66, r"\."),
    (["run", "ok.lua", "--budget", "fast"], 64, r"--budget fast: a number"),
    (["run", "ok.lua", "--blocks", "1.5"], 64, r"--blocks 1\.5: a whole number"),
    (["run", "ok.lua", "--set", "steps"], 64, r"NAME=VALUE"),
    (["run", "ok.lua", "--only", "zzz"], 64, r"--only: no subject.*python"),
    (["run", "ok.lua", "--frobnicate"], 64, r"frobnicate"),
]


# Closes the counters' descriptors, and nothing else, when it is called for the fifth time.
CLOSES_COUNTERS = """\
import os

calls = 0


def total(n, steps):
    global calls
    calls += 1
    if calls == 5:
        for name in os.listdir("/proc/self/fd"):
            try:
                if "perf_event" in os.readlink("/proc/self/fd/" + name):
                    os.close(int(name))
            except OSError:
                pass
    return sum(range(n, n + steps))
"""

FAULT_RATE = """\
return {
  name = "fault_rate", title = "Fault rate", events = { "page-faults", "task-clock" },
  values = { { name = "fault_rate", title = "Faults per second", unit = "1/s",
    formula = function(e) return e["page-faults"] / e["task-clock"] * 1e9 end } },
  prose = "First touches of memory, per second of CPU time.",
}
"""


class BadInput(Case):
    def setUp(self):
        super().setUp()
        self.write("broken.py", "raise RuntimeError('kaputt')\n")
        self.write("ok.lua", experiment("tasks = {{0, 10}}"))
        try:
            os.symlink("/usr/lib/x86_64-linux-gnu/libm.so.6",
                       os.path.join(self.folder, "libm.so.6"))
        except OSError:
            pass

    def check_one_line(self, result):
        self.assertTrue(result.err.startswith("payoff: "), result.err)
        self.assertNotIn("traceback", result.err)
        self.assertNotIn("[C]", result.err)

    def test_scripts(self):
        for name, script, status, pattern in SCRIPTS:
            with self.subTest(name):
                self.write("x.lua", script)
                result = self.payoff("run", "x.lua", "--out", "out", "--quick")
                self.assertEqual(result.status, status, result.err + result.out)
                self.assertRegex(result.err, pattern)
                self.check_one_line(result)

    def test_subjects(self):
        for name, subject, status, pattern in SUBJECTS:
            with self.subTest(name):
                self.write("x.lua", experiment("tasks = {{0, 10}}, subjects = { %s }" % subject))
                result = self.payoff("run", "x.lua", "--out", "out", "--quick")
                self.assertEqual(result.status, status, result.err + result.out)
                self.assertRegex(" ".join(result.out.split()), pattern)  # it is wrapped

    def test_commands(self):
        for arguments, status, pattern in COMMANDS:
            with self.subTest(" ".join(arguments)):
                result = self.payoff(*arguments)
                self.assertEqual(result.status, status, result.err)
                self.assertRegex(result.err, pattern)
                self.check_one_line(result)

    def test_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        with open("/dev/full", "w", encoding="utf-8") as full:
            process = subprocess.run([PAYOFF, "--version"], stdout=full, stderr=subprocess.PIPE,
                                     encoding="utf-8", check=False)
        self.assertEqual(process.returncode, 74, process.stderr)
        self.assertIn("No space left", process.stderr)

    def test_reports_folder_cannot_be_written(self):
        self.write("out", "a file, not a folder")
        result = self.payoff("run", "ok.lua", "--out", "out", "--quick")
        self.assertEqual(result.status, 74, result.err)
        self.assertIn("python", result.out, "the table is printed all the same")
        self.check_one_line(result)

    def test_closed_pipe(self):
        process = subprocess.run([PAYOFF + " run --help | true"], shell=True, cwd=self.folder,
                                 stderr=subprocess.PIPE, encoding="utf-8", check=False)
        self.assertNotIn("traceback", process.stderr)

    def test_unreadable_script(self):
        if os.geteuid() == 0:
            self.skipTest("root can read everything")
        os.chmod(self.write("secret.lua", ""), 0)
        result = self.payoff("run", "secret.lua")
        self.assertEqual(result.status, 66)
        self.assertIn("Permission denied", result.err)

    def test_few_descriptors(self):
        """Counters are dropped first; the workers get what is left, and the report says so."""
        self.experiment(modes='"serial", "process", "thread"')
        limit = (24, 24)
        done = self.payoff(
            "run", "small.lua", "--blocks", "1", "--no-db",
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limit))
        self.assertEqual(done.status, 0, done.err + done.out)
        self.assertNotIn("FAILED", done.out)
        self.assertRegex(" ".join(done.out.split()),
                         r"not counted here \(.*task-clock.*ulimit -n")

    def test_hardly_any_descriptors(self):
        self.experiment()
        done = self.payoff(
            "run", "small.lua", "--blocks", "1", "--no-db",
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12)))
        self.assertEqual(done.status, 4, done.err + done.out)
        self.assertRegex(done.err, r"too few descriptors.*ulimit -n")
        self.check_one_line(done)

    def test_two_hundred_events(self):
        events = ", ".join('"r%04x"' % number for number in range(0x100, 0x1c8))
        self.experiment(more="counters = { %s, 'page-faults' }," % events)
        done = self.payoff("run", "small.lua", "--blocks", "1", "--no-db")
        self.assertEqual(done.status, 0, done.err + done.out)

    def test_counters_vanish(self):
        """The subject closes them between two samples: it is measured all the same."""
        self.write("kernel.py", CLOSES_COUNTERS)
        self.experiment(more="samples = 3,")
        done = self.payoff("run", "small.lua", "--blocks", "2", "--no-db")
        self.assertEqual(done.status, 0, done.err + done.out)
        self.assertRegex(" ".join(done.out.split()),
                         r"task-clock.*: not counted in \d+ of \d+ samples "
                         r"\(python/serial/.*closed")

    def test_metric_file_of_the_users(self):
        self.write("fault_rate.lua", FAULT_RATE)
        script = EXPERIMENT % ("", '"serial"', "")
        self.write("small.lua", script.replace('"ipc", "os"', '"ipc", "fault_rate.lua"'))
        done = self.payoff("run", "small.lua", "--blocks", "1", "--no-db", "--out", "out")
        self.assertEqual(done.status, 0, done.err + done.out)
        self.assertIn("Faults per second", done.html())
        self.write("fault_rate.lua", "return { name = 'x' }")
        done = self.payoff("run", "small.lua", "--blocks", "1", "--no-db")
        self.assertEqual(done.status, 65, done.err + done.out)
        self.assertRegex(done.err, r"fault_rate\.lua: title must be a string")

    def test_perf_event_open_is_forbidden(self):
        """A seccomp filter refuses it: the run goes on, and every report says what is missing."""
        self.experiment()
        deny = os.path.join(os.path.dirname(os.path.abspath(__file__)), "deny_perf.py")
        done = subprocess.run(
            ["python3", deny, PAYOFF, "run", "small.lua", "--blocks", "1", "--no-db"],
            cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(" ".join(done.stdout.split()),
                         r"not counted here \(task-clock.*(seccomp|no hardware counters)")


if __name__ == "__main__":
    unittest.main()
