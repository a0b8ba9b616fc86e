# cython: language_level=3, boundscheck=False, wraparound=False
"""The functions in Cython, typed."""


def nothing():
    return None


def two(long long a, long long b):
    return a


def add_ints(list values):
    cdef long long total = 0, value
    for value in values:
        total += value
    return total


def add_floats(list values):
    cdef double total = 0, value
    for value in values:
        total += value
    return total


def add_bytes(bytes values):
    cdef long long total = 0
    cdef const unsigned char[::1] view = values
    cdef Py_ssize_t i
    for i in range(view.shape[0]):
        total += view[i]
    return total


def add_buffer(const double[::1] values):
    cdef double total = 0
    cdef Py_ssize_t i
    for i in range(values.shape[0]):
        total += values[i]
    return total
