#!/usr/bin/env python3
"""`payoff worker native` over its pipes: arguments and results."""

import unittest

from talk import MODES, Case, Worker, array, decode, encode


class Values(Case):
    def check(self, symbol, signature, task, expected, mode="serial"):
        with Worker() as worker:
            self.assert_ok(worker.load(symbol, signature))
            self.assert_ok(worker.prepare(task))
            self.assert_ok(worker.run(mode, loops=3))
            got = worker.results()
            self.assertEqual(repr(got), repr([expected]))

    def test_buffers_in_every_mode(self):
        for mode in ("serial", "process", "thread"):
            with self.subTest(mode=mode):
                self.check("scale", "void(const double[n], double, out double[n], size n)",
                           ([1.0, 2.0, -0.0], 2.5), ("a", "d", [2.5, 5.0, -0.0]), mode)
                self.check("squares", "void(out int32[n], int n)", (4,), ("a", "i", [0, 1, 4, 9]),
                           mode)
                # A private copy, fresh in each of the three loops.
                self.check("twice_int16", "void(int16[n], size n)", ([1, -2, 300],),
                           ("a", "h", [2, -4, 600]), mode)
                self.check("split", "int32(double[n], out uint8[n], size n)", ([1.5, -2.5],),
                           (1, ("a", "d", [1.5, 2.5]), b"\x00\x01"), mode)
                self.check("number_name", "string(int)", (42,), "number 42", mode)
                self.check("number_name", "string(int)", (-1,), None, mode)
                self.check("nothing", "void()", (), None, mode)

    def test_strings(self):
        self.check("length_of", "size(string)", ("naïve ∑",), 10)
        self.check("length_of", "size(string)", ("",), 0)
        self.check("same_string", "string(string)", ("naïve ∑ \U0001f600",), "naïve ∑ \U0001f600")
        self.check("long_text", "string(size)", (4095,), "x" * 4095)
        with Worker() as worker:
            self.assert_ok(worker.load("length_of", "size(string)"))
            self.assert_error(worker.prepare(("a\0b",)), "argument", "has a NUL")
            self.assert_error(worker.prepare((["u", "eda080"],)), "argument", "lone surrogates")
            self.assert_error(worker.prepare((b"x",)), "argument", "expects string, not bytes")
            self.assert_ok(worker.load("latin1", "string()"))
            self.assert_ok(worker.prepare((), ()))
            self.assert_ok(worker.run())
            error = self.assert_error(worker.call("results"), "exception", "no UTF-8")
            self.assertEqual(error["task"], 0)
            self.assert_ok(worker.load("long_text", "string(size)"))
            self.assert_ok(worker.prepare((4095,), (4096,)))
            for mode, start in MODES:
                error = self.assert_error(worker.run(mode, start=start), "exception", "4096 bytes")
                self.assertEqual(error["task"], 1)

    def test_argument_errors_name_task_and_argument(self):
        with Worker() as worker:
            self.assert_ok(worker.load("mixed",
                                       "double(int8, float, string, uint64, double, bool, int16)"))
            fine = (-1, 0.5, "abc", 7, 2, True, -300)
            for index, value in enumerate([128, 0.1, 7, -1, 2**53 + 1, 1, 40000]):
                task = fine[:index] + (value,) + fine[index + 1:]
                with self.subTest(index=index, value=value):
                    error = self.assert_error(worker.prepare(fine, fine, task), "argument",
                                              "argument %d (" % (index + 1))
                    self.assertEqual(error["task"], 2)
            self.assert_error(worker.prepare(fine, fine[:-1]), "argument", "tuple of 7")
            self.assert_error(worker.prepare(fine + (1,)), "argument", "tuple of 7")
            self.assert_error(worker.call("prepare", tasks=7), "usage", "no list")
            self.assert_error(worker.call("prepare"), "usage", "no list")
            for task in [7, [], ["t", 7], ["l"], ["t", ["i", "1 "]], ["t", ["zz", 1]],
                         ["t", ["i"]]]:
                self.assert_error(worker.call("prepare", tasks=[task]), "argument")
            self.assert_ok(worker.prepare(fine))
            self.assert_ok(worker.run())
            self.assertEqual(worker.results(), [-1 + 0.5 + 3 + 7 + 2 + 1 - 300])

    def test_lengths_that_do_not_agree(self):
        with Worker() as worker:
            two = "void(const double[nn], double, const double[nn], size n)"
            self.assert_ok(worker.load("scale", two))
            self.assert_error(worker.prepare(([1.0], 2.0, [1.0, 2.0], 1)), "argument",
                              "argument 3 (buffer of double): has 2 elements where 'nn' is "
                              "already 1")
            self.assert_ok(worker.load("sum_int8", "double(const int8[3], size)"))
            self.assert_error(worker.prepare(([1, 2], 2)), "argument", "2 elements instead of 3")
            self.assert_ok(worker.load("sum_int8", "double(const int8[n], int8 n)"))
            self.assert_error(worker.prepare(([1] * 128,)), "argument", "length 128")
            self.assert_ok(worker.load("squares", "void(out int32[n], int n)"))
            self.assert_error(worker.prepare((-1,)), "argument", "cannot be negative")
            self.assert_ok(worker.load("squares", "void(out int32[n], size n)"))
            self.assert_error(worker.prepare((2**63,)), "argument", "too large")
            self.assert_error(worker.prepare((2**50,)), "resource", "memory")

    def test_no_tasks(self):
        with Worker() as worker:
            self.assert_ok(worker.load("same_int64", "int64(int64)"))
            self.assertEqual(self.assert_ok(worker.prepare())["tasks"], 0)
            for mode, start in MODES:
                self.assert_ok(worker.run(mode, start=start))
                self.assertEqual(worker.results(), [])


