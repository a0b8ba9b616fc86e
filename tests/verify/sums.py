"""References of the C ports."""

import math


def roots(n, steps):
    result = 0
    for i in range(steps):
        result += math.sqrt(i**3 + i**2 + i * n)
    return result


def total(xs):
    result = 0.0
    for x in xs:
        result += x
    return result


def fast_total(xs):
    return math.fsum(xs)


def half(n):
    return n // 2


def length(text):
    return len(text)


def added(a, b):
    return a + b
