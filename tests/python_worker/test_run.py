"""Runs in all modes: results, who did what, errors, and subjects that misbehave."""

import os
import sys
import unittest
from signal import SIGINT, SIGKILL, SIGSEGV

from driver import SUBJECTS, Worker, f, i, t

PYPY = sys.implementation.name == "pypy"
# In PyPy 3.9 a ProcessPoolExecutor of its own library works with fork alone.
METHODS = ("fork",) if PYPY else ("fork", "spawn", "forkserver")
POOLS = [(mode, start) for mode in ("process", "thread") for start in ("cold", "warm")]
ALL = [("serial", "warm")] + POOLS


class Modes(unittest.TestCase):
    def test_results_in_task_order(self):
        with Worker() as worker:
            worker.subject("echo", *[t(i(n)) for n in range(20)])
            for mode, start in ALL:
                reply = worker.good("run", mode=mode, jobs=3, start=start, loops=2)
                self.assertEqual(worker.good("results")["results"], [i(n) for n in range(20)])
                self.assertEqual(sum(row["tasks"] for row in reply["workers"]), 40)
                ids = [row["id"] for row in reply["workers"]]
                self.assertEqual(ids, [0] if mode == "serial" else [0, 1, 2])

    def test_several_samples_on_one_command(self):
        with Worker() as worker:
            self.assertEqual(worker.good("hello", protocol=1, brief=True)["samples"], 64)
            worker.subject("echo", t(i(3)), t(i(4)))
            samples = worker.good("run", mode="serial", samples=3, loops=5)["samples"]
            self.assertEqual(len(samples), 3)
            for sample in samples:
                self.assertGreater(sample["wall_ns"], 0)
                self.assertEqual(sample["workers"][0]["tasks"], 10)
            self.assertEqual(worker.good("results")["results"], [i(3), i(4)])
            for samples, mode in ((0, "serial"), (65, "serial"), ("3", "serial"), (2, "thread"),
                                  (2, "empty")):
                self.assertEqual(worker.error("run", mode=mode, samples=samples)["kind"], "usage")

    def test_no_tasks(self):
        with Worker() as worker:
            worker.subject("echo")
            for mode, start in ALL:
                worker.good("run", mode=mode, jobs=2, start=start)
                self.assertEqual(worker.good("results")["results"], [])

    def test_start_methods(self):
        for method in METHODS:
            with self.subTest(method=method), Worker() as worker:
                worker.subject("echo", t(i(1)), t(i(2)), start_method=method)
                for start in ("cold", "warm", "warm", "cold"):
                    reply = worker.good("run", mode="process", jobs=2, start=start)
                    self.assertEqual(reply["start_method"], method)
                    self.assertEqual(worker.good("results")["results"], [i(1), i(2)])
                    if (method, start) == ("forkserver", "cold"):
                        self.assertIsNone(reply["cpu_ns"])
                    else:
                        self.assertGreater(reply["cpu_ns"], 0)
        with Worker() as worker:
            worker.subject("echo", t(i(1)), start_method="teleport")
            self.assertEqual(worker.error("run", mode="process")["kind"], "unsupported")
            worker.good("run", mode="thread")

    @unittest.skipIf(PYPY, "only forked pools work in PyPy")
    def test_spawn_of_a_file(self):
        with Worker() as worker:
            path = os.path.join(SUBJECTS, "kernels.py")
            subject = {"file": path, "func": "swallow", "start_method": "spawn"}
            worker.good("load", subject=subject)
            worker.good("prepare", tasks=[t()])
            for start in ("cold", "warm"):
                reply = worker.good("run", mode="process", jobs=1, start=start)
                self.assertEqual(reply["unraisable"], ["KeyError: 'lost'"])

    def test_the_crew_is_named_before_a_warm_run(self):
        with Worker() as worker:
            worker.subject("who", *[t(i(n)) for n in range(4)])
            for mode in ("process", "thread"):
                tids = worker.good("crew", mode=mode, jobs=3, start="warm")["tids"]
                self.assertEqual(len(set(tids)), 3)
                for tid in tids:
                    os.stat("/proc/%d" % tid)
                for _ in range(2):
                    reply = worker.good("run", mode=mode, jobs=3, start="warm")
                    self.assertEqual([row["tid"] for row in reply["workers"]], tids)
                    self.assertEqual(worker.good("crew", mode=mode, jobs=3)["tids"], tids)
            for fields in ({"mode": "serial"}, {"mode": "thread", "start": "cold"}, {}):
                self.assertEqual(worker.error("crew", **fields)["kind"], "unsupported")

    @unittest.skipIf(PYPY, "PyPy cannot tell a thread's switches")
    def test_switches_of_each_worker(self):
        with Worker() as worker:
            worker.subject("sleep", *[t(f(0.002)) for n in range(8)])
            for mode, start in POOLS:
                for _ in range(2):
                    reply = worker.good("run", mode=mode, jobs=2, start=start)
                    busy = [row for row in reply["workers"] if row["tasks"]]
                    for row in busy:  # each sleep is a switch, and not many more are
                        self.assertGreaterEqual(row["switches"], row["tasks"], (mode, start))
                        self.assertLess(row["switches"], 2000, (mode, start))

    def test_all_workers_are_up_when_warm(self):
        with Worker() as worker:
            worker.subject("who", *[t(i(n)) for n in range(4)])
            for mode in ("process", "thread"):
                seen, spread = set(), False
                for _ in range(10):
                    reply = worker.good("run", mode=mode, jobs=4, start="warm")
                    tasks = [row["tasks"] for row in reply["workers"]]
                    self.assertEqual((len(tasks), sum(tasks)), (4, 4))
                    seen |= {str(one[1:3]) for one in worker.good("results")["results"]}
                    spread = spread or tasks == [1] * 4
                # On a busy machine one of them may be done before another has woken up.
                self.assertTrue(spread)
                self.assertEqual(len(seen), 4)  # kept for the next run

    def test_pool_goes_with_the_mode(self):
        with Worker() as worker:
            worker.subject("who", t(i(0)))
            for other in ({"mode": "serial"}, {"mode": "process", "jobs": 2}, {"mode": "empty"}):
                pids = set()
                for _ in range(2):
                    worker.good("run", mode="process", jobs=1, start="warm")
                    pids.add(worker.good("results")["results"][0][1][1])
                    children = [int(pid) for pid in children_of(worker.process.pid)]
                    self.assertEqual(len(children), 1)
                    worker.good("run", **other)
                self.assertEqual(len(pids), 2)
            worker.good("run", mode="serial")
            self.assertEqual(children_of(worker.process.pid), [])

    def test_cpu_time(self):
        with Worker() as worker:
            worker.subject("burn", t(f(0.05)), t(f(0.05)))
            for mode, start in ALL:
                reply = worker.good("run", mode=mode, jobs=2, start=start)
                self.assertGreater(reply["cpu_ns"], 0.09e9, (mode, start))
                self.assertLess(reply["cpu_ns"], 0.4e9, (mode, start))
                self.assertGreater(sum(row["cpu_ns"] for row in reply["workers"]), 0.09e9)
            worker.subject("sleep", t(f(0.1)))
            for mode, start in ALL:
                reply = worker.good("run", mode=mode, jobs=1, start=start)
                self.assertGreater(reply["wall_ns"], 0.1e9)
                self.assertLess(reply["workers"][0]["cpu_ns"], 0.05e9, (mode, start))

    def test_empty_is_empty(self):
        with Worker() as worker:
            worker.subject("sleep", t(f(0.5)))
            # A single call would take longer.
            self.assertLess(worker.good("run", mode="empty", loops=5)["wall_ns"], 0.5e9)


