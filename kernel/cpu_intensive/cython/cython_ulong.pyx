"""Cython, as published: C's unsigned long for everything, and a wrong answer.

An unsigned long has 64 bits on Linux and macOS: i**3 wraps from i = 2,642,246 on, silently, and the
sum for (0, 1) is 2.535e16 instead of 1.265e17. On Windows it has 32 bits, and the same file gives
another wrong answer: see cython_uint32.pyx. The call of Python's math.sqrt in each turn of the loop
also makes it slower than it looks: only the arithmetic became C.
"""

import math

import cython


def cpu_intensive(n: cython.ulong, multiplier: cython.ulong) -> cython.double:
    result: cython.double = 0.0
    i: cython.ulong
    for i in range(10_000_000 * multiplier):
        result += math.sqrt(i**3 + i**2 + i * n)
    return result


def cpu_intensive_steps(n: cython.ulong, steps: cython.ulong) -> cython.double:
    result: cython.double = 0.0
    i: cython.ulong
    for i in range(steps):
        result += math.sqrt(i**3 + i**2 + i * n)
    return result
