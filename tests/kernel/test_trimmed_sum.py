#!/usr/bin/env python3
"""The ports of kernel/trimmed_sum against Python."""

import array
import ctypes
import random

import harness

TRIMMED = harness.Kernel("trimmed_sum")


def lists():
    chance = random.Random(11)
    for length in (*range(20), 1000):
        yield [chance.randrange(-10**12, 10**12) for _ in range(length)]
        yield sorted(chance.randrange(50) for _ in range(length))
    yield [(1 << 63) - 1, -(1 << 63), 0, 5]
    yield [-2, 637414555, 1 - (1 << 63)]  # fits, and its first two do not
    yield [7] * 100


class Trimmed(harness.Case):
    def agrees(self, port):
        for values in lists():
            before = list(values)
            self.alike(port(values), TRIMMED.reference.trimmed_sum(values), values=values[:20])
            self.assertEqual(values, before)

    def test_cython_unchanged(self):
        port = TRIMMED.module("cython-unchanged", "trimmed_unchanged")
        self.assertFalse(port.__file__.endswith((".py", ".pyx")))
        self.agrees(port.trimmed_sum)

    def test_c(self):
        function = TRIMMED.function("c", "libtrimmed_sum.so", "trimmed_sum", ctypes.c_int64,
                                    ctypes.c_void_p, ctypes.c_size_t)

        def port(values):
            numbers = array.array("q", values)
            got = function(numbers.buffer_info()[0], len(numbers))
            self.assertEqual(list(numbers), values)
            return got

        self.agrees(port)
        self.assertEqual(port([(1 << 63) - 1] * 2), -(1 << 63))  # said, not wrapped

    def test_capi(self):
        port = TRIMMED.module("capi", "trimmed_ext").trimmed_sum
        self.agrees(port)
        self.assertEqual(port([True, False]), 1)
        self.assertRaises(OverflowError, port, [1 << 63])
        self.assertRaises(OverflowError, port, [(1 << 63) - 1] * 2)
        for wrong in ([1.5], ["1"], [1, None], (1, 2), None):
            self.assertRaises(TypeError, port, wrong)


if __name__ == "__main__":
    harness.main()
