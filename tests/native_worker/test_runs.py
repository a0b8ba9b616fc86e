#!/usr/bin/env python3
"""`payoff worker native` over its pipes: what a run measures, and how subjects die in it."""

import json
import os
import resource
import signal
import time
import unittest

from talk import MODES, Case, Worker


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as file:
            return ") Z" not in file.read()
    except FileNotFoundError:
        return False


class Runs(Case):
    def test_every_mode_gives_the_results_in_task_order(self):
        with Worker() as worker:
            self.assert_ok(worker.load("same_int64", "int64(int64)"))
            tasks = [(i * i,) for i in range(100)]
            self.assertEqual(self.assert_ok(worker.prepare(*tasks))["tasks"], 100)
            for mode, start in MODES:
                for jobs in (1,) if mode == "serial" else (1, 2, 3, 8):
                    with self.subTest(mode=mode, start=start, jobs=jobs):
                        reply = self.assert_ok(worker.run(mode, jobs, start, loops=5))
                        self.assertEqual(worker.results(), [task[0] for task in tasks])
                        rows = reply["workers"]
                        self.assertEqual([row["id"] for row in rows], list(range(jobs)))
                        self.assertEqual(sum(row["tasks"] for row in rows), 500)
                        self.assertGreater(reply["wall_ns"], 0)
                        self.assertEqual(reply["before"], [])

    def test_several_samples_on_one_command(self):
        with Worker() as worker:
            self.assertEqual(self.assert_ok(worker.call("hello", protocol=1))["samples"], 64)
            self.assert_ok(worker.load("same_int64", "int64(int64)"))
            self.assert_ok(worker.prepare((3,), (4,)))
            fields = {"mode": "serial", "jobs": 1, "start": "warm", "loops": 5}
            samples = self.assert_ok(worker.call("run", samples=3, **fields))["samples"]
            self.assertEqual(len(samples), 3)
            for sample in samples:
                self.assertGreater(sample["wall_ns"], 0)
                self.assertEqual(sample["workers"][0]["tasks"], 10)
                self.assertEqual(sample["before"], [])
            self.assertEqual(worker.results(), [3, 4])
            for samples, mode in ((0, "serial"), (65, "serial"), ("3", "serial"), (2, "thread"),
                                  (2, "empty")):
                reply = worker.call("run", samples=samples, **dict(fields, mode=mode))
                self.assertEqual(reply["error"]["kind"], "usage", (samples, mode))

    def test_time_is_right_in_every_mode(self):
        with Worker() as worker:
            self.assert_ok(worker.load("spin_ms", "int64(int64)"))
            self.assert_ok(worker.prepare((30,), (30,)))
            for mode, start in MODES:
                for loops in (1, 2):
                    with self.subTest(mode=mode, start=start, loops=loops):
                        jobs = 1 if mode == "serial" else 2
                        reply = self.assert_ok(worker.run(mode, jobs, start, loops))
                        total = 60e6 * loops
                        self.assertGreaterEqual(reply["cpu_ns"], total * 0.95)
                        self.assertLess(reply["cpu_ns"], total * 1.5 + 20e6)
                        self.assertGreaterEqual(reply["wall_ns"], total / jobs * 0.95)
                        rows = reply["workers"]
                        self.assertGreaterEqual(sum(row["cpu_ns"] for row in rows), total * 0.95)
                        self.assertLessEqual(max(row["wall_ns"] for row in rows),
                                             reply["wall_ns"])

    def test_the_crew_is_named_and_its_switches_are_told(self):
        with Worker() as worker:
            self.assert_ok(worker.load("thread_id", "uint64(int64)"))
            self.assert_ok(worker.prepare(*[(i,) for i in range(8)]))
            for mode in ("thread", "process"):
                reply = worker.call("crew", mode=mode, jobs=2, start="warm")
                tids = self.assert_ok(reply)["tids"]
                self.assertEqual(len(set(tids)), 2)
                for _ in range(2):
                    rows = self.assert_ok(worker.run(mode, 2, "warm"))["workers"]
                    self.assertEqual([row["tid"] for row in rows], tids)
                    self.assertTrue(all(row["switches"] >= 0 for row in rows))
            reply = worker.call("crew", mode="thread", jobs=2, start="cold")
            self.assertEqual(reply["error"]["kind"], "unsupported")

    def test_tasks_are_shared(self):
        with Worker() as worker:
            self.assert_ok(worker.load("thread_id", "uint64(int64)"))
            self.assert_ok(worker.prepare(*[(i,) for i in range(8)]))
            for start in ("cold", "warm"):
                self.assert_ok(worker.run("thread", 2, start))
                self.assertEqual(len(set(worker.results())), 2)
            self.assert_ok(worker.run())
            self.assertEqual(len(set(worker.results())), 1)

    def test_processes_are_others_and_warm_ones_stay(self):
        with Worker() as worker:
            self.assert_ok(worker.load("process_id", "int64(int64)"))
            self.assert_ok(worker.prepare((1,)))
            seen = {}
            for start in ("cold", "warm"):
                pids = []
                for _ in range(3):
                    self.assert_ok(worker.run("process", 1, start))
                    pids += worker.results()
                seen[start] = pids
                self.assertNotIn(worker.process.pid, pids)
            self.assertEqual(len(set(seen["cold"])), 3)
            self.assertEqual(len(set(seen["warm"])), 1)
            # New tasks mean new processes: the old ones do not have them.
            self.assert_ok(worker.prepare((1,)))
            self.assert_ok(worker.run("process", 1, "warm"))
            self.assertNotEqual(worker.results(), seen["warm"][:1])
            with self.assertRaises(ProcessLookupError):
                os.kill(seen["warm"][0], 0)

    def test_no_child_survives(self):
        worker = Worker()
        self.assert_ok(worker.load("process_id", "int64(int64)"))
        self.assert_ok(worker.prepare((1,), (2,)))
        self.assert_ok(worker.run("process", 2, "warm"))
        pids = worker.results()
        worker.process.send_signal(signal.SIGKILL)
        worker.process.wait(10)
        deadline = time.monotonic() + 10
        while any(is_running(pid) for pid in pids):
            self.assertLess(time.monotonic(), deadline, "the children outlive their parent")
            time.sleep(0.01)
        worker.finish()

    def test_what_the_subject_prints_is_on_stdout_once(self):
        for mode, start in MODES:
            with self.subTest(mode=mode, start=start):
                worker = Worker()
                self.assert_ok(worker.load("print", "int32(string)"))
                self.assert_ok(worker.prepare(("hello from C",)))
                self.assert_ok(worker.run(mode, 1, start))
                self.assertEqual(worker.results(), [13])
                self.assertEqual(worker.finish(), (0, "hello from C\n", ""))


