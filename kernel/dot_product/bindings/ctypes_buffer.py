"""The C library through ctypes, given the address of the array's own memory: no element is touched
on the way. The array must be one of doubles and not read-only, as ctypes has it.
"""

import ctypes
import os

LIBRARY = ctypes.CDLL(os.path.join(os.path.dirname(os.path.abspath(__file__)), "libdot_product.so"))
DOT_PRODUCT = LIBRARY.dot_product
DOT_PRODUCT.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
DOT_PRODUCT.restype = ctypes.c_double


def dot_product(xs, ys):
    if len(xs) != len(ys):
        raise ValueError("the arrays have different lengths")
    if xs.typecode != "d" or ys.typecode != "d":
        raise TypeError("arrays of doubles are wanted")
    doubles = ctypes.c_double * len(xs)
    return DOT_PRODUCT(doubles.from_buffer(xs), doubles.from_buffer(ys), len(xs))
