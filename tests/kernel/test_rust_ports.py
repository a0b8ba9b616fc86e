#!/usr/bin/env python3
"""The Rust ports of cpu_intensive: the C library, the Python module, and the worker executable,
which is also a second reading of profiler/workers/PROTOCOL.md."""

import base64
import json
import math
import os
import random
import socket
import struct
import subprocess

import ports
import reference


class Library(ports.Case):
    @classmethod
    def setUpClass(cls):
        ports.make("rust-library")
        cls.port = ports.library("libcpu_rust.so")

    def test_values(self):
        chance = random.Random(1)
        for n in (0, 1, 7, (1 << 53) + 1, (1 << 63) - 1, chance.getrandbits(40)):
            for steps in (0, 1, 2, 1000, chance.randrange(5000)):
                expected = reference.cpu_intensive_steps(n, steps)
                self.same(self.port.cpu_intensive_steps(n, steps), expected, n=n, steps=steps)
        self.assertEqual(self.port.cpu_intensive(0, 1), 1.264911011363067e17)

    def test_u128_is_unsigned(self):
        for n, steps in ((-1, 5), (5, -1)):
            self.assertTrue(math.isnan(self.port.cpu_intensive_steps(n, steps)))


class Extension(ports.Case):
    @classmethod
    def setUpClass(cls):
        cls.port = ports.module("rust-extension", "rust_extension")

    def test_values(self):
        for n in (0, 1, (1 << 63) - 1, 1 << 64, 1 << 70):
            expected = reference.cpu_intensive_steps(n, 1500)
            self.same(self.port.cpu_intensive_steps(n, 1500), expected, n=n)
        for name in ("cpu_intensive", "cpu_intensive_nogil"):
            self.assertEqual(getattr(self.port, name)(0, 1), 1.264911011363067e17)

    def test_not_quite_a_drop_in(self):
        """As published: no steps is a float, and a negative argument an OverflowError."""
        self.assertIs(type(self.port.cpu_intensive(7, 0)), float)
        self.assertRaises(OverflowError, self.port.cpu_intensive, 7, -1)
        self.assertRaises(OverflowError, self.port.cpu_intensive, -1, 1)
        self.assertRaises(TypeError, self.port.cpu_intensive, "1", 1)

    def test_the_gil(self):
        self.assertFalse(ports.releases_gil(lambda: self.port.cpu_intensive_steps(0, 100_000)))
        self.assertTrue(ports.releases_gil(lambda: self.port.cpu_intensive_nogil(0, 1)))


class Talk(ports.Case):
    """A worker, and how to talk to it."""

    more_counters = ""

    @classmethod
    def setUpClass(cls):
        ports.make("rust-worker")

    def setUp(self):
        """A worker with one counter group, whose readings are the messages sent to self.counter."""
        command_read, command_write = os.pipe()
        reply_read, reply_write = os.pipe()
        group, self.counter = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.counter.setblocking(False)
        environment = dict(os.environ, PAYOFF_PROTOCOL="1", PAYOFF_COMMAND_FD=str(command_read),
                           PAYOFF_REPLY_FD=str(reply_write),
                           PAYOFF_COUNTER_FDS=str(group.fileno()) + self.more_counters)
        self.process = subprocess.Popen(
            [ports.file("rust_worker")], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            pass_fds=(command_read, reply_write, group.fileno()))
        os.close(command_read)
        os.close(reply_write)
        group.close()
        self.commands = os.fdopen(command_write, "wb", buffering=0)
        self.replies = os.fdopen(reply_read, "rb")
        self.id = 0

    def tearDown(self):
        self.commands.close()
        self.assertEqual(self.process.wait(30), 0)  # at the end of the commands it leaves
        self.assertEqual(self.process.stdout.read(), b"")
        for file in (self.replies, self.process.stdout, self.counter):
            file.close()

    def send(self, text):
        self.commands.write(text)
        return json.loads(self.replies.readline())

    def call(self, cmd, **fields):
        self.id += 1
        if cmd == "run":
            for reading in ("before", "after"):
                self.counter.send((reading + str(self.id)).encode())
        command = dict(fields, id=self.id, cmd=cmd)
        reply = self.send(json.dumps(command).encode() + b"\n")
        self.assertEqual(reply["id"], self.id)
        return reply

    def good(self, cmd, **fields):
        reply = self.call(cmd, **fields)
        self.assertTrue(reply["ok"], reply)
        return reply

    def bad(self, kind, cmd, **fields):
        reply = self.call(cmd, **fields)
        self.assertFalse(reply["ok"], reply)
        self.assertEqual(reply["error"]["kind"], kind, reply)
        self.assertTrue(reply["error"]["message"])
        return reply["error"]

    def prepare(self, tasks, func="cpu_intensive_steps"):
        self.good("load", subject={"func": func})
        encoded = [["t"] + [["i", str(one)] for one in task] for task in tasks]
        self.assertEqual(self.good("prepare", tasks=encoded)["tasks"], len(tasks))

    def run_tasks(self, tasks, **how):
        reply = self.good("run", **how)
        self.assertEqual(base64.b64decode(reply["before"][0]), b"before%d" % self.id)
        self.assertEqual(base64.b64decode(reply["after"][0]), b"after%d" % self.id)
        self.assertGreater(reply["wall_ns"], 0)
        self.assertGreater(reply["cpu_ns"], 0)
        if how["mode"] != "empty":
            self.check_results(tasks)
            self.assertEqual(sum(row["tasks"] for row in reply["workers"]),
                             len(tasks) * how["loops"])
        return reply

    def check_results(self, tasks):
        for task, result in zip(tasks, self.good("results")["results"]):
            self.assertEqual(result[0], "f")
            value = struct.unpack(">d", bytes.fromhex(result[1]))[0]
            self.same(value, reference.cpu_intensive_steps(*task), task=task)


