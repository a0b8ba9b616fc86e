#!/usr/bin/env python3
"""The ports of kernel/dot_product against Python: bit for bit where the order of additions is kept,
within the stated tolerance where it is not."""

import array
import ctypes
import math
import random

import harness

DOT = harness.Kernel("dot_product")
LENGTHS = (*range(40), 1000, 4097)
TOLERANCE = 1e-12  # relative; scripts/dot_product.lua states it, too


def floats(length, low, seed):
    chance = random.Random(seed)
    return array.array("d", [chance.uniform(low, 1.0) for _ in range(length)])


class Dot(harness.Case):
    def agrees(self, port):
        for length in LENGTHS:
            xs, ys = floats(length, -1.0, 1), floats(length, -1.0, 2)
            self.same(port(xs, ys), DOT.reference.dot_product(xs, ys), length=length)
        for special in (math.inf, math.nan, 5e-324, 1e308, -0.0):
            xs, ys = array.array("d", [special, 1.0]), array.array("d", [2.0, -1.0])
            self.same(port(xs, ys), DOT.reference.dot_product(xs, ys), special=special)

    def checks_its_arguments(self, port):
        xs = floats(3, 0.0, 1)
        for function in (port, DOT.reference.dot_product):
            self.assertRaises(ValueError, function, xs, floats(2, 0.0, 2))

    def wants_doubles(self, port):
        self.assertRaises(TypeError, port, array.array("f", [1.0]), array.array("f", [1.0]))
        self.assertRaises(TypeError, port, array.array("q", [1]), array.array("q", [1]))

    def native(self, target, name):
        function = DOT.function(target, name, "dot_product", ctypes.c_double,
                                ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)

        def port(xs, ys):
            return function(xs.buffer_info()[0], ys.buffer_info()[0], len(xs))

        return port

    def test_c(self):
        self.agrees(self.native("c", "libdot_product.so"))

    def test_c_lanes(self):
        port = self.native("c-lanes", "libdot_lanes.so")
        other = 0
        for length in LENGTHS:
            xs, ys = floats(length, 0.0, 3), floats(length, 0.0, 4)
            got, expected = port(xs, ys), DOT.reference.dot_product(xs, ys)
            with self.subTest(length=length):
                self.assertLessEqual(abs(got - expected), TOLERANCE * expected)
            other += got != expected
        self.assertGreater(other, 0, "if it were identical it would need no tolerance")

    def test_capi(self):
        port = DOT.module("capi", "dot_ext").dot_product
        self.agrees(port)
        self.checks_its_arguments(port)
        self.wants_doubles(port)
        self.assertRaises(TypeError, port, [1.0], [1.0])
        view = memoryview(floats(10, 0.0, 1))[::2]
        self.assertRaises(BufferError, port, view, view)

    def test_capi_lets_go_of_the_arrays(self):
        """An array of which a view is left cannot grow."""
        port = DOT.module("capi", "dot_ext").dot_product
        for codes, numbers in (("dd", [1.0]), ("dd", [1.0, 2.0]), ("df", [1.0]), ("fd", [1.0])):
            first, second = array.array(codes[0], [1.0]), array.array(codes[1], numbers)
            try:
                port(first, second)
            except (TypeError, ValueError):
                pass
            first.append(1.0)
            second.append(1.0)

    def test_ctypes_buffer(self):
        port = DOT.module("ctypes-buffer", "ctypes_buffer").dot_product
        self.agrees(port)
        self.checks_its_arguments(port)
        self.wants_doubles(port)

    def test_ctypes_copy(self):
        port = DOT.module("ctypes-copy", "ctypes_copy").dot_product
        self.agrees(port)
        self.checks_its_arguments(port)


if __name__ == "__main__":
    harness.main()
