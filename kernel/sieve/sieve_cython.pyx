"""The reference with types: the same lines, but an index is a machine integer and the array is
memory."""

from cpython.bytearray cimport PyByteArray_AS_STRING


def sieve(Py_ssize_t limit):
    if limit < 3:
        return 0
    composite = bytearray(limit)
    cdef char *marks = PyByteArray_AS_STRING(composite)
    cdef Py_ssize_t count = 0, number, multiple
    with nogil:
        for number in range(2, limit):
            if marks[number]:
                continue
            count += 1
            if number > limit // number:  # its square lies beyond, and might not fit
                continue
            multiple = number * number
            while multiple < limit:
                marks[multiple] = 1
                multiple += number
    return count
