"""The heap queue of the standard library twice: as it is written in Python, and as its C module.

heapq.py defines all of its functions in Python and takes the C ones instead where `_heapq` can be
imported; without it, an import of heapq gives the former.
"""

import importlib
import sys


def without_c():
    """heapq as an interpreter without its C module has it; the one in use stays as it is."""
    names = "heapq", "_heapq"
    saved = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.modules["_heapq"] = None
    try:
        return importlib.import_module("heapq")
    finally:
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(saved)


def with_c():
    module = importlib.import_module("heapq")
    importlib.import_module("_heapq")  # ModuleNotFoundError where there is none (PyPy)
    return module


def through(heap, items, module):
    """Every function once around: what comes out, in order. The heap is changed in place."""
    module.heapify(heap)
    out = []
    for number, item in enumerate(items):
        if number % 3 == 0:
            module.heappush(heap, item)
        elif number % 3 == 1:
            out.append(module.heappushpop(heap, item))
        else:
            out.append(module.heapreplace(heap, item))
    for _ in range(len(heap) // 2):
        out.append(module.heappop(heap))
    return out + module.nlargest(3, heap) + module.nsmallest(3, heap)


PYTHON = without_c()


def through_python(heap: list, items: list) -> list:
    return through(heap, items, PYTHON)


def through_c(heap: list, items: list) -> list:
    return through(heap, items, with_c())
