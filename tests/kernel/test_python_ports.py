#!/usr/bin/env python3
"""The ports that Python imports (Cython, the C API, ctypes, cffi) against the reference.

The wrong ones must be wrong in the predicted way: what they return is computed here in Python, by
keeping as many bits of each integer as they keep.
"""

import ctypes
import math
import sys
import unittest

import ports
import reference


def wrapped(n, steps, bits):
    """The reference with integers of so many bits."""
    mask, result = (1 << bits) - 1, 0.0
    for i in range(steps):
        result += math.sqrt((i**3 + i**2 + i * n) & mask)
    return result


class Wrong(ports.Case):
    def test_the_article_and_its_32_bits(self):
        port = ports.module("cython-uint32", "cython_uint32")
        self.assertEqual(port.cpu_intensive(0, 1), 436761786922.2004)
        self.assertEqual(port.cpu_intensive(1, 1), 436750762281.1235)
        for n in (0, 1, 1000):
            self.same(port.cpu_intensive_steps(n, 20_000), wrapped(n, 20_000, 32), n=n)
        # Right up to the term before the first that wraps, wrong from there.
        for steps, right in ((1626, True), (1627, False)):
            got, expected = port.cpu_intensive_steps(0, steps), wrapped(0, steps, 128)
            self.assertEqual(got == expected, right, steps)

    def test_64_bits(self):
        port = ports.module("cython-ulong", "cython_ulong")
        if sys.maxsize < 1 << 32:
            self.skipTest("unsigned long has 32 bits here")
        for n in (0, 1, 1 << 40):
            self.same(port.cpu_intensive_steps(n, 5000), wrapped(n, 5000, 64), n=n)
        end = 2_642_246  # the first i that wraps
        right = reference.cpu_intensive_steps(0, end)
        self.same(port.cpu_intensive_steps(0, end), right)
        self.assertLess(port.cpu_intensive_steps(0, end + 1) - right, math.sqrt(end**3) / 2)
        self.same(port.cpu_intensive_steps(0, end + 1000), wrapped(0, end + 1000, 64))
        self.assertEqual(port.cpu_intensive(0, 1), 2.535235264835211e16)


class Right:
    """What a port that is a drop-in must do: the same values, types and exceptions as Python."""

    target = name = None

    @classmethod
    def setUpClass(cls):
        try:
            cls.port = ports.module(cls.target, cls.name)
        except ImportError as error:
            raise unittest.SkipTest(f"{cls.name}: {error}") from None

    def test_values(self):
        for n in (0, 1, 2, -1, -2, 999, (1 << 53) - 10**6, 1 << 53, (1 << 63) - 1):
            for steps in (1, 2, 8, 9, 1500):
                expected = reference.cpu_intensive_steps(n, steps)
                self.same(self.port.cpu_intensive_steps(n, steps), expected, n=n, steps=steps)
        self.assertEqual(self.port.cpu_intensive(0, 1), 1.264911011363067e17)

    def test_no_steps_is_the_integer_0(self):
        for multiplier in (0, -1, -(1 << 30)):
            got = self.port.cpu_intensive(7, multiplier)
            self.assertIs(type(got), type(reference.cpu_intensive(7, multiplier)))
            self.assertEqual(got, 0)
        self.assertIs(type(self.port.cpu_intensive_steps(7, 0)), int)

    def test_a_negative_number_under_the_root(self):
        self.assertRaises(ValueError, reference.cpu_intensive_steps, -3, 2)
        self.assertRaises(ValueError, self.port.cpu_intensive_steps, -3, 2)
        self.assertRaises(ValueError, self.port.cpu_intensive, -3, 1)
        self.same(self.port.cpu_intensive_steps(-3, 1), reference.cpu_intensive_steps(-3, 1))

    def test_integers_too_large_are_refused(self):
        """Python would take them, and weeks; a port must not lose their upper bits."""
        for n, steps in ((1 << 63, 5), (1 << 64, 5), (-(1 << 64), 5), (0, (1 << 42) + 1)):
            with self.assertRaises(OverflowError):
                self.port.cpu_intensive_steps(n, steps)
        self.assertRaises(OverflowError, self.port.cpu_intensive, 0, 1 << 62)

    def test_what_is_no_integer_is_refused(self):
        for n in (1.5, "1", None):
            with self.assertRaises((TypeError, ctypes.ArgumentError)):
                self.port.cpu_intensive_steps(n, 5)

    def test_the_gil_is_released(self):
        self.assertTrue(ports.releases_gil(lambda: self.port.cpu_intensive_steps(0, 1_000_000)))


class CythonInt128(Right, ports.Case):
    target, name = "cython-int128", "cython_int128"


class CApi(Right, ports.Case):
    target, name = "capi", "c_extension"


class Ctypes(Right, ports.Case):
    target, name = "ctypes", "ctypes_port"


class Cffi(Right, ports.Case):
    target, name = "cffi", "cffi_port"


if __name__ == "__main__":
    ports.main()
