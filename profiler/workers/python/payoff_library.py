"""The standard library as the worker found it, whatever the subject has put in front of it.

    with LibraryPath():
        import hashlib
    struct = Late("_struct", "struct")
    struct.pack(">d", 0.5)                imports it, unless something has already

What the worker has imported the subject finds imported too, and an extension module is a shared
library to be found and loaded: a fifth of a millisecond of each process of a run.
"""

import sys

LIBRARY = []  # sys.path without any subject's


class LibraryPath:
    """A with block in which a module is the standard library's, whatever the subject's path has."""

    def __enter__(self):
        self.saved = sys.path[:]
        sys.path[:] = LIBRARY or sys.path

    def __exit__(self, *_):
        sys.path[:] = self.saved


class Late:
    """The first module there is of several names, imported when something of it is first used."""

    def __init__(self, *names):
        self._names = names

    def __getattr__(self, name):  # of what was not used before
        with LibraryPath():
            for at, module in enumerate(self._names):
                try:
                    __import__(module)
                    break
                except ImportError:
                    if at == len(self._names) - 1:
                        raise
        value = getattr(sys.modules[module], name)
        setattr(self, name, value)
        return value
