"""The kernel: functions that do next to nothing, so that what is measured is the way to them.

`calls` and `twos` make n calls; the others hand over n elements and have them added up. What each
costs beyond the empty `loop` is the price of the boundary, per call and per element.
"""

import itertools


def nothing():
    return None


def two(a, b):
    return a


def add_ints(values):
    total = 0
    for value in values:
        total += value
    return total


def add_floats(values):
    total = 0.0
    for value in values:
        total += value
    return total


add_bytes, add_buffer = add_ints, add_floats


def loop(n):
    for _ in itertools.repeat(None, n):
        pass
    return n


def task(value):
    return value


def take(value):
    return len(value)


def drivers(nothing, two):
    """calls(n) and twos(n) of a binding's functions."""

    def calls(n):
        for _ in itertools.repeat(None, n):
            nothing()
        return n

    def twos(n):
        for _ in itertools.repeat(None, n):
            two(1, 2)
        return n

    return calls, twos


calls, twos = drivers(nothing, two)
