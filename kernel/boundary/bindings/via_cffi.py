"""The C library through cffi's ABI mode, and the loops that call it."""

import os

import cffi
from reference import drivers

FFI = cffi.FFI()
FFI.cdef("""
void boundary_nothing(void);
int64_t boundary_two(int64_t a, int64_t b);
int64_t boundary_add_ints(const int64_t *values, size_t n);
double boundary_add_floats(const double *values, size_t n);
int64_t boundary_add_bytes(const unsigned char *values, size_t n);
""")
LIBRARY = FFI.dlopen(os.path.join(os.path.dirname(os.path.abspath(__file__)), "libboundary.so"))

calls, twos = drivers(LIBRARY.boundary_nothing, LIBRARY.boundary_two)


def add_ints(values):
    return LIBRARY.boundary_add_ints(values, len(values))


def add_floats(values):
    return LIBRARY.boundary_add_floats(values, len(values))


def add_bytes(values):
    return LIBRARY.boundary_add_bytes(values, len(values))


def add_buffer(values):
    return LIBRARY.boundary_add_floats(FFI.from_buffer("double[]", values), len(values))