def children_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return file.read().split()


class Errors(unittest.TestCase):
    def test_exception_names_task_and_frames(self):
        with Worker() as worker:
            worker.subject("fail_at", *[t(i(n), i(2)) for n in range(4)])
            for mode, start in ALL:
                error = worker.error("run", mode=mode, jobs=2, start=start, loops=2)
                self.assertEqual((error["kind"], error["type"]), ("exception", "ValueError"))
                self.assertEqual(error["task"], 2, (mode, start))
                self.assertEqual(error["trace"].count("File "), 1, error["trace"])
                self.assertIn("in fail_at", error["trace"])
                self.assertEqual(worker.error("results")["kind"], "usage")

    def test_other_exits(self):
        for func, task, name in [
            ("leave", t(i(3)), "SystemExit"),
            ("interrupt", t(), "KeyboardInterrupt"),
            ("refuse", t(i(0)), "kernels.Refused"),
            ("no_memory", t(), "MemoryError"),
        ]:
            with Worker() as worker:
                worker.subject(func, task)
                for mode, start in ALL:
                    error = worker.error("run", mode=mode, jobs=2, start=start)
                    self.assertEqual((error["type"], error["task"]), (name, 0))
                    kind = "resource" if name == "MemoryError" else "exception"
                    self.assertEqual(error["kind"], kind)
                self.assertEqual(worker.end(), 0)

    def test_what_cannot_be_pickled(self):
        with Worker() as worker:
            worker.subject("anonymous", t(i(0)))
            worker.good("run", mode="thread")
            error = worker.error("run", mode="process")
            self.assertEqual(error["kind"], "unsupported")
            worker.subject("make", t(["s", "1"]), t(["s", "lambda: 0"]))
            for start in ("cold", "warm"):
                error = worker.error("run", mode="process", start=start)
                self.assertEqual((error["kind"], error["task"]), ("exception", 1))
            worker.good("prepare", tasks=[t(["s", "1"])])
            worker.good("run", mode="process", start="warm")

    def test_child_that_dies(self):
        for method in METHODS:
            with self.subTest(method=method), Worker() as worker:
                worker.subject("die", t(i(int(SIGSEGV))), start_method=method)
                for start in ("cold", "warm"):
                    error = worker.error("run", mode="process", jobs=2, start=start)
                    self.assertEqual((error["kind"], error["signal"]), ("exception", SIGSEGV))
                    self.assertIn("SIGSEGV", error["message"])
                worker.good("prepare", tasks=[t(i(int(SIGKILL)))])
                error = worker.error("run", mode="process", jobs=2)
                self.assertEqual((error["kind"], error["signal"]), ("resource", SIGKILL))
                worker.subject("quit_hard", t(i(7)), start_method=method)
                error = worker.error("run", mode="process", jobs=2)
                self.assertEqual((error["kind"], error["exit"]), ("exception", 7))
                worker.subject("echo", t(i(7)), start_method=method)
                worker.good("run", mode="process", jobs=2)

    def test_worker_dies_with_its_serial_subject(self):
        with Worker() as worker:
            worker.subject("die", t(i(int(SIGSEGV))))
            self.assertIsNone(worker.call("run", mode="serial"))
            self.assertEqual(worker.end(), -SIGSEGV)

    def test_swallowed_exceptions_are_told(self):
        with Worker() as worker:
            worker.subject("swallow", t(), t())
            for mode, start in ALL:
                reply = worker.good("run", mode=mode, jobs=2, start=start)
                self.assertEqual(reply["unraisable"], ["KeyError: 'lost'"] * 2, (mode, start))
            worker.subject("echo", t(i(0)))
            self.assertNotIn("unraisable", worker.good("run", mode="serial"))
            self.assertIn("KeyError", worker.text())

    def test_prints(self):
        with Worker() as worker:
            text = '{"id":1,"ok":true}\n' * 1000
            worker.subject("shout", t(["s", text]))
            for mode, start in ALL:
                worker.good("run", mode=mode, jobs=1, start=start)
            self.assertEqual(worker.text().count('"ok"'), 2 * 1000 * len(ALL))

    def test_closes_descriptors(self):
        with Worker() as worker:
            worker.subject("close_all", t())
            self.assertIsNone(worker.call("run", mode="serial"))
            self.assertNotEqual(worker.end(), None)

    def test_fork_that_comes_back(self):
        with Worker() as worker:
            worker.subject("come_back_twice", t())
            for _ in range(3):
                worker.good("run", mode="serial")
                self.assertEqual(worker.good("results")["results"], [["b", False]])

    def test_interrupt_is_ignored(self):
        with Worker() as worker:
            worker.subject("ignores_interrupt", t())
            os.kill(worker.process.pid, SIGINT)
            for mode, start in ALL:
                worker.good("run", mode=mode, start=start)
                self.assertEqual(worker.good("results")["results"], [["b", True]])

    def test_too_many_threads(self):
        with Worker() as worker:
            worker.subject("limit_memory", t(i(1 << 30)))
            worker.good("run", mode="serial")
            error = worker.error("run", mode="thread", jobs=2000, start="warm")
            self.assertEqual(error["kind"], "resource", error)
            worker.good("run", mode="serial")


if __name__ == "__main__":
    unittest.main()