class Worker(Talk):
    def test_hello(self):
        reply = self.good("hello", protocol=1)
        self.assertEqual(reply["protocol"], 1)
        self.assertEqual(reply["pid"], self.process.pid)
        self.assertEqual(reply["modes"], ["serial", "thread"])
        self.assertEqual(reply["runtime"]["name"], "rust")
        self.assertRegex(reply["runtime"]["version"], r"^1\.\d+\.\d+")
        self.assertFalse(reply["runtime"]["debug"])
        self.bad("usage", "hello", protocol=2)

    def test_every_mode(self):
        tasks = [(n, 100 + n) for n in range(7)] + [(1 << 70, 1000), (3, 0)]
        self.prepare(tasks)
        for jobs in (1, 2, 5, 20):
            for start in ("cold", "warm", "warm"):
                for loops in (1, 3):
                    reply = self.run_tasks(tasks, mode="thread", jobs=jobs, start=start,
                                           loops=loops)
                    self.assertEqual(len(reply["workers"]), jobs)
        self.run_tasks(tasks, mode="serial", jobs=1, start="warm", loops=4)
        self.run_tasks(tasks, mode="empty", jobs=1, start="warm", loops=1)
        self.bad("usage", "results")  # `empty` has none

    def test_no_tasks(self):
        self.prepare([])
        for mode in ("serial", "thread"):
            self.run_tasks([], mode=mode, jobs=2, start="cold", loops=2)

    def test_published_function_is_the_default(self):
        file = self.good("load", subject={})["file"]
        self.assertTrue(os.path.samefile(file, ports.file("rust_worker")))
        self.good("prepare", tasks=[["t", ["i", "0"], ["i", "1"]]])
        self.good("run", mode="serial", jobs=1, start="warm", loops=1)
        self.assertEqual(self.good("results")["results"], [["f", "437c162fc7e7a421"]])
        self.good("leave")

    def test_refusals(self):
        self.bad("usage", "run", mode="serial", jobs=1, loops=1)  # nothing is loaded
        self.bad("load", "load", subject={"func": "nothing"})
        self.bad("usage", "load", subject=[])
        self.bad("usage", "load", subject={"func": 1})
        self.bad("usage", "dance")
        self.bad("usage", "prepare", tasks={})
        self.prepare([(1, 1)])
        self.bad("unsupported", "run", mode="process", jobs=1, start="cold", loops=1)
        self.bad("unsupported", "run", mode="serial", jobs=1, start="tepid", loops=1)
        for jobs, loops in ((0, 1), (1, 0), (-1, 1), (1.5, 1), ("1", 1)):
            self.bad("usage", "run", mode="thread", jobs=jobs, start="warm", loops=loops)
        self.bad("usage", "results")

    def test_arguments_that_do_not_fit(self):
        self.good("load", subject={})
        one = ["i", "1"]
        for wrong in (["i", "-1"], ["i", str(1 << 128)], ["i", "+1"], ["i", ""], ["i", 1], ["n"],
                      ["f", "3ff0000000000000"], [], 7):
            error = self.bad("argument", "prepare", tasks=[["t", one, one], ["t", one, wrong]])
            self.assertEqual(error["task"], 1)
        for task in (["l", one, one], ["t", one], ["t", one, one, one], 5):
            self.bad("argument", "prepare", tasks=[task])
        self.bad("usage", "run", mode="serial", jobs=1, start="warm", loops=1)

    def test_lines_that_are_no_commands(self):
        for text in (b"\n", b"nonsense\n", b"[]\n", b"7\n", b'{"id":"x","cmd":"hello"}\n',
                     b"\xff\xfe\n", b'{"id":1,', b"[" * 100_000 + b"\n"):
            reply = self.send(text if text.endswith(b"\n") else text + b"\n")
            self.assertFalse(reply["ok"])
            self.assertIsNone(reply["id"])
            self.assertEqual(reply["error"]["kind"], "usage")
        self.good("hello", protocol=1)

    def test_a_counter_without_a_reading(self):
        """What it is worth, payoff decides; the worker reports what it read: nothing."""
        self.counter.close()
        self.id += 1
        run = {"id": self.id, "cmd": "run", "mode": "empty", "jobs": 1, "loops": 1}
        reply = self.send(json.dumps(run).encode() + b"\n")
        self.assertEqual((reply["ok"], reply["before"], reply["after"]), (True, [""], [""]))


class ClosedCounter(Talk):
    more_counters = ",4000"

    def test_the_run_goes_on(self):
        self.prepare([(1, 1)])
        reply = self.good("run", mode="serial")
        self.assertEqual((reply["before"][-1], reply["after"][-1]), ("", ""))


class Start(ports.Case):
    def test_without_payoff(self):
        ports.make("rust-worker")
        environment = {key: value for key, value in os.environ.items() if "PAYOFF" not in key}
        done = subprocess.run([ports.file("rust_worker")], env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode, 64)
        self.assertIn("PAYOFF_COMMAND_FD is not set", done.stdout)


if __name__ == "__main__":
    ports.main()
