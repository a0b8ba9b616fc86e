"""The small function in C, called through ctypes for each number.

Three integers are converted on the way in and one is made on the way out, by code that interprets
argtypes on every call. Integers beyond 64 bits are cut in silence; a check for each in Python would
cost as much again.
"""

import ctypes
import os

LIBRARY = ctypes.CDLL(os.path.join(os.path.dirname(os.path.abspath(__file__)), "libclamp.so"))
clamp = LIBRARY.clamp
clamp.argtypes = [ctypes.c_int64, ctypes.c_int64, ctypes.c_int64]
clamp.restype = ctypes.c_int64


def clamp_all(values, low, high):
    return [clamp(value, low, high) for value in values]
