"""One pass in Cython, as one would write it in Python with types: what lies between two characters
to escape is cut out as a string of its own, and in the end all pieces are joined."""


def escape_html(str text not None):
    cdef Py_ssize_t start = 0, i
    cdef Py_UCS4 c
    cdef list pieces = []
    for i, c in enumerate(text):
        if c > u">":
            continue
        if c == u"&":
            entity = "&amp;"
        elif c == u"<":
            entity = "&lt;"
        elif c == u">":
            entity = "&gt;"
        elif c == u'"':
            entity = "&quot;"
        elif c == u"'":
            entity = "&#x27;"
        else:
            continue
        if i > start:
            pieces.append(text[start:i])
        pieces.append(entity)
        start = i + 1
    if not pieces:
        return text
    pieces.append(text[start:])
    return "".join(pieces)