class Arrays(Case):
    def test_arrays_of_every_type(self):
        types = [("int8", "b", -128, 127), ("int16", "h", -2**15, 2**15 - 1),
                 ("int32", "i", -2**31, 2**31 - 1), ("int64", "q", -2**40, 2**40),
                 ("int64", "l", -2**40, 2**40), ("uint8", "B", 0, 255),
                 ("uint16", "H", 0, 2**16 - 1), ("uint32", "I", 0, 2**32 - 1),
                 ("uint64", "Q", 0, 2**40), ("uint64", "L", 0, 2**40),
                 ("float", "f", -0.5, 2.25), ("double", "d", 0.1, 1e300)]
        with Worker() as worker:
            for name, code, low, high in types:
                with self.subTest(name=name, code=code):
                    self.assert_ok(worker.load("sum_" + name,
                                               "double(const %s[n], size n)" % name))
                    self.assert_ok(worker.prepare((array(code, low, high),), ([low, high],),
                                                  ((low, high),), (array(code),)))
                    self.assert_ok(worker.run())
                    total = float(low) + float(high)
                    self.assertEqual(worker.results(), [total, total, total, 0.0])
                    wrong = "f" if code != "f" else "d"
                    self.assert_error(worker.prepare((array(wrong, 1),)), "argument",
                                      "not an array of type '%s'" % wrong)
                    self.assert_error(worker.prepare(([low, None],)), "argument",
                                      "element 1: expects %s, not None" % name)
            self.assert_ok(worker.load("sum_bool", "double(const bool[n], size n)"))
            self.assert_ok(worker.prepare(([True, False, True],)))
            self.assert_ok(worker.run())
            self.assertEqual(worker.results(), [2.0])
            self.assert_ok(worker.load("twice_bool", "void(bool[n], size n)"))
            self.assert_ok(worker.prepare(([True, False],)))
            self.assert_ok(worker.run())
            self.assertEqual(worker.results(), [[True, False]])

    def test_bytes(self):
        with Worker() as worker:
            self.assert_ok(worker.load("sum_uint8", "double(const uint8[n], size n)"))
            self.assert_ok(worker.prepare((b"\x01\xff",), (["Y", "Af8="],), (b"",)))
            self.assert_ok(worker.run())
            self.assertEqual(worker.results(), [256.0, 256.0, 0.0])
            self.assert_ok(worker.load("sum_int8", "double(const int8[n], size n)"))
            self.assert_error(worker.prepare((b"\x01",)), "argument",
                              "expects a buffer of int8, not bytes")

    def examine(self, symbol, signature, *tasks):
        def given(item):
            return item if isinstance(item, list) and item[:1] == ["a"] else encode(item)

        with Worker() as worker:
            self.assert_ok(worker.load(symbol, signature))
            reply = worker.call("examine", tasks=[["t"] + list(map(given, task)) for task in tasks])
            self.assert_ok(reply)
            return reply["outcomes"]

    def test_examine_sees_what_const_buffers_became(self):
        signature = "double(const double[n], size n)"
        sorted_one, kept, empty, refused = self.examine(
            "sorts_const", signature, ([3.0, 1.0, 2.0],), ([1.0, 2.0],), ([],), (5,))
        self.assertEqual(decode(sorted_one["value"]), 2.0)
        self.assertEqual([decode(item) for item in sorted_one["arguments"]], [[1.0, 2.0, 3.0]])
        self.assertEqual(kept, {"value": encode(2.0)})
        self.assertEqual(empty, {"value": encode(0.0)})
        self.assertIn("expects", refused["argument"])
        # What is an array stays one; an inout buffer is a result and no news.
        array_one, = self.examine("sorts_const", signature, (array("d", 2.0, 1.0),))
        self.assertEqual(array_one["arguments"], [array("d", 1.0, 2.0)])
        twice, = self.examine("twice_double", "void(double[n], size n)", ([1.5],))
        self.assertNotIn("arguments", twice)

    def test_examine_before_load(self):
        with Worker() as worker:
            self.assert_error(worker.call("examine", tasks=[]), "usage", "'load' comes before")


if __name__ == "__main__":
    unittest.main()
