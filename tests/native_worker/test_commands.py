#!/usr/bin/env python3
"""`payoff worker native` over its pipes: commands, and what cannot be loaded."""

import os
import unittest

from talk import LIBRARY, Case, Worker, encode


class Conversation(Case):
    def test_hello_and_leave(self):
        with Worker() as worker:
            reply = self.assert_ok(worker.call("hello", protocol=1))
            self.assertEqual(reply["protocol"], 1)
            self.assertEqual(reply["modes"], ["serial", "process", "thread"])
            self.assertEqual(reply["pid"], worker.process.pid)
            self.assertEqual(reply["runtime"]["name"], "native")
            self.assertRegex(reply["runtime"]["version"], r"^\d+\.\d+\.\d+$")
            self.assertEqual(reply["runtime"]["pointer_bits"], 64)
            self.assertEqual(worker.call("leave"), {"id": 2, "ok": True})
            self.assertEqual(worker.process.wait(10), 0)

    def test_it_leaves_at_end_of_file(self):
        worker = Worker()
        self.assertEqual(worker.finish(), (0, "", ""))

    def test_another_protocol(self):
        with Worker() as worker:
            self.assert_error(worker.call("hello", protocol=2), "usage", "protocol 1")
            self.assert_error(worker.call("hello"), "usage", "protocol 1")
            self.assert_ok(worker.call("hello", protocol=1))

    def test_bad_lines_are_answered(self):
        deep = b"[" * 100000
        lines = [b"", b"x", b"{", b"[]", b"7", b"null", b'{"id":1', b"\xff\xfe", deep,
                 b'{"id":1,"id":2,"cmd":"hello"}', b'{"cmd":"hello","protocol":1}', b"\0",
                 b'{"id":"1","cmd":"hello"}', b'{"id":99999999999999999999,"cmd":"hello"}']
        with Worker() as worker:
            for line in lines:
                with self.subTest(line=line[:40]):
                    reply = worker.send(line)
                    self.assertIsNone(reply["id"])
                    self.assert_error(reply, "usage")
            for line in [b'{"id":5}', b'{"id":5,"cmd":7}', b'{"id":5,"cmd":"dance"}',
                         b'{"id":5,"cmd":"da\\u0000nce\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9'
                         b'\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9"}',
                         b'{"id":5,"cmd":"x%s"}' % ("é" * 40).encode()]:
                with self.subTest(line=line):
                    reply = worker.send(line)
                    self.assertEqual(reply["id"], 5)
                    self.assert_error(reply, "usage")
            self.assert_ok(worker.call("hello", protocol=1))

    def test_too_long_a_line_is_answered_and_forgotten(self):
        with Worker() as worker:
            reply = worker.send(b" " * (64 << 20))
            self.assert_error(reply, "usage", "64 MiB")
            self.assert_ok(worker.call("hello", protocol=1))

    def test_a_long_line(self):
        numbers = [0.5] * 200000
        with Worker() as worker:
            self.assert_ok(worker.load("sum_double", "double(const double[n], size n)"))
            self.assert_ok(worker.prepare((encode(numbers),)))
            self.assert_ok(worker.run())
            self.assertEqual(worker.results(), [100000.0])

    def test_commands_out_of_order(self):
        with Worker() as worker:
            self.assert_error(worker.prepare((1,)), "usage", "'load' comes before")
            self.assert_error(worker.run(), "usage", "'prepare' comes before")
            self.assert_error(worker.call("results"), "usage", "no results")
            self.assert_ok(worker.load("same_int64", "int64(int64)"))
            self.assert_error(worker.run(), "usage", "'prepare' comes before")
            self.assert_ok(worker.prepare((1,)))
            self.assert_error(worker.call("results"), "usage", "no results")
            self.assert_ok(worker.run("empty"))
            self.assert_error(worker.call("results"), "usage", "no results")
            self.assert_ok(worker.run())
            self.assertEqual(worker.results(), [1])
            self.assert_ok(worker.run("empty"))
            self.assertEqual(worker.results(), [1])
            self.assert_ok(worker.prepare((2,)))
            self.assert_error(worker.call("results"), "usage", "no results")

    def test_run_parameters(self):
        with Worker() as worker:
            self.assert_ok(worker.load("same_int64", "int64(int64)"))
            self.assert_ok(worker.prepare((1,)))
            for fields in [{"jobs": 0}, {"jobs": 2}, {"jobs": "1"}, {"jobs": 1.0}, {"loops": 0},
                           {"jobs": -1}, {"mode": "process", "jobs": 10**9}, {"start": "hot"},
                           {"mode": None}, {"start": None}, {"loops": None}]:
                with self.subTest(**fields):
                    self.assert_error(worker.run(**fields), "usage")
            self.assert_error(worker.run("gpu"), "unsupported", "'gpu'")
            self.assert_ok(worker.run())

    def test_started_by_hand(self):
        worker = Worker(PAYOFF_COMMAND_FD="")
        status, out, err = worker.finish()
        self.assertEqual((status, out), (64, ""))
        self.assertIn("started by payoff", err)
        worker = Worker(PAYOFF_PROTOCOL="2")
        self.assertEqual(worker.finish()[0], 64)
        worker = Worker(PAYOFF_COUNTER_FDS="3,x")
        status, _, err = worker.finish()
        self.assertEqual(status, 64)
        self.assertIn("no list of descriptors", err)


