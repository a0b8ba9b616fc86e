#!/usr/bin/env python3
"""The ports of kernel/pointer_chase against Python."""

import array
import ctypes
import random

import harness

CHASE = harness.Kernel("pointer_chase")


def shuffled(length):
    """A table that leads through all of its places before it is back at 0."""
    order = list(range(1, length))
    random.Random(length).shuffle(order)
    table = array.array("I", bytes(4 * length))
    for place, following in zip([0] + order, order + [0]):
        table[place] = following
    return table


class Chase(harness.Case):
    def agrees(self, port):
        reference = CHASE.reference.pointer_chase
        for length in (1, 2, 3, 1000):
            table = shuffled(length)
            for steps in (-1, 0, 1, 2, length - 1, length, 3 * length + 1):
                self.alike(port(table, steps), reference(table, steps), length=length, steps=steps)
        self.assertEqual(port(shuffled(1000), 1000), 0)

    def native(self, target, name):
        function = CHASE.function(target, name, "pointer_chase", ctypes.c_int64,
                                  ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64)

        def port(table, steps):
            return function(table.buffer_info()[0], len(table), steps)

        return port

    def refuses(self, port):
        """A native function cannot raise: it returns -1, and reads nothing that is not its own."""
        self.assertEqual(port(array.array("I", [2, 0]), 1), 2)
        self.assertEqual(port(array.array("I", [2, 0]), 2), -1)
        self.assertEqual(port(array.array("I", [0xffffffff]), 2), -1)
        self.assertEqual(port(array.array("I"), 1), -1)

    def test_cython(self):
        port = CHASE.module("cython", "pointer_chase_cython").pointer_chase
        self.agrees(port)
        for function in (port, CHASE.reference.pointer_chase):
            self.assertRaises(IndexError, function, array.array("I", [2, 0]), 2)
            self.assertRaises(IndexError, function, array.array("I"), 1)
        self.assertRaises(ValueError, port, array.array("d", [0.0]), 1)
        self.assertRaises(TypeError, port, None, 1)

    def test_c(self):
        port = self.native("c", "libpointer_chase.so")
        self.agrees(port)
        self.refuses(port)

    def test_rust(self):
        port = self.native("rust", "libpointer_chase_rust.so")
        self.agrees(port)
        self.refuses(port)


if __name__ == "__main__":
    harness.main()
