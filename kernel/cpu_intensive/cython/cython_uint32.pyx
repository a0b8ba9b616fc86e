"""The published Cython port with the width that unsigned long has on Windows: 32 bits.

i**3 wraps from i = 1,626 on. This gives the very numbers that the article printed,
436761786922.2004 for (0, 1) and 436750762281.1235 for (1, 1): they were taken on Windows.
"""

import math

cdef extern from "stdint.h":
    # To Cython an unsigned long, as in the published file; to the C compiler one of 32 bits. Plain
    # uint32_t would not do: Cython knows that a long may be wider, and computes i**3 as a long.
    ctypedef unsigned long windows_ulong "uint32_t"


def cpu_intensive(windows_ulong n, windows_ulong multiplier):
    cdef double result = 0.0
    cdef windows_ulong i
    for i in range(10_000_000 * multiplier):
        result += math.sqrt(i**3 + i**2 + i * n)
    return result


def cpu_intensive_steps(windows_ulong n, windows_ulong steps):
    cdef double result = 0.0
    cdef windows_ulong i
    for i in range(steps):
        result += math.sqrt(i**3 + i**2 + i * n)
    return result
