"""The functions whose ports the verify tests judge. Plain Python, as a user would have them."""

import math


def polynomial(x, y):
    return x * x * x + 3 * x * y - y


def distance(a, b):
    return a - b


def windows(xs, k):
    if k < 1:
        raise ValueError("k must be at least 1")
    return [sum(xs[i : i + k]) for i in range(len(xs) - k + 1)]


def parse(text):
    pairs = {}
    for part in text.split(";"):
        if part:
            key, equals, value = part.partition("=")
            if not equals:
                raise ValueError("no '=' in %r" % part)
            pairs[key] = value
    return pairs


def distinct(xs):
    return sorted(set(xs))


def groups(words):
    found = {}
    for word in words:
        found.setdefault(len(word), []).append(word)
    return found


def mean(xs):
    if not xs:
        raise ValueError("nothing to average")
    total = 0.0
    for x in xs:
        total += x
    return total / len(xs)


def bucket(a, b):
    return a // b, a % b


def largest(xs):
    best = float("-inf")
    for x in xs:
        if math.isnan(x):
            return x
        best = max(best, x)
    return best


def shout(text):
    return text.upper() + "!"
