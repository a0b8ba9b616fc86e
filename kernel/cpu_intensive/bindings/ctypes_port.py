"""The exact C port called through ctypes: nothing to compile but the C library itself.

ctypes releases the GIL during the call, and converts what it is told to convert: an integer past 64
bits loses its upper bits in silence, so it has to be checked here. It lies beside libcpu_exact.so
(`make ctypes` puts both there).
"""

import ctypes
import math
import os

LIBRARY = ctypes.CDLL(os.path.join(os.path.dirname(os.path.abspath(__file__)), "libcpu_exact.so"))
STEPS = LIBRARY.cpu_intensive_steps
STEPS.argtypes = [ctypes.c_int64, ctypes.c_int64]
STEPS.restype = ctypes.c_double  # without this line ctypes takes the result for an int

STEPS_LIMIT = 1 << 42


def cpu_intensive(n, multiplier):
    return cpu_intensive_steps(n, 10_000_000 * multiplier)


def cpu_intensive_steps(n, steps):
    if steps <= 0:
        return 0
    if steps > STEPS_LIMIT or not -(1 << 63) <= n < 1 << 63:
        raise OverflowError("beyond the integers of the C port")
    result = STEPS(n, steps)
    if math.isnan(result):
        raise ValueError("math domain error")
    return result