class Load(Case):
    def test_file_and_time(self):
        with Worker() as worker:
            reply = self.assert_ok(worker.load("same_int64", "int64(int64)"))
            self.assertGreater(reply["load_ns"], 0)
            self.assertEqual(os.path.realpath(reply["file"]), os.path.realpath(LIBRARY))
            reply = self.assert_ok(worker.load("sqrt", "double(double)", library="libm.so.6"))
            self.assertRegex(reply["file"], r"/libm\.so\.6$")
            self.assert_ok(worker.prepare((9.0,)))
            self.assert_ok(worker.run())
            self.assertEqual(worker.results(), [3.0])

    def test_unknown_symbols(self):
        with Worker() as worker:
            self.assert_error(worker.load("same_imt64", "int64(int64)"), "load",
                              "no symbol 'same_imt64' in libnative_subject.so; "
                              "did you mean 'same_int64'?")
            self.assert_error(worker.load("mangled", "double(double)"), "load",
                              "it exports '_Z7mangledd'", 'extern "C"')
            self.assert_error(worker.load("pineapple_juice", "double(double)"), "load",
                              "; it exports ", " more")
            self.assert_error(worker.load("x" * 3000, "double(double)"), "load", "xxx")
            self.assert_error(worker.load("version_number", "int()"), "load", "is data")
            self.assert_error(worker.load("getpid", "int()"), "load", "name that library")
            self.assert_error(worker.prepare(()), "usage", "no subject is loaded")
            self.assert_ok(worker.load("same_int64", "int64(int64)"))

    def test_bad_libraries(self):
        with Worker() as worker:
            self.assert_error(worker.load("f", "void()", "/no/such/libx.so"), "load",
                              "No such file", "has it been built?")
            self.assert_error(worker.load("f", "void()", "nosuchlibx.so"), "load",
                              "without a slash")
            self.assert_error(worker.load("f", "void()", __file__), "load",
                              "no shared library")
            self.assert_error(worker.load("f", "void()", "/nö\udcff.so"
                                          .encode(errors="replace").decode()), "load")

    def test_bad_subjects(self):
        with Worker() as worker:
            for subject in [None, 7, [], {}, {"library": LIBRARY}, {"symbol": "f"},
                            {"library": LIBRARY, "symbol": 7, "signature": "void()"},
                            {"library": LIBRARY, "symbol": "", "signature": "void()"},
                            {"library": "a\0b", "symbol": "f", "signature": "void()"},
                            {"library": LIBRARY, "symbol": "a\0b", "signature": "void()"}]:
                with self.subTest(subject=subject):
                    self.assert_error(worker.call("load", subject=subject), "load",
                                      "a native subject needs")
            self.assert_error(worker.load("same_int64", "double(integer)"), "load",
                              "signature: column 8: unknown type 'integer'; "
                              "did you mean 'int64'?")
            self.assert_error(worker.load("same_int64", "double(\0)"), "load", "column 8")


if __name__ == "__main__":
    unittest.main()
