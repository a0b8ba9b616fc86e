"""What the tests and the benchmark of kernel/cpu_intensive share; the rest is in harness.py."""

import ctypes

from harness import Case, Kernel, main, releases_gil

__all__ = ["KERNEL", "Case", "file", "library", "main", "make", "module", "releases_gil", "ulps",
           "variants"]

CPU_INTENSIVE = Kernel("cpu_intensive")
KERNEL = CPU_INTENSIVE.folder
make, file, module = CPU_INTENSIVE.make, CPU_INTENSIVE.file, CPU_INTENSIVE.module


def library(name):
    """A native port: cpu_intensive(n, multiplier) and cpu_intensive_steps(n, steps)."""
    port = ctypes.CDLL(file(name))
    for function in (port.cpu_intensive, port.cpu_intensive_steps):
        function.restype = ctypes.c_double
        function.argtypes = [ctypes.c_int64, ctypes.c_int64]
    return port


def variants(port):
    """The instruction sets that the exact port can use here: [(name, function of n and steps)]."""
    port.cpu_intensive_variant.restype = ctypes.c_char_p
    port.cpu_intensive_variant.argtypes = [ctypes.c_int64]
    port.cpu_intensive_with.restype = ctypes.c_double
    port.cpu_intensive_with.argtypes = [ctypes.c_int64] * 3

    def forced(index):
        return lambda n, steps: port.cpu_intensive_with(index, n, steps)

    names = [(index, port.cpu_intensive_variant(index)) for index in range(8)]
    return [(name.decode(), forced(index)) for index, name in names if name]


def ulps(a, b):
    """Distance of two positive doubles in units in the last place."""

    def ordinal(value):
        return ctypes.c_int64.from_buffer_copy(ctypes.c_double(value)).value

    return abs(ordinal(a) - ordinal(b))
