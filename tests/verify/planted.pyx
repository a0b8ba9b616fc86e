# cython: language_level=3
"""Small Cython ports of reference.py, as people type them: KIND after the function's name is what
is wrong with it; a number means that nothing is."""

cimport cython
from libc.math cimport isnan


# --- polynomial
def polynomial_width(long long x, long long y):
    return x * x * x + 3 * x * y - y


def polynomial_1(x, y):
    return x * (x * x + 3 * y) - y


# --- distance
def distance_sign(unsigned long a, unsigned long b):
    return a - b


def distance_1(a, b):
    return a - b


# --- windows
def windows_off_by_one(list xs, k):
    cdef Py_ssize_t i
    if k < 1:
        raise ValueError("k must be at least 1")
    return [sum(xs[i : i + k]) for i in range(len(xs) - k)]


def windows_1(list xs, k):
    cdef Py_ssize_t i
    if k < 1:
        raise ValueError("k must be at least 1")
    if k > len(xs):
        return []
    return [sum(xs[i : i + k]) for i in range(len(xs) - <Py_ssize_t>k + 1)]


# --- mean
# Said outright: Cython 3 propagates exceptions unless it is told not to, Cython 0.29 the other way.
cdef double quotient(double total, double n) noexcept:
    if n == 0:
        raise ValueError("nothing to average")
    return total / n


def mean_swallowed(list xs):
    cdef double total = 0.0
    for x in xs:
        total += x
    return quotient(total, len(xs))


def mean_float32(list xs):
    cdef float total = 0.0
    if not xs:
        raise ValueError("nothing to average")
    for x in xs:
        total += <float>x
    return total / len(xs)


def mean_1(list xs):
    cdef double total = 0.0
    if not xs:
        raise ValueError("nothing to average")
    for x in xs:
        total += x
    return total / len(xs)


# --- distinct
def distinct_mutated(list xs):
    xs.sort()
    return sorted(set(xs))


def distinct_1(list xs):
    cdef list out = list(set(xs))
    out.sort()
    return out


# --- groups
def groups_reordered(list words):
    cdef dict found = {}
    for word in words:
        found.setdefault(len(word), []).append(word)
    return {size: found[size] for size in sorted(found)}


def groups_1(list words):
    cdef dict found = {}
    for word in words:
        found.setdefault(len(word), []).append(word)
    return found


# --- bucket
@cython.cdivision(True)
def bucket_division(long long a, long long b):
    if b == 0:
        raise ZeroDivisionError("integer division or modulo by zero")
    return a // b, a % b


def bucket_1(a, b):
    return a // b, a % b


# --- largest
def largest_nan(list xs):
    cdef double best = float("-inf"), x
    for x in xs:
        if x > best:
            best = x
    return best


def largest_1(list xs):
    cdef double best = float("-inf"), x
    for x in xs:
        if isnan(x):
            return x
        if x > best:
            best = x
    return best


# --- shout
def shout_encoding(str text):
    return text.encode("latin-1", "replace").decode("latin-1").upper() + "!"


def shout_1(str text):
    return text.upper() + "!"
