"""Small functions, second part: numbers, containers and scopes; see corpus.py."""

import functools
import math
import struct
from array import array
from fractions import Fraction
from math import sqrt as root

CALLS = {}


def calls(*texts):
    def note(function):
        CALLS[function.__qualname__] = texts
        return function

    return note


@calls("(2, 10)", "(2, -1)", "(-2, 3)", "(2.5, 2)", "(10, 400)", "(0, -1)")
def powers(a, b):
    c = a
    c **= b
    return a**b, c, pow(a, 2), -(a**2)


@calls("(5,)", "(-1,)")
def factorial(n):
    if n < 0:
        raise ValueError("negative: %d" % (n * 2))
    return 1 if n == 0 else n * factorial(n - 1)


@calls("(400,)")
def to_infinity(n):
    x = 1.0
    for _ in range(n):
        x *= 10.0
    return x, x - x, 1 / x


@calls("(60,)", "(400,)")
def to_denormal(n):
    x = 1.0
    while n:
        x /= 10
        n -= 1
    return x


@calls("(0,)", "(5,)")
def divide_by(n):
    try:
        return 10 / n
    except ZeroDivisionError as error:
        return str(error)
    finally:
        n += 1


@calls("(3,)")
def uncaught(n):
    values = [1, 2]
    return values[n * 2]


@calls("(1,)", "('x',)", "(None,)", "([1],)")
def wrong_types(x):
    return x + 1


@calls("(1,)", "('x',)")
def wrong_types_in_place(x):
    x -= 1
    return x


@calls("()")
def unbound():
    total += 1  # noqa: F821
    return total


@calls("(1 + 2j,)", "(3,)")
def complexes(z):
    z *= 2
    return z * z - 1, z + 0.5, abs(z)


@calls("(1, 3)")
def fractions(a, b):
    x = Fraction(a, b)
    x += 1
    return x * x, x / 2, x**2, -x, x // 1, x % Fraction(1, 2)


@calls("(5,)")
def arrays(n):
    values = array("d", range(n))
    counts = array("i", [0] * n)
    for i in range(n):
        values[i] *= values[i - 1] + 0.5
        counts[i % 2] += i
    return values, counts, struct.pack("<i", n * 2)


@calls("(10,)")
def while_else(n):
    found = 0
    while n:
        n -= 3
        if n < 0:
            break
        found += n
    else:
        found = -1
    for k in range(n, 0):
        found *= 2
        if k > 5:
            break
    else:
        found += 100 * n
    return found, n


@calls("(3,)")
def walrus(n):
    if (m := n * 2) > 5 and (k := m - 1):
        return [y := m + 1, y**2, k], [last := i * 2 for i in range(n)], last
    return m


COUNTER = 0


@calls("(4,)")
def globals_too(n):
    global COUNTER
    COUNTER = 0
    for _ in range(n):
        COUNTER += n
    return COUNTER


@calls("(3, 4)", "(3,)")
def defaults(a, b=2**5, *rest, c=-1, **more):
    return a * b + c, rest, more


@calls("([[1, 2], [3, 4]], [[0, 1], [1, 0]])")
def matrix_product(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


@calls("(100,)")
def sieve(n):
    flags = bytearray([1]) * (n + 1)
    for i in range(2, int(root(n)) + 1):
        if flags[i]:
            flags[i * i :: i] = bytes((n - i * i) // i + 1)
    return [i for i in range(2, n + 1) if flags[i]]


@calls("(b'abc',)", "(b'',)")
def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


@calls("(7, 1000)")
def random_numbers(seed, n):
    out = 0
    for _ in range(n):
        seed = (1103515245 * seed + 12345) % 2**31
        out ^= seed >> 16
    return out, seed


@calls("([1.5, 2, 1e300, -1e300],)", "([],)")
def mean(values):
    return sum(values) / len(values) if values else math.nan


@calls("(9007199254740993, 0.5)", "(3, 1.5)")
def mixed(n, x):
    n += 2
    y = n * x
    y += n
    return y, x + n, n / 3, float(n), n - x, math.floor(n), math.gcd(n, 12)


@calls("(5,)")
def decorated(n):
    @functools.lru_cache(maxsize=None)
    def inner(k):
        return 1 if k < 2 else inner(k - 1) + inner(k - 2) * 2

    return inner(n * 10)


@calls("(3,)")
def try_finally(n):
    log = []
    with_total = 0
    for i in range(n):
        try:
            with_total += 1 / (i - 1)
        except ZeroDivisionError:
            log.append(i * 10)
            continue
        finally:
            log.append(-i)
    return log, with_total


@calls("(4,)")
def counts_accesses(n):
    class Box:
        reads = writes = 0

        def __getitem__(self, key):
            self.reads += 1
            return key * 2

        def __setitem__(self, key, value):
            self.writes += 1
            self.last = value

    box = Box()
    order = []

    def tell(value):
        order.append(value)
        return value

    for i in range(n):
        box[tell(i) + 1] += tell(i * 5)
    return box.reads, box.writes, box.last, order


@calls("(3,)")
def starred(n):
    first, *others = [n * i for i in range(n + 1)]
    return max(*others, n**2), (*others, first - 1), {**{"a": n + 1}}


@calls("(10**400,)", "(3,)")
def too_large(n):
    try:
        return math.sqrt(n * n), n / 7
    except OverflowError as error:
        return str(error)


@calls("(6,)")
def class_in_function(n):
    class Local:
        size = n * 2
        table = [k for k in range(3)]

        def grow(self, by=size):
            self.size += by
            return self.size * n

    return Local().grow(), Local.size, Local.table
