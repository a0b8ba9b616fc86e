#!/usr/bin/env python3
"""The ports of kernel/clamp against Python."""

import ctypes
import itertools
import math

import harness

CLAMP = harness.Kernel("clamp")
EDGES = (-(1 << 63), -(1 << 31) - 1, -1, 0, 1, 2, 255, 256, 257, 1 << 31, (1 << 63) - 1)


class Clamp(harness.Case):
    def agrees(self, port):
        reference = CLAMP.reference.clamp_all
        for low, high in itertools.product(EDGES, EDGES):  # also low > high
            self.alike(port(list(EDGES), low, high), reference(list(EDGES), low, high),
                       low=low, high=high)
        self.alike(port([], 1, 2), [])

    def takes_what_python_takes(self, port):
        """Any numbers, and what cannot be compared raises."""
        reference = CLAMP.reference.clamp_all
        huge = 1 << 200
        for values in ([huge, -huge, 1.5, True], [math.inf, -math.inf, 0.0], (7, 8, 9), range(4)):
            self.alike(port(values, 1, 3), reference(values, 1, 3), values=values)
        nan = port([math.nan], 0, 1)[0]
        self.assertTrue(math.isnan(nan))
        for wrong in (["a"], [None], None, 7):
            self.assertRaises(TypeError, reference, wrong, 1, 2)
            self.assertRaises(TypeError, port, wrong, 1, 2)
        self.assertRaises(TypeError, port, [1], 2)

    def test_c(self):
        port = CLAMP.function("c", "libclamp.so", "clamp", *[ctypes.c_int64] * 4)
        for value, low, high in itertools.product(EDGES, repeat=3):
            self.assertEqual(port(value, low, high), CLAMP.reference.clamp(value, low, high))

    def test_inline(self):
        port = CLAMP.import_module("inline").clamp_all
        self.agrees(port)
        self.takes_what_python_takes(port)

    def test_ctypes_each(self):
        port = CLAMP.module("ctypes", "ctypes_each").clamp_all
        self.agrees(port)
        self.assertRaises(ctypes.ArgumentError, port, [1.5], 1, 2)
        self.assertEqual(port([(1 << 64) + 5], 0, 9), [5])  # cut in silence, as its text says

    def test_ext_each(self):
        port = CLAMP.module("capi-each", "ext_each").clamp_all
        self.agrees(port)
        self.takes_what_python_takes(port)

    def test_ext_whole(self):
        port = CLAMP.module("capi", "clamp_ext").clamp_all
        self.agrees(port)
        self.takes_what_python_takes(port)

        class Nasty:
            """Empties the list while its elements are being compared."""

            def __lt__(self, other):
                values.clear()
                return False

            __gt__ = __lt__

        values = [Nasty() for _ in range(5)]
        self.assertEqual(len(port(values, 1, 2)), 5)


if __name__ == "__main__":
    harness.main()
