"""Thirty right ports of reference.py, written otherwise: FUNCTION_NUMBER. None may be accused."""

import functools
import itertools
import math
import operator


def polynomial_1(x, y):
    return x**3 + 3 * x * y - y


def polynomial_2(x, y):
    return x * (x * x + 3 * y) - y


def polynomial_3(x, y):
    return functools.reduce(operator.add, (x * x * x, 3 * x * y, -y))


def distance_1(a, b):
    return -(b - a)


def distance_2(a, b):
    return operator.sub(a, b)


def distance_3(a, b):
    return a + ~b + 1


def check(k):
    if k < 1:
        raise ValueError("k must be at least 1")


def windows_1(xs, k):
    check(k)
    return [sum(xs[i] for i in range(at, at + k)) for at in range(max(0, len(xs) - k + 1))]


def windows_2(xs, k):
    check(k)
    out = []
    for at in range(len(xs)):
        if at + k <= len(xs):
            out.append(sum(itertools.islice(xs, at, at + k)))
    return out


def windows_3(xs, k):
    if not k >= 1:
        raise ValueError("k is too small")  # other words are no other behaviour
    sums = [0] + list(itertools.accumulate(xs))
    return [sums[at + k] - sums[at] for at in range(len(xs) - k + 1)]


def parse_1(text):
    pairs = {}
    for part in filter(None, text.split(";")):
        if "=" not in part:
            raise ValueError("no '=' in %r" % part)
        key, value = part.split("=", 1)
        pairs[key] = value
    return pairs


def pair(part):
    at = part.index("=")  # ValueError
    return part[:at], part[at + 1 :]


def parse_2(text):
    return dict(pair(part) for part in text.split(";") if part)


def parse_3(text):
    pairs, start = {}, 0
    while start <= len(text):
        end = text.find(";", start)
        end = len(text) if end < 0 else end
        if end > start:
            at = text.find("=", start, end)
            if at < 0:
                raise ValueError("no '='")
            pairs[text[start:at]] = text[at + 1 : end]
        start = end + 1
    return pairs


def distinct_1(xs):
    out = list(set(xs))
    out.sort()
    return out


def distinct_2(xs):
    return [key for key, _ in itertools.groupby(sorted(xs))]


def distinct_3(xs):
    return sorted(dict.fromkeys(xs))


def groups_1(words):
    found = {}
    for word in words:
        if len(word) not in found:
            found[len(word)] = []
        found[len(word)] += [word]
    return found


def groups_2(words):
    return {size: [word for word in words if len(word) == size] for size in map(len, words)}


def groups_3(words):
    found = dict.fromkeys(map(len, words))
    for size in found:
        found[size] = list(filter(lambda word, size=size: len(word) == size, words))
    return found


def mean_1(xs):
    if len(xs) == 0:
        raise ValueError("nothing to average")
    return functools.reduce(operator.add, xs, 0.0) / len(xs)


def mean_2(xs):
    if not xs:
        raise ValueError("nothing to average")
    *_, total = itertools.accumulate(itertools.chain([0.0], xs))
    return total / len(xs)


def mean_3(xs):
    try:
        total = 0.0
        for at in range(len(xs)):
            total = total + xs[at]
        return total / len(xs)
    except ZeroDivisionError:
        raise ValueError("nothing") from None


def bucket_1(a, b):
    return divmod(a, b)


def bucket_2(a, b):
    q = a // b
    return q, a - q * b


def bucket_3(a, b):
    q, r = abs(a) // abs(b), abs(a) % abs(b)
    if (a < 0) != (b < 0):
        q, r = (-q - 1, abs(b) - r) if r else (-q, 0)
    return q, -r if b < 0 else r


def largest_1(xs):
    for x in xs:
        if math.isnan(x):
            return x
    return max(xs, default=float("-inf"))


def largest_2(xs):
    bad = [x for x in xs if math.isnan(x)]
    return bad[0] if bad else functools.reduce(max, xs, float("-inf"))


def largest_3(xs):
    best = float("-inf")
    for x in xs:
        if not x <= best:
            best = x
            if math.isnan(x):
                break
    return best


def shout_1(text):
    return "%s!" % str.upper(text)


def shout_2(text):
    return "".join([text.upper(), "!"])


def shout_3(text):
    return (text + "!").upper()
