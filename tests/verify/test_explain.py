#!/usr/bin/env python3
"""What a wrong value is put down to: values made here as C would, given to payoff_explain."""

import ctypes
import json
import math
import os
import random
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "profiler", "workers", "python"))

from payoff_explain import explain  # noqa: E402
from payoff_values import encode  # noqa: E402

SOURCE = '''
def score(n):
    total = 0
    for i in range(n):
        total += i * i * i % 1000003
    return total


def spread(n):
    total = 0
    for i in range(n):
        total = total + i * i * 1000
    return total


def halves(n):
    total = 0
    for i in range(n):
        total += i * i * i // 1000
    return total


def dot(xs, ys):
    total = 0.0
    for x, y in zip(xs, ys):
        total += x * y
    return total


def odd(n):
    total = 0
    for i in range(n):
        total += 3 * i
    return total


def squares(n):
    return sum(i * i for i in range(n))


def countdown(n):
    total = 0
    while n > 0:
        total += n
        n -= 1
    return total


def plain(a, b):
    return a * b
'''


def int32(value):
    return ctypes.c_int32(value).value


def single(value):
    return ctypes.c_float(value).value


def fmod(a, b):
    return int(math.fmod(a, b))


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.file = os.path.join(cls.folder.name, "subject_of_explain.py")
        with open(cls.file, "w", encoding="utf-8") as file:
            file.write(SOURCE)
        sys.path.insert(0, cls.folder.name)
        import subject_of_explain

        cls.module = subject_of_explain

    def why(self, func, task, got, agrees=()):
        def tree(value):
            return json.loads(encode(value))

        return explain({
            "subject": {"kind": "python", "file": self.file, "func": func}, "task": tree(task),
            "expected": tree(getattr(self.module, func)(*task)), "got": tree(got), "limit_s": 60,
            "agrees": [tree(one) for one in agrees],
        })


class Combined(Case):
    def test_width_and_remainder(self):
        got = sum(fmod(int32(int32(i * i) * i), 1000003) for i in range(1292))
        why = self.why("score", (1292,), got)
        self.assertEqual(why["sentence"], "Exactly what `i * i * i % 1000003` gives in signed "
                         "32-bit arithmetic with C's remainder; it first wraps at i = 1291.")
        self.assertEqual(why["advice"], "Use 64-bit integers or double.")

    def test_a_wide_sum_of_narrow_terms(self):
        got = sum(int32(int32(i * i) * 1000) for i in range(3000))
        why = self.why("spread", (3000,), got)
        self.assertEqual(why["found"], "int32-terms", why)
        self.assertIn("signed 32-bit arithmetic, summed in a wider type; it first wraps at "
                      "i = 1466", why["sentence"])

    def test_width_and_division(self):
        got = sum(int(int32(int32(i * i) * i) / 1000) for i in range(1400))
        self.assertIn("with C's division", self.why("halves", (1400,), got)["sentence"])

    def test_a_single_precision_sum_in_lanes(self):
        draw = random.Random(5).uniform
        xs, ys = ([draw(-1e6, 1e6) for _ in range(999)] for _ in range(2))
        parts = [0.0] * 4
        for i, (x, y) in enumerate(zip(xs, ys)):
            parts[i % 4] = single(parts[i % 4] + single(single(x) * single(y)))
        got = single(single(parts[0] + parts[2]) + single(parts[1] + parts[3]))
        why = self.why("dot", (xs, ys), got)
        self.assertIn("in single precision, added in 4 lanes", why.get("sentence", ""), why)


class Turn(Case):
    def test_of_a_for_loop(self):
        why = self.why("odd", (78,), self.module.odd(78) + 5, [(77,)])
        self.assertIsNone(why["found"])
        self.assertIn("They part at turn 78 of the loop in line 32, i = 77", why["reason"])

    def test_of_a_generator(self):
        why = self.why("squares", (20,), 7, [(19,)])
        self.assertIn("turn 20 of the loop in line 38, i = 19", why["reason"])

    def test_of_a_list(self):
        why = self.why("dot", ([1.0, 2.0, 3.0], [1.0, 1.0, 5.0]), 17.25,
                       [([1.0, 2.0], [1.0, 1.0])])
        self.assertIn("turn 3 of the loop in line 25, x = 3.0, y = 5.0", why["reason"])

    def test_a_loop_that_goes_another_way_tells_nothing(self):
        why = self.why("squares", (20,), 7, [(17,)])
        self.assertIn("Nor is it known in which turn of its loops the two part", why["reason"])

    def test_of_a_while_loop(self):
        why = self.why("countdown", (5,), 1000, [(4,)])
        self.assertIn("turn 5 of the loop in line 43", why["reason"])

    def test_without_loops_there_is_no_turn(self):
        self.assertNotIn("turn", self.why("plain", (3, 5), 99, [(2, 5)])["reason"])


if __name__ == "__main__":
    unittest.main()
