"""The exact C port called through cffi: the binding is the C declaration itself.

cffi releases the GIL during the call and refuses what the C type does not hold (OverflowError). It
lies beside libcpu_exact.so (`make cffi` puts both there), which it opens at import: no compiler.
"""

import math
import os

import cffi

FFI = cffi.FFI()
FFI.cdef("double cpu_intensive_steps(int64_t n, int64_t steps);")
LIBRARY = FFI.dlopen(os.path.join(os.path.dirname(os.path.abspath(__file__)), "libcpu_exact.so"))

STEPS_LIMIT = 1 << 42


def cpu_intensive(n, multiplier):
    return cpu_intensive_steps(n, 10_000_000 * multiplier)


def cpu_intensive_steps(n, steps):
    if steps <= 0:
        return 0
    if steps > STEPS_LIMIT:
        raise OverflowError("beyond the integers of the C port")
    result = LIBRARY.cpu_intensive_steps(n, steps)
    if math.isnan(result):
        raise ValueError("math domain error")
    return result
