"""The C library through ctypes, and the loops that call it."""

import ctypes
import os

from reference import drivers

LIBRARY = ctypes.CDLL(os.path.join(os.path.dirname(os.path.abspath(__file__)), "libboundary.so"))


def declare(name, result, *arguments):
    function = getattr(LIBRARY, "boundary_" + name)
    function.restype, function.argtypes = result, arguments
    return function


calls, twos = drivers(
    declare("nothing", None),
    declare("two", ctypes.c_int64, ctypes.c_int64, ctypes.c_int64),
)
INTS = declare("add_ints", ctypes.c_int64, ctypes.c_void_p, ctypes.c_size_t)
FLOATS = declare("add_floats", ctypes.c_double, ctypes.c_void_p, ctypes.c_size_t)
BYTES = declare("add_bytes", ctypes.c_int64, ctypes.c_char_p, ctypes.c_size_t)


def add_ints(values):
    return INTS((ctypes.c_int64 * len(values))(*values), len(values))


def add_floats(values):
    return FLOATS((ctypes.c_double * len(values))(*values), len(values))


def add_bytes(values):
    return BYTES(values, len(values))


def add_buffer(values):
    return FLOATS((ctypes.c_double * len(values)).from_buffer(values), len(values))
