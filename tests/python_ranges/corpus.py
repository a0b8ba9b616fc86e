"""Small functions of every shape, with the calls to make: the audit must change none of them.

More are in corpus_more.py.
`CALLS` maps a function's dotted name to texts of its argument tuples.
"""

import math
from collections import defaultdict
from dataclasses import dataclass

CALLS = {}


def calls(*texts):
    def note(function):
        CALLS[function.__qualname__] = texts
        return function

    return note


@calls("(0,)", "(300,)", "(3000,)")
def cubes(n):
    total = 0
    for i in range(n):
        total += math.sqrt(i**3 + i**2 + i * n)
    return total


@calls("(0,)", "(1,)", "(90,)", "(200,)")
def fibonacci_loop(n):
    a, b = 0, 1
    while n > 0:
        a, b = b, a + b
        n -= 1
    return a


@calls("(0,)", "(15,)")
def fibonacci(n):
    """Recursion."""
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@calls("(3, 4)", "(0, 0)", "(2, 5)")
def ackermann_like(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann_like(m - 1, 1)
    return ackermann_like(m - 1, n - 1) + n * m if n < 3 else m + n


@calls("(27,)", "(97,)", "(1,)")
def collatz(n):
    steps, top = 0, n
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        top = max(top, n)
        steps += 1
    return steps, top


@calls("(1, 2, 3)", "(-7, 2, 0)", "(1, 0, 5)")
def quadratic(a, b, c):
    d = b * b - 4 * a * c
    if d < 0:
        return complex(-b / (2 * a), math.sqrt(-d) / (2 * a))
    return (-b + math.sqrt(d)) / (2 * a), (-b - math.sqrt(d)) / (2 * a)


@calls("(10,)", "(0,)")
def comprehension(n):
    squares = [i * i - n for i in range(n + 1) if i % 3 - 1]
    table = {i: [j * i for j in range(i // 2 + 1)] for i in squares if i > 0}
    return squares, table, {x % 7 for x in squares}


@calls("(12,)")
def nested_comprehension(n):
    return [[(a + b) * c for a in range(c * 2)] for b in range(n - 8) for c in [b + 1, b * b]]


@calls("(50,)")
def generator_expression(n):
    return sum(i * i for i in range(n)), max((i * 37) % 11 for i in range(n))


@calls("(20,)")
def lambdas(n):
    twice = lambda x: x * 2 + n  # noqa: E731
    return sorted(range(n), key=lambda v: (v * 7) % 5 - v // 3), list(map(twice, range(n)))


@calls("(10,)")
def nested(n):
    seen = []

    def step(k, scale=2 * 3):
        nonlocal n
        n += k
        seen.append(n * scale)
        return n - k

    return [step(k) for k in range(5)], seen, n


@calls("(6,)")
def generator(n):
    def numbers(start):
        value = start
        while value < start * 100:
            got = yield value * 2
            value += got if got else value + 1

    source = numbers(n)
    out = [next(source)]
    for extra in (None, 5, 7, None):
        try:
            out.append(source.send(extra) + 1)
        except StopIteration:
            out.append(-1)
    return out


@calls("([3, 1, 2],)", "([],)", "([5] * 4 + [-2],)")
def bubble_sort(values):
    for i in range(len(values)):
        for j in range(len(values) - i - 1):
            if values[j] > values[j + 1]:
                values[j], values[j + 1] = values[j + 1], values[j]
    return values


@calls("('hello world',)", "('',)")
def histogram(text):
    counts = {}
    for letter in text:
        counts[letter] = counts.get(letter, 0)
        counts[letter] += 1
    weights = defaultdict(int)
    for index, letter in enumerate(text):
        weights[letter] += index * ord(letter)
    return counts, dict(weights)


class Point:
    def __init__(self, x, y):
        self.x, self.__y = x, y

    def move(self, dx, dy):
        self.x += dx
        self.__y -= dy * 2
        return self

    def length(self):
        return math.hypot(self.x, self.__y)

    @property
    def area(self):
        return self.x * self.__y

    @classmethod
    def of(cls, n):
        return cls(n * 2, n - 1)

    @staticmethod
    @calls("(3,)")
    def triple(n):
        return n * 3


@calls("(3,)", "(0.5,)")
def methods(n):
    point = Point.of(n).move(4, n)
    return point.x, point.length(), point.area, Point.triple(n)


class Child(Point):
    def __init__(self, x):
        super().__init__(x + 1, x - 1)
        self.items = [0] * 3

    def length(self):
        self.items[1] += super().length() * 2
        self.items[-1] -= 1
        return self.items


@calls("(5,)")
def inheritance(n):
    return Child(n).length()


@dataclass
class Money:
    cents: int

    def __add__(self, other):
        return Money(self.cents + other.cents)

    def __mod__(self, other):
        return self.cents % other

    def __floordiv__(self, other):
        return self.cents // other

    def __lshift__(self, other):
        return self.cents << other


@calls("(250,)", "(-250,)")
def operators_of_classes(n):
    money = Money(n) + Money(7)
    return money.cents, money % 100, money // 100, money << 3


@calls("('ab', 3)", "('', 0)")
def strings(text, n):
    out = ""
    for i in range(n):
        out += text
        out = out + str(i)
        out += "-%d" % i + "." * i
    return out, text * n, "%s/%d" % (text, n + 1), f"{n * 2:>5}|{text + 'x'}"


@calls("([1], [2, 3])")
def lists(a, b):
    both = a + b
    both += [4]
    both *= 2
    alias = both
    alias += a * 2
    both[1:3] += [9]
    return both is alias, both, a, b


@calls("({1, 2}, {2, 3})")
def sets(a, b):
    a |= b
    return a - b, a & b, a ^ b, a | b


@calls("(-7, 2)", "(7, -2)", "(-7, -2)", "(6, 3)", "(-7.5, 2)", "(7, 0)")
def divisions(a, b):
    c = a
    c //= b
    d = a
    d %= b
    return a // b, a % b, a / b, divmod(a, b), c, d, -a // b, -a % 3, a // -2


@calls("(1, 40)", "(-5, 1)", "(3, 130)", "(1, -1)")
def shifts(a, n):
    b = a
    b <<= n
    b >>= 2
    return a << n, b, (a << n) >> (n - 1), a >> 1, ~a


@calls("(12345, 678)", "(-1, 255)", "(True, False)")
def bits(a, b):
    x = a & b | a ^ b
    x ^= 0xFF
    x |= b
    x &= 0xFFFF
    return x, ~x, a & 0xF, a and b
