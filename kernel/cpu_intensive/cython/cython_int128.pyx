"""A right Cython port: integers of 128 bits, C's square root, no GIL, Python's answers otherwise.

It needs three things that the published one lacks: a type that is wide enough (Cython has no name
for it, so it is declared by hand), the root from libc instead of Python's, and the cases where a C
loop would not do as Python does: no steps at all, a negative number under the root, and an argument
that is no integer (Cython turns 1.5 into 1 without a word).
"""

from operator import index

from libc.math cimport sqrt

cdef extern from *:
    # Cython must know that it is an integer; how wide it is only the C compiler needs to know.
    ctypedef long long int128 "__int128"


# i**3 + i**2 + i*n stays below 2**127 for all i up to here.
cdef long long STEPS_LIMIT = 1 << 42


cdef double total(long long n, long long steps) noexcept nogil:
    cdef double result = 0.0
    cdef long long k
    cdef int128 i, wide_n = n
    for k in range(steps):
        i = k
        result += sqrt(<double>(i * i * i + i * i + i * wide_n))
    return result


def cpu_intensive(n, multiplier):
    return cpu_intensive_steps(n, 10_000_000 * multiplier)


def cpu_intensive_steps(n, steps):
    return checked(index(n), index(steps))


cdef checked(long long n, long long steps):
    cdef double result
    if steps <= 0:
        return 0
    if steps > STEPS_LIMIT:
        raise OverflowError("too many steps for 128-bit integers")
    if n < -2 and steps > 1:
        raise ValueError("math domain error")
    with nogil:
        result = total(n, steps)
    return result
