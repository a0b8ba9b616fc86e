"""The protocol: order, errors, what the worker keeps to itself."""

import fcntl
import os
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

from driver import SUBJECTS, Worker, f, i, t


class Protocol(unittest.TestCase):
    def test_hello(self):
        with Worker() as worker:
            reply = worker.good("hello", protocol=1)
            self.assertEqual(reply["protocol"], 1)
            self.assertEqual(reply["pid"], worker.process.pid)
            self.assertEqual(reply["modes"], ["serial", "process", "thread"])
            runtime = reply["runtime"]
            self.assertEqual(runtime["name"], sys.implementation.name)
            self.assertEqual(runtime["version"], "%d.%d.%d" % sys.version_info[:3])
            self.assertIn("fork", runtime["start_methods"])
            self.assertEqual(worker.error("hello", protocol=2)["kind"], "usage")

    def test_hello_of_one_of_many(self):
        with Worker() as worker:
            whole = worker.good("hello", protocol=1)["runtime"]
            reply = worker.good("hello", protocol=1, brief=True)
            self.assertEqual(reply["runtime"], {key: whole[key] for key in ("name", "version")})
            self.assertNotIn("modes", reply)
            worker.good("leave")
            self.assertEqual(worker.process.wait(30), 0)

    def test_transcript(self):
        with Worker() as worker:
            reply = worker.good(
                "load", subject={"module": "kernels", "func": "square_roots", "path": [SUBJECTS]}
            )
            self.assertEqual(reply["file"], os.path.join(SUBJECTS, "kernels.py"))
            self.assertGreater(reply["load_ns"], 0)
            tasks = [t(i(0), i(1000)), t(i(1), i(1000))]
            self.assertEqual(worker.good("prepare", tasks=tasks)["tasks"], 2)
            reply = worker.good("run", mode="serial", jobs=1, start="warm", loops=3)
            self.assertGreater(reply["wall_ns"], 0)
            self.assertGreater(reply["cpu_ns"], 0)
            self.assertEqual((reply["before"], reply["after"]), ([], []))
            self.assertEqual(reply["workers"][0]["tasks"], 6)
            self.assertNotIn("unraisable", reply)
            sys.path.insert(0, SUBJECTS)
            import kernels

            expected = [f(kernels.square_roots(n, 1000)) for n in (0, 1)]
            self.assertEqual(worker.good("results")["results"], expected)
            self.assertEqual(worker.end(), 0)

    @unittest.skipUnless(sys.implementation.name == "cpython", "modules of CPython")
    def test_what_is_imported(self):
        names = "json", "re", "_struct", "binascii"
        ask = "import sys; print([one in sys.modules for one in %r])" % (names,)
        bare = subprocess.check_output([sys.executable, "-c", ask]).decode()
        with Worker() as worker:
            worker.subject("is_imported", *(t(["s", one]) for one in names))
            worker.good("run", mode="serial")
            results = worker.good("results")["results"]
            self.assertEqual(str([one[1] for one in results]), bare.strip())

    def test_end_of_commands(self):
        with Worker() as worker:
            self.assertEqual(worker.end(), 0)
        with Worker() as worker:
            worker.send('{"id":1,"cmd":"hel')
            self.assertEqual(worker.end(), 0)
            self.assertIsNone(worker.receive())

    def test_what_a_program_does_at_its_end(self):
        with Worker() as worker:
            worker.subject("ends_late", t(i(1)))
            worker.good("run", mode="serial")
            worker.good("leave")
            self.assertEqual(worker.process.wait(30), 0)
            self.assertEqual(worker.text(), "thread ended\nexit handler called\n")

    def test_malformed_commands(self):
        lines = [
            b"\n",
            b"[]\n",
            b"5\n",
            b"{}\n",
            b'{"id":1.5,"cmd":"hello"}\n',
            b'{"id":true,"cmd":"hello"}\n',
            b"\xff\xfe\n",
            b'{"id":"1","cmd":"hello"}\n',
            b"{{{{\n",
            b"[" * 100000 + b"\n",
        ]
        with Worker() as worker:
            for line in lines:
                worker.send(line)
                reply = worker.receive()
                self.assertEqual((reply["id"], reply["ok"]), (None, False), line)
                self.assertEqual(reply["error"]["kind"], "usage")
            worker.send('{"id": 12, "cmd":"prepare", "tasks": [%s]}\n' % ("[" * 100000))
            self.assertEqual(worker.receive()["id"], 12)
            for line in ('{"id":3,"cmd":"dance"}\n', '{"id":3}\n', '{"id":3,"cmd":["hello"]}\n'):
                worker.send(line)
                reply = worker.receive()
                self.assertEqual((reply["id"], reply["error"]["kind"]), (3, "usage"))
            worker.good("hello", protocol=1)

    def test_several_commands_in_one_write(self):
        with Worker() as worker:
            worker.send("".join('{"id":%d,"cmd":"hello","protocol":1}\n' % n for n in range(5)))
            self.assertEqual([worker.receive()["id"] for _ in range(5)], list(range(5)))

    def test_out_of_order(self):
        with Worker() as worker:
            self.assertEqual(worker.error("run", mode="serial")["kind"], "usage")
            self.assertEqual(worker.error("results")["kind"], "usage")
            worker.good("run", mode="empty", jobs=1, start="warm", loops=1)
            self.assertEqual(worker.error("results")["kind"], "usage")
            worker.subject("echo", t(i(1)))
            self.assertEqual(worker.error("results")["kind"], "usage")
            for fields in (
                {"jobs": 0},
                {"jobs": True},
                {"loops": -1},
                {"loops": "3"},
                {"loops": 1.0},
                {"jobs": None},
            ):
                self.assertEqual(worker.error("run", mode="serial", **fields)["kind"], "usage")
            for fields in (
                {"mode": "fibre"},
                {"mode": None},
                {"mode": "thread", "start": "hot"},
                {},
            ):
                self.assertEqual(worker.error("run", **fields)["kind"], "unsupported")

    def test_arguments(self):
        with Worker() as worker:
            worker.subject("echo")
            error = worker.error("prepare", tasks=[t(i(1)), t(["f", "x"])])
            self.assertEqual((error["kind"], error["task"]), ("argument", 1))
            self.assertEqual(worker.error("prepare", tasks=[i(1)])["kind"], "argument")
            self.assertEqual(worker.error("prepare", tasks=7)["kind"], "usage")
            self.assertEqual(worker.error("run", mode="serial")["kind"], "usage")
            values = [["i", "9" * 9000], ["u", "eda080"], ["a", "d", "AAAAAAAA8D8="], ["n"]]
            worker.good("prepare", tasks=[t(value) for value in values])
            worker.good("run", mode="serial")
            self.assertEqual(worker.good("results")["results"], values)

    def test_results_that_cannot_cross(self):
        with Worker() as worker:
            worker.subject("make", t(["s", "(lambda l: l.append(l) or l)([])"]))
            worker.good("run", mode="serial")
            self.assertEqual(worker.error("results")["kind"], "argument")
            worker.good("prepare", tasks=[t(["s", "bytes(80 << 20)"])])
            worker.good("run", mode="serial")
            self.assertIn("64 MiB", worker.error("results")["message"])
            worker.good("hello", protocol=1)

    def test_large_messages(self):
        text = "é" * (1 << 20)
        with Worker() as worker:
            worker.subject("echo", t(["s", text]))
            worker.good("run", mode="serial")
            self.assertEqual(worker.good("results")["results"], [["s", text]])

    def test_load_errors(self):
        def load(**subject):
            return worker.error("load", subject=dict({"path": [SUBJECTS]}, **subject))

        with Worker() as worker:
            error = load(module="nowhere", func="f")
            self.assertEqual((error["kind"], error["type"]), ("load", "ModuleNotFoundError"))
            error = load(module="broken_import", func="f")
            self.assertIn("nothing_of_this_name", error["message"])
            self.assertIn("broken_import.py", error["trace"])
            self.assertNotIn("importlib", error["trace"])
            error = load(module="raises", func="twice")
            self.assertEqual((error["type"], error["message"]), ("ValueError", "at import \\udc80"))
            self.assertEqual(error["trace"].count("File "), 1)
            self.assertIn("did you mean echo?", load(module="kernels", func="ecko")["message"])
            self.assertIn("int", load(module="kernels", func="number")["message"])
            self.assertEqual(load(file="/nowhere/x.py", func="f")["kind"], "load")
            for subject in (
                {},
                {"module": "kernels"},
                {"func": "f"},
                {"module": "a", "file": "b", "func": "f"},
                {"module": 5, "func": "f"},
                {"module": "kernels", "func": "f", "path": "x"},
                {"module": "kernels", "func": "f", "path": [1]},
            ):
                self.assertEqual(load(**subject)["kind"], "usage", subject)
            self.assertEqual(worker.error("load", subject=None)["kind"], "usage")
            self.assertEqual(worker.error("run", mode="serial")["kind"], "usage")

    def test_load_file(self):
        path = os.path.join(SUBJECTS, "kernels.py")
        with Worker() as worker:
            reply = worker.good("load", subject={"file": path, "func": "Outer.twice"})
            self.assertEqual(reply["file"], path)
            worker.good("prepare", tasks=[t(i(4))])
            for mode in ("serial", "thread", "process"):
                worker.good("run", mode=mode)
                self.assertEqual(worker.good("results")["results"], [i(8)])
            worker.good("load", subject={"module": "math", "func": "sqrt"})
            worker.good("prepare", tasks=[t(i(4))])
            worker.good("run", mode="process")
            self.assertEqual(worker.good("results")["results"], [f(2.0)])

    def test_name_of_a_loaded_module(self):
        """heapq is in use by the standard library's pools: a subject of that name is another."""
        path = os.path.join(SUBJECTS, "shadows", "heapq.py")
        with Worker() as worker:
            worker.subject("echo", t(i(1)))
            worker.good("run", mode="process")
            worker.good("load", subject={"file": path, "func": "heappush"})
            worker.good("prepare", tasks=[t(["l"], i(1))])
            for mode in ("serial", "process"):
                worker.good("run", mode=mode)
                self.assertEqual(worker.good("results")["results"], [["s", "mine"]])
            subject = {"module": "heapq", "func": "heappush", "path": [os.path.dirname(path)]}
            self.assertIn("already loaded", worker.error("load", subject=subject)["message"])

    def test_names_of_modules_that_are_needed_later(self):
        path = os.path.join(SUBJECTS, "shadows_late")
        with Worker() as worker:
            worker.good("load", subject={"module": "late", "func": "pair", "path": [path]})
            worker.good("prepare", tasks=[t(f(0.5), ["a", "d", "AAAAAAAA4D8="])])
            worker.good("run", mode="serial")
            self.assertEqual(worker.good("results")["results"], [t(f(0.5), ["y", "YWI="], i(1))])

    def test_subject_finds_a_clean_place(self):
        with Worker() as worker:
            worker.subject("make", t(["s", "__import__('sys').path[0]"]))
            worker.good("run", mode="serial")
            self.assertEqual(worker.good("results")["results"], [["s", SUBJECTS]])
            text = "sorted({'concurrent', 'multiprocessing'} & set(__import__('sys').modules))"
            worker.good("prepare", tasks=[t(["s", text])])
            worker.good("run", mode="serial")
            self.assertEqual(worker.good("results")["results"], [["l"]])