class Deaths(Case):
    def children(self, worker):
        path = "/proc/%d/task/%d/children" % (worker.process.pid, worker.process.pid)
        try:
            with open(path, encoding="ascii") as file:
                return file.read().split()
        except FileNotFoundError:
            self.skipTest("this kernel does not list children")

    def test_a_child_that_dies_is_an_exception(self):
        hows = [(signal.SIGSEGV, "SIGSEGV", "was killed by SIGSEGV in task 5"),
                (signal.SIGABRT, "SIGABRT", "was killed by SIGABRT in task 5"),
                (signal.SIGKILL, "SIGKILL", "when memory runs out"),
                (-3, "Exit", "exited with status 3 in task 5"),
                (-100, "Exit", "exited with status 0 in task 5")]
        with Worker() as worker:
            self.assert_ok(worker.load("die", "int32(int32)"))
            for start in ("cold", "warm"):
                for jobs in (1, 3):
                    for how, kind, message in hows:
                        with self.subTest(start=start, jobs=jobs, kind=kind):
                            tasks = [(0,)] * 5 + [(int(how),)] + [(0,)] * 5
                            self.assert_ok(worker.prepare(*tasks))
                            error = self.assert_error(worker.run("process", jobs, start),
                                                      "exception", message)
                            self.assertEqual(error["task"], 5)
                            self.assertEqual(error["type"], kind)
                            self.assertEqual(self.children(worker), [])
                            self.assert_error(worker.call("results"), "usage", "no results")
            self.assert_ok(worker.prepare((0,), (0,)))
            self.assert_ok(worker.run("process", 2, "warm"))
            self.assertEqual(worker.results(), [0, 0])

    def test_the_others_are_killed(self):
        with Worker() as worker:
            # While one task dies the other would still take a minute.
            self.assert_ok(worker.load("spin_ms", "int64(int64)"))
            self.assert_ok(worker.prepare((60000,), (60000,)))
            for start in ("cold", "warm"):
                with self.subTest(start=start):
                    began = time.monotonic()
                    worker.id += 1
                    os.write(worker.command, json.dumps(
                        {"id": worker.id, "cmd": "run", "mode": "process", "jobs": 2,
                         "start": start, "loops": 1}).encode() + b"\n")
                    while len(self.children(worker)) < 2:
                        time.sleep(0.01)
                    time.sleep(0.2)
                    os.kill(int(self.children(worker)[1]), signal.SIGTERM)
                    error = self.assert_error(json.loads(worker.reply.readline()), "exception",
                                              "was killed by SIGTERM in task ")
                    self.assertEqual(error["type"], "SIGTERM")
                    self.assertLess(time.monotonic() - began, 30)
                    self.assertEqual(self.children(worker), [])

    def test_a_warm_child_killed_between_runs(self):
        with Worker() as worker:
            self.assert_ok(worker.load("same_int64", "int64(int64)"))
            self.assert_ok(worker.prepare((1,), (2,)))
            self.assert_ok(worker.run("process", 2, "warm"))
            os.kill(int(self.children(worker)[0]), signal.SIGKILL)
            self.assert_error(worker.run("process", 2, "warm"), "exception", "between tasks")
            self.assert_ok(worker.run("process", 2, "warm"))
            self.assertEqual(worker.results(), [1, 2])

    def test_in_serial_the_worker_dies_with_its_subject(self):
        for mode in ("serial", "thread"):
            worker = Worker()
            self.assert_ok(worker.load("die", "int32(int32)"))
            self.assert_ok(worker.prepare((int(signal.SIGSEGV),)))
            self.assertIsNone(worker.run(mode))
            self.assertEqual(worker.finish()[0], -signal.SIGSEGV)

    def test_too_many_threads_are_a_resource_error(self):
        with Worker() as worker:
            self.assert_ok(worker.load("same_int64", "int64(int64)"))
            self.assert_ok(worker.prepare((1,), (2,)))
            with open("/proc/%d/statm" % worker.process.pid, encoding="ascii") as file:
                used = int(file.read().split()[0]) * resource.getpagesize()
            _, hard = resource.prlimit(worker.process.pid, resource.RLIMIT_AS)
            limit = used + (256 << 20)
            resource.prlimit(worker.process.pid, resource.RLIMIT_AS, (limit, hard))
            for start in ("cold", "warm"):
                self.assert_error(worker.run("thread", 2000, start), "resource", "create thread ")
            resource.prlimit(worker.process.pid, resource.RLIMIT_AS, (hard, hard))
            self.assert_ok(worker.run("thread", 2, "warm"))
            self.assertEqual(worker.results(), [1, 2])


if __name__ == "__main__":
    unittest.main()
