"""The same C library through ctypes as it is often seen: ctypes' own arrays are made of the
elements, one by one. Each becomes a float object, which is taken apart again; that is as much work
per element as the multiplication in Python was.
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
    doubles = ctypes.c_double * len(xs)
    return DOT_PRODUCT(doubles(*xs), doubles(*ys), len(xs))
