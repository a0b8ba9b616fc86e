#!/usr/bin/env python3
"""The C ports of cpu_intensive against Python, bit for bit.

Python is the oracle for small steps and wherever a rule of the exact port begins or ends; the
literal 128-bit port, itself checked against Python, is the oracle for millions of steps.
"""

import math
import os
import random
import re

import ports
import reference  # ports has put it on the path

TWO53 = 1 << 53
ARTICLE = 1.264911011363067e+17  # the right answer for (0, 1)

# Every bit of n matters somewhere: small, around powers of two, and far outside the exact range.
SOME_N = sorted({0, 1, -1, -2, 2, 3, 7, 10, 12345, 10**6 + 3, 10**9 + 7, 10**12 + 39}
                | {(1 << bits) + d for bits in (15, 16, 31, 32, 47, 52, 53, 62) for d in (-1, 0, 1)}
                | {(1 << 63) - 1})
SOME_STEPS = (0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000, 2047)


def exact_steps(n):
    """How many leading terms are exact by the argument in c/exact.c, computed in integers."""
    room = TWO53 - abs(n)
    if room < 0:
        return 0
    steps = (1 + math.isqrt(1 + 4 * room)) // 2
    assert (steps - 1) * steps <= room < steps * (steps + 1)
    return steps


class Ports(ports.Case):
    @classmethod
    def setUpClass(cls):
        ports.make("c")
        cls.u128 = ports.library("libcpu_u128.so")
        cls.naive = ports.library("libcpu_naive.so")
        cls.exact = ports.library("libcpu_exact.so")
        cls.variants = ports.variants(cls.exact)

    def test_small_sizes_against_python(self):
        for n in SOME_N:
            for steps in SOME_STEPS:
                expected = reference.cpu_intensive_steps(n, steps)
                self.same(self.u128.cpu_intensive_steps(n, steps), expected, n=n, steps=steps)
                for name, port in self.variants:
                    self.same(port(n, steps), expected, variant=name, n=n, steps=steps)

    def test_where_the_exact_range_ends(self):
        """The range is cut short by a large n, so that Python can walk across its end."""
        for length in (1, 2, 9, 64, 1001):
            for d in (-1, 0, 1):
                n = TWO53 - length * (length - 1) + d
                end = exact_steps(n)
                self.assertLessEqual(end, length)
                for steps in range(max(0, end - 9), end + 10):
                    expected = reference.cpu_intensive_steps(n, steps)
                    for name, port in self.variants:
                        self.same(port(n, steps), expected, variant=name, n=n, steps=steps)

    def test_where_the_exact_range_ends_for_no_n(self):
        end = exact_steps(0)
        self.assertEqual(end, 94_906_266)
        for steps in (end - 1, end + 1001):
            self.same(self.exact.cpu_intensive_steps(0, steps),
                      self.u128.cpu_intensive_steps(0, steps), steps=steps)

    def test_random_sizes_against_the_literal_port(self):
        chance = random.Random(20)
        for _ in range(300):
            n = chance.getrandbits(chance.randrange(1, 63))
            steps = chance.randrange(60_000)
            expected = self.u128.cpu_intensive_steps(n, steps)
            for name, port in self.variants:
                self.same(port(n, steps), expected, variant=name, n=n, steps=steps)

    def test_published_sizes(self):
        for multiplier in (1, 2, 3, 4):
            for n in (0, 1, 2, 31, 10**6 + 3, (1 << 40) + 1):
                expected = self.u128.cpu_intensive(n, multiplier)
                self.same(self.exact.cpu_intensive(n, multiplier), expected, n=n, m=multiplier)
        for name, port in self.variants:
            self.same(port(0, 10_000_000), ARTICLE, variant=name)

    def test_published_size_against_python(self):
        expected = reference.cpu_intensive(1, 1)
        self.same(self.u128.cpu_intensive(1, 1), expected)
        self.same(self.exact.cpu_intensive(1, 1), expected)

    def test_single_terms_against_python(self):
        """A sum of millions hides the last bits of a term, so here is the formula of c/exact.c on
        its own, for i up to the end of the range."""
        chance = random.Random(30)
        for _ in range(20_000):
            n = chance.getrandbits(chance.randrange(1, 53))
            i = chance.randrange(exact_steps(n))
            x = float(i)
            self.assertEqual(math.sqrt(x * (x * (x + 1.0) + float(n))),
                             math.sqrt(i**3 + i**2 + i * n))

    def test_naive_is_close_and_not_identical(self):
        self.assertEqual(ports.ulps(self.naive.cpu_intensive(0, 1), ARTICLE), 2)
        steps = 208_064  # so far every product fits 53 bits
        self.same(self.naive.cpu_intensive_steps(0, steps),
                  self.u128.cpu_intensive_steps(0, steps))

    def test_what_a_double_cannot_say(self):
        for port in (self.u128, self.naive, self.exact):
            for n in (-3, -1000, -(1 << 63)):
                self.assertRaises(ValueError, reference.cpu_intensive_steps, n, 2)
                self.assertTrue(math.isnan(port.cpu_intensive_steps(n, 2)))
                self.same(port.cpu_intensive_steps(n, 1), 0.0, n=n)
            for steps in (0, -1, -(1 << 63)):
                self.same(port.cpu_intensive_steps(5, steps), 0.0, steps=steps)
            self.assertTrue(math.isnan(port.cpu_intensive(0, 1 << 40)))
            self.assertTrue(math.isnan(port.cpu_intensive(0, (1 << 63) - 1)))
            self.same(port.cpu_intensive(0, -(1 << 63)), 0.0)

    def test_a_variant_that_is_not_there(self):
        self.assertIsNone(self.exact.cpu_intensive_variant(-1))
        self.assertIsNone(self.exact.cpu_intensive_variant(99))
        self.assertTrue(math.isnan(self.exact.cpu_intensive_with(99, 0, 10)))
        self.assertEqual(self.variants[-1][0], "plain")

    def test_building_again_does_nothing(self):
        self.assertIn("Nothing to be done", ports.make("c"))

    def test_no_fused_arithmetic(self):
        """The flags that keep the bits are there; those that change them are not."""
        with open(os.path.join(ports.KERNEL, "Makefile"), encoding="utf-8") as file:
            rules = re.sub(r"#.*", "", file.read())
        self.assertIn("-ffp-contract=off", rules)
        self.assertNotRegex(rules, r"-ffast-math|-Ofast|-march=native|-mfma")


if __name__ == "__main__":
    ports.main()
