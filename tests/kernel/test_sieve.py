#!/usr/bin/env python3
"""The ports of kernel/sieve against Python, and against a count that owes nothing to a sieve."""

import ctypes
import random

import harness

SIEVE = harness.Kernel("sieve")
# Around squares of primes a sieve has its off-by-one errors.
SQUARES = [p * p + d for p in (11, 13, 31, 97) for d in (-1, 0, 1)]
LIMITS = [-5, *range(60), *SQUARES, 20_000]


class Sieve(harness.Case):
    def agrees(self, port):
        for limit in LIMITS:
            self.alike(port(limit), SIEVE.reference.sieve(limit), limit=limit)
        for limit in random.Random(3).sample(range(200_000), 3):
            self.alike(port(limit), SIEVE.reference.sieve(limit), limit=limit)

    def native(self, target, name):
        return SIEVE.function(target, name, "sieve", ctypes.c_int64, ctypes.c_int64)

    def test_reference(self):
        primes = [n for n in range(2, 1000) if all(n % d for d in range(2, n))]
        for limit in range(1000):
            self.assertEqual(SIEVE.reference.sieve(limit), sum(p < limit for p in primes))

    def test_slices(self):
        self.agrees(SIEVE.import_module("slices").sieve)

    def test_cython(self):
        self.agrees(SIEVE.module("cython", "sieve_cython").sieve)

    def test_cython_unchanged(self):
        port = SIEVE.module("cython-unchanged", "sieve_unchanged")
        self.assertFalse(port.__file__.endswith((".py", ".pyx")))
        self.agrees(port.sieve)

    def test_c(self):
        port = self.native("c", "libsieve.so")
        self.agrees(port)
        self.assertEqual(port(10_000_000), 664_579)
        self.assertEqual(port((1 << 62) - 1), -1)  # no such memory

    def test_rust(self):
        port = self.native("rust", "libsieve_rust.so")
        self.agrees(port)
        self.assertEqual(port(10_000_000), 664_579)
        self.assertEqual(port((1 << 63) - 1), -1)

    def test_building_again_does_nothing(self):
        SIEVE.make("all")
        self.assertIn("Nothing to be done", SIEVE.make("all"))


if __name__ == "__main__":
    harness.main()
