"""The reference with types: the table is looked at where it lies (a typed memoryview), nothing is
copied, and an index out of range is still an IndexError."""


def pointer_chase(const unsigned int[::1] table not None, Py_ssize_t steps):
    cdef unsigned int place = 0
    cdef Py_ssize_t step
    for step in range(steps):
        place = table[place]
    return place
