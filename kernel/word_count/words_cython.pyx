"""The reference with types: the interpreter's loop is gone; the strings, the dict and its integers
are still Python's."""


def word_count(str text not None):
    cdef dict counts = {}
    cdef str word
    cdef list words = text.split()
    for word in words:
        counts[word] = <Py_ssize_t>counts.get(word, 0) + 1
    return counts