def waiting(pipe):
    """How many bytes are there to read."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


class Counters(unittest.TestCase):
    def test_each_is_read_once_before_and_after(self):
        pipes = [os.pipe(), os.pipe()]

        def fill(text):
            for _, write in pipes:
                os.write(write, text)

        def fill_again():
            while any(waiting(read) for read, _ in pipes):
                time.sleep(0.01)
            fill(b"after")

        with Worker(counters=[read for read, _ in pipes]) as worker:
            worker.subject("sleep", t(f(0.01)))
            fill(b"before")
            # Between the two readings: the second one waits for it.
            filler = threading.Thread(target=fill_again)
            filler.start()
            reply = worker.good("run", mode="serial")
            filler.join()
            self.assertEqual(reply["before"], ["hex:" + b"before".hex()] * 2)
            self.assertEqual(reply["after"], ["hex:" + b"after".hex()] * 2)
        for pair in pipes:
            for fd in pair:
                os.close(fd)

    def test_file(self):
        with tempfile.TemporaryFile() as file:
            file.write(b"x" * 4096 + b"y" * 24)
            file.seek(0)
            with Worker(counters=[file.fileno()]) as worker:
                worker.subject("echo", t(i(1)))
                reply = worker.good("run", mode="serial")
                self.assertEqual(reply["before"][0], "hex:" + "78" * 4096)
                self.assertEqual(reply["after"][0], "hex:" + "79" * 24)

    def test_closed_by_the_subject(self):
        with open(os.devnull) as file:
            fd = file.fileno()
            with Worker(counters=[fd]) as worker:
                worker.subject("close_one", t(i(fd)))
                reply = worker.good("run", mode="serial")  # measured all the same
                self.assertEqual(reply["after"], [""])

    def test_kept_from_children(self):
        with open(os.devnull) as file:
            with Worker(counters=[file.fileno()]) as worker:
                worker.subject("descriptors_in_child", t())
                worker.good("run", mode="serial")
                self.assertEqual(worker.good("results")["results"], [i(0)])


if __name__ == "__main__":
    unittest.main()
