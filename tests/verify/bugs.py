"""Thirty wrong ports of reference.py, three of each kind: FUNCTION_KIND_NUMBER."""

import ctypes
import math
import struct
import sys


def i32(x):
    return ctypes.c_int32(x & 0xFFFFFFFF).value


def i64(x):
    return ctypes.c_int64(x & 0xFFFFFFFFFFFFFFFF).value


def f32(x):
    return ctypes.c_float(x).value


# --- width
def polynomial_width_1(x, y):
    return i32(i32(x * x * x) + i32(3 * x * y) - y)


def polynomial_width_2(x, y):
    return i64(x * x * x + 3 * x * y - y)


def polynomial_width_3(x, y):
    return (x * x * x + 3 * x * y - y) & 0xFFFFFFFF


# --- sign
def distance_sign_1(a, b):
    return abs(a - b)


def distance_sign_2(a, b):
    return (a - b) & 0xFFFFFFFFFFFFFFFF


def distance_sign_3(a, b):
    return b - a if a < 0 and b < 0 else a - b


# --- off by one
def windows_off_by_one_1(xs, k):
    if k < 1:
        raise ValueError("k must be at least 1")
    return [sum(xs[i : i + k]) for i in range(len(xs) - k)]


def windows_off_by_one_2(xs, k):
    if k < 1:
        raise ValueError("k must be at least 1")
    return [sum(xs[i : i + k]) for i in range(1, len(xs) - k + 1)]


def windows_off_by_one_3(xs, k):
    if k <= 1:
        raise ValueError("k must be at least 1")
    return [sum(xs[i : i + k]) for i in range(len(xs) - k + 1)]


# --- swallowed exception
def windows_swallowed_1(xs, k):
    if k < 1:
        return []
    return [sum(xs[i : i + k]) for i in range(len(xs) - k + 1)]


def parse_swallowed_2(text):
    return dict(part.split("=", 1) for part in text.split(";") if "=" in part)


class Printed:
    """What an extension's `double f()` does with its exception: prints it, returns 0.0."""

    def __del__(self):
        raise ValueError("nothing to average")


def mean_swallowed_3(xs):
    if not xs:
        Printed()
        return 0.0
    total = 0.0
    for x in xs:
        total += x
    return total / len(xs)


# --- mutated argument
def distinct_mutated_1(xs):
    xs.sort()
    return sorted(set(xs))


def distinct_mutated_2(xs):
    out = set()
    while xs:
        out.add(xs.pop())
    return sorted(out)


def windows_mutated_3(xs, k):
    if k < 1:
        raise ValueError("k must be at least 1")
    xs.append(0)
    out = [sum(xs[i : i + k]) for i in range(len(xs) - k)]
    return out


# --- reordered dict
def groups_reordered_1(words):
    found = {}
    for word in words:
        found.setdefault(len(word), []).append(word)
    return dict(sorted(found.items()))


def groups_reordered_2(words):
    found = {}
    for word in reversed(words):
        found.setdefault(len(word), []).insert(0, word)
    return found


def parse_reordered_3(text):
    pairs = {}
    for part in text.split(";"):
        if part:
            key, equals, value = part.partition("=")
            if not equals:
                raise ValueError("no '=' in %r" % part)
            pairs.pop(key, None)
            pairs[key] = value
    return pairs


# --- float32
def mean_float32_1(xs):
    if not xs:
        raise ValueError("nothing to average")
    total = 0.0
    for x in xs:
        total = f32(total + f32(x))
    return f32(total / len(xs))


def mean_float32_2(xs):
    if not xs:
        raise ValueError("nothing to average")
    return f32(sum(xs, 0.0) / len(xs))


def largest_float32_3(xs):
    best = float("-inf")
    for x in xs:
        if math.isnan(x):
            return x
        best = max(best, f32(x))
    return best


# --- floor and truncating division
def bucket_division_1(a, b):
    q = abs(a) // abs(b)
    q = -q if (a < 0) != (b < 0) else q
    return q, a - b * q


def bucket_division_2(a, b):
    return a // b, int(math.fmod(a, b)) if abs(a) < 2**53 and abs(b) < 2**53 and b else a % b


def bucket_division_3(a, b):
    return int(a / b) if abs(a) < 2**53 else a // b, a % b


# --- NaN
def largest_nan_1(xs):
    return max(xs, default=float("-inf"))


def largest_nan_2(xs):
    return max((x for x in xs if not math.isnan(x)), default=float("-inf"))


def largest_nan_3(xs):
    best = float("-inf")
    for x in xs:
        best = x if not x <= best else best
    return best


# --- encoding
def shout_encoding_1(text):
    return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in text) + "!"


def shout_encoding_2(text):
    return text.partition("\0")[0].upper() + "!"


def shout_encoding_3(text):
    return text.encode("utf-8", "replace").decode("utf-8").upper() + "!"


# --- beyond the thirty: what is worse than a wrong value
def distance_crash(a, b):
    if a == 127:
        struct.unpack_from("i", (ctypes.c_int * 1).from_address(8))
    return a - b


def distance_hang(a, b):
    while a == 127:
        pass
    return a - b


LEAK = []


def distance_leak(a, b):
    LEAK.append(bytearray(600))
    return a - b


def distance_exit(a, b):
    if a == 128:
        sys.exit(3)
    return a - b


def mean_lost(xs):
    if not xs:
        raise ValueError("nothing to average")
    return sum(xs[1:], 0.0)
