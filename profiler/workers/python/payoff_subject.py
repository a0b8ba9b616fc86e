"""Finds and imports the function under study.

    subject = {"module": "reference", "func": "cpu_intensive", "path": ["/dir"]}
    func, file, load_ns = load(subject, time.monotonic_ns)

Every failure is a Failure of kind "load", or "usage" where the subject itself is malformed.
"""

import os
import sys

from payoff_fault import Failure
from payoff_library import LIBRARY

try:  # what importlib.util and importlib.machinery hand on, without what these import
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import (
        PathFinder,
        SourceFileLoader,
        spec_from_file_location,
    )
except ImportError:
    from importlib.machinery import PathFinder, SourceFileLoader
    from importlib.util import module_from_spec, spec_from_file_location


def import_module(name):
    __import__(name)
    return sys.modules[name]


def import_file(path):
    """Import a source file, or an extension, under its own name."""
    path = os.path.abspath(path)
    name = os.path.basename(path).split(".")[0]
    loaded = sys.modules.get(name)
    if loaded is not None and getattr(loaded, "__file__", None) == path:
        return loaded
    other = PathFinder.find_spec(name, LIBRARY)
    if loaded is not None or (other and other.origin != path):
        name += "_subject"  # heapq.py, say: pools need the one of the standard library
    if os.path.dirname(path) not in sys.path:
        sys.path.insert(0, os.path.dirname(path))
    spec = spec_from_file_location(name, path)
    if spec is None:
        loader = SourceFileLoader(name, path)
        spec = spec_from_file_location(name, path, loader=loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return sys.modules.get(name, module)


def check_loaded(name, path):
    """Refuse a module of which another of the same name is loaded: importing would return that."""
    top = name.split(".")[0]
    loaded = getattr(sys.modules.get(top), "__file__", None)
    if top not in sys.modules or not path:
        return
    spec = PathFinder.find_spec(top, path)
    if spec and spec.origin and spec.origin != loaded:
        text = "another module %s is already loaded (%s); give %s as `file` instead of `module`"
        raise Failure("load", text % (top, loaded or "built in", spec.origin))


def find(module, dotted):
    thing = module
    for part in dotted.split("."):
        if not hasattr(thing, part):
            import difflib

            near = difflib.get_close_matches(part, dir(thing), 1)
            text = "%s has no function %s" % (module.__name__, dotted)
            raise Failure("load", text + (" (did you mean %s?)" % near[0] if near else ""))
        thing = getattr(thing, part)
    if not callable(thing):
        text = "%s.%s is no function: its type is %s"
        raise Failure("load", text % (module.__name__, dotted, type(thing).__name__))
    return thing


def load(subject, clock):
    """The function, the file it really comes from (None if unknown), and how long that took."""
    if not isinstance(subject, dict):
        raise Failure("usage", "subject is no object")
    module, file, path = subject.get("module"), subject.get("file"), subject.get("path") or []
    dotted = subject.get("func")
    if not isinstance(dotted, str) or not isinstance(path, list):
        raise Failure("usage", "a Python subject has `func`, a string, and may have `path`, a list")
    if isinstance(module, str) == isinstance(file, str) or not all(
        isinstance(one, str) for one in path
    ):
        raise Failure("usage", "a Python subject has either `module` or `file`, a string")
    LIBRARY[:] = LIBRARY or sys.path
    path = [os.path.abspath(one) for one in path]
    sys.path[:] = path + [one for one in sys.path if one not in path]
    start = clock()
    try:
        if module is not None:
            check_loaded(module, path)
        loaded = import_module(module) if module is not None else import_file(file)
        load_ns = clock() - start
        func = find(loaded, dotted)
    except Failure:
        raise
    except BaseException as error:
        raise Failure.of(error, "load") from None
    home = sys.modules.get(getattr(func, "__module__", None) or "", loaded)
    return func, getattr(home, "__file__", None), load_ns
