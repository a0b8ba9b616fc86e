"""The range audit: which integers and floats a Python function makes, before any port exists.

    python3 python_ranges.py FILE.py:FUNC --args '[0, 1]'

Every function of FILE is rewritten so that each number it computes is looked at; then FUNC is
called and what was seen is printed beside the source. Exit status: 0 when FUNC was called (even if
it raised: that is part of the report), 1 when it could not be, 2 for a wrong command line.
"""

import argparse
import ast
import json
import operator
import os
import sys
import time
import types

from payoff_fault import Failure, describe
from payoff_range_log import Log
from payoff_range_names import IN_PLACE
from payoff_range_text import render
from payoff_range_walk import instrument
from payoff_values import decode, encode, relaxed


def read(path):
    """The source of a file, decoded as Python does it."""
    import tokenize

    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise Failure("load", "%s: %s" % (path, error)) from None


class Audit:
    """A module whose functions are looked at, or, to compare with, the same module as it is."""

    def __init__(self, path, source, watched=True):
        self.path = os.path.abspath(path)
        name = os.path.basename(path).split(".")[0]
        if getattr(sys.modules.get(name), "__file__", self.path) != self.path:
            name += "_subject"  # the standard library may need the other one
        self.module = types.ModuleType(name)
        self.module.__file__ = self.path
        space = self.module.__dict__
        self.logs = []
        code = source
        if watched:
            code, helpers, sites = relaxed(instrument, source, self.path)
            space.update(_payoff_type=type, _payoff_int=int, _payoff_float=float)
            for function in IN_PLACE.values():
                space["_payoff_" + function] = getattr(operator, function)
            self.logs = [Log(site, space) for site in sites]
            exec(compile(helpers, "payoff_helpers.py", "exec"), space)
        code = relaxed(compile, code, self.path, "exec")
        sys.modules[name] = self.module
        exec(code, space)
        for log in self.logs:
            log.reset()  # of what ran at import

    def find(self, dotted):
        thing = self.module
        for part in dotted.split("."):
            if not hasattr(thing, part):
                raise Failure("load", "%s has no function %s" % (self.path, dotted))
            thing = getattr(thing, part)
        if not callable(thing):
            raise Failure("load", "%s of %s is no function" % (dotted, self.path))
        return thing

    def call(self, func, task):
        """One call: what it returned or raised, and how long that took."""
        start = time.perf_counter()
        try:
            value = func(*task)
            outcome = {"returned": value}
        except BaseException as error:
            outcome = {"raised": describe(error)}
        outcome["seconds"] = time.perf_counter() - start
        return outcome

    def results(self):
        found = [log.result() for log in self.logs]
        found = [one for one in found if one is not None]
        return sorted(found, key=lambda one: (one["line"], one["column"], -one["end_column"]))


def audit(path, dotted, tasks, compare=False):
    """The report as plain data, except for "returned" of its calls, which are the values."""
    source = read(path)
    folder = os.path.dirname(os.path.abspath(path))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    report = {"format": 1, "file": os.path.abspath(path), "function": dotted}
    try:
        if compare:
            plain = Audit(path, source, watched=False)
            report["plain"] = [plain.call(plain.find(dotted), task) for task in tasks()]
        watched = Audit(path, source)
    except Failure:
        raise
    except BaseException as error:
        raise Failure.of(error, "load") from None
    report["calls"] = [watched.call(watched.find(dotted), task) for task in tasks()]
    report["expressions"] = watched.results()
    report["source"] = source
    return report


def to_json(report):
    """One line of JSON; the values in the encoding of the worker protocol."""
    out = {name: value for name, value in report.items() if name != "source"}
    for kind in ("plain", "calls"):
        if kind in out:
            out[kind] = [dict(one) for one in out[kind]]
            for one in out[kind]:
                if "returned" in one:
                    try:
                        one["returned"] = json.loads(encode(one["returned"]))
                    except Failure as failure:
                        one["returned"] = None
                        one["reason"] = failure.error["message"]
    return json.dumps(out)


def parse_tasks(options, parser):
    """A function that makes the tasks anew, as a call may change its arguments."""

    def arguments(text):
        try:
            value = json.loads(text)
        except ValueError:
            value = ast.literal_eval(text)
        if not isinstance(value, (list, tuple)):
            raise ValueError("no list")
        return tuple(value)

    def tasks():
        if options.tasks is not None:
            with open(options.tasks, encoding="utf-8") as file:
                return [decode(one) for one in json.load(file)]
        return [arguments(text) for text in options.args or ["[]"]]

    try:
        if all(type(task) is tuple for task in tasks()):
            return tasks
        parser.error("a task is no tuple")
    except (OSError, ValueError, SyntaxError, Failure) as error:
        parser.error("the arguments are no list of values: %s" % error)


def parse(argv):
    parser = argparse.ArgumentParser(
        prog="python_ranges.py",
        description="The integers and floats that a Python function makes, beside its source.",
    )
    parser.add_argument("function", metavar="FILE.py:FUNC", help="FUNC may be Class.method")
    parser.add_argument("--args", action="append", help="arguments of a call, a list; may repeat")
    parser.add_argument("--tasks", metavar="FILE", help="calls, encoded as in PROTOCOL.md")
    parser.add_argument("--json", action="store_true", help="JSON instead of text")
    parser.add_argument("--out", metavar="FILE", help="write there; a number is a descriptor")
    parser.add_argument("--compare", action="store_true", help="call it plainly too, and compare")
    parser.add_argument("--all", action="store_true", help="also what stays within 32 bits")
    options = parser.parse_args(argv)
    path, colon, dotted = options.function.rpartition(":")
    if not colon or not path or not dotted:
        parser.error("%s is not of the form FILE.py:FUNC" % options.function)
    return options, path, dotted, parse_tasks(options, parser)


def main(sources=None):
    options, path, dotted, tasks = parse(sys.argv[1:])
    try:
        report = audit(path, dotted, tasks, options.compare)
        text = to_json(report) if options.json else render(report, options.all)
        if options.out is None:
            print(text)
        else:
            out = int(options.out) if options.out.isdigit() else options.out
            with open(out, "w", encoding="utf-8") as file:
                file.write(text + "\n")
    except Failure as failure:
        print("python_ranges: " + failure.error["message"], file=sys.stderr)
        print(failure.error.get("trace", ""), end="", file=sys.stderr)
        return 1
    except OSError as error:
        print("python_ranges: %s" % error, file=sys.stderr)
        return 1
    return 0
