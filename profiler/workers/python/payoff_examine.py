"""Calls of the subject outside any clock, each with everything that can be seen of it: `examine`.

    examine(func, [["t", ["i", "1"]]], {"limit_s": 2, "coverage": True})   [{"value": …}]

What a call may leave behind: a value or an exception, arguments that it changed, exceptions that
the runtime only printed, and (if asked for) which branches it took and what it summed up.
"""

import json
import signal
import sys
from itertools import islice

import payoff_task
from payoff_fault import Failure, describe
from payoff_values import decode_task, encode

DRAINED_MAX = 10000  # items of an iterator that was returned


class TimeLimit(BaseException):
    """The call took longer than limit_s."""


def ring(signum, frame):
    raise TimeLimit


class Alarm:
    """A with block that ends by TimeLimit, where Python code runs long enough to notice."""

    def __init__(self, limit_s):
        self.limit_s = limit_s

    def __enter__(self):
        if self.limit_s:
            self.saved = signal.signal(signal.SIGALRM, ring)
            # Again and again: the subject may catch everything.
            signal.setitimer(signal.ITIMER_REAL, self.limit_s, 0.05)

    def __exit__(self, *_):
        if self.limit_s:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self.saved)


def tree(value):
    """A value as JSON has it; what cannot cross is named."""
    try:
        return json.loads(encode(value))
    except Failure as failure:
        return ["o", "payoff.unencodable", failure.error["message"]]


def is_iterator(value):
    return hasattr(type(value), "__next__") and hasattr(type(value), "__iter__")


def identity(value, args):
    """Which argument the result is: matters for what can be changed."""
    if isinstance(value, (list, dict, set, bytearray)):
        for number, one in enumerate(args):
            if one is value:
                return number
    return None


def call(func, args, outcome):
    value = func(*args)
    if is_iterator(value):
        outcome["iterator"] = True
        value = list(islice(value, DRAINED_MAX))
    number = identity(value, args)
    if number is not None:
        outcome["is_argument"] = number
    return value


def one(func, task, limit_s, wrap):
    """The outcome of one call; `wrap` is a with block around it."""
    outcome = {}
    try:
        args = decode_task(task)
        before = [encode(item) for item in args]
    except Failure as failure:
        return {"argument": failure.error["message"]}
    payoff_task.swallowed.clear()
    try:
        with Alarm(limit_s), wrap:
            value = call(func, args, outcome)
        outcome["value"] = tree(value)
    except TimeLimit:
        return {"timeout": True}
    except BaseException as error:
        error_object = describe(error)
        outcome["exception"] = {name: error_object[name] for name in ("type", "message")}
        outcome["lines"] = [cls.__name__ for cls in type(error).__mro__]
    try:
        if any(encode(item) != text for item, text in zip(args, before)):
            outcome["arguments"] = [tree(item) for item in args]
    except Failure as failure:
        outcome["arguments"] = [["o", "payoff.unencodable", failure.error["message"]]]
    if payoff_task.swallowed:
        outcome["unraisable"] = list(payoff_task.swallowed)
    return outcome


class Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Examiner:
    """What is kept from one `examine` to the next: the branches seen."""

    def __init__(self, func):
        self.func, self.cover, self.terms = func, None, None

    def examine(self, tasks, limit_s=None, coverage=False, sums=False):
        wrap = Nothing()
        if coverage:
            if self.cover is None:
                import payoff_cover

                self.cover = payoff_cover.watch(self.func)
            wrap = self.cover
        outcomes = []
        for task in tasks:
            outcome = one(self.func, task, limit_s, wrap)
            if sums and outcome.get("value", "?")[0] == "f":
                found = self.sum_of(task, limit_s, outcome["value"])
                if found:
                    outcome["sum"] = found
            outcomes.append(outcome)
        reply = {"outcomes": outcomes}
        if self.cover is not None:
            reply["coverage"] = self.cover.report()
        return reply

    def sum_of(self, task, limit_s, value):
        if self.terms is None:
            from payoff_terms import Terms

            self.terms = Terms(self.func)
        try:
            with Alarm(limit_s and 10 * limit_s):
                return self.terms.of(decode_task(task), value)
        except BaseException:
            return None  # the reference did not raise; what watches it may run out of time


def signature(func):
    """What the function says of its parameters; None where it says nothing."""
    import inspect

    try:
        parameters = inspect.signature(func).parameters.values()
    except (TypeError, ValueError):
        return None
    out = []
    for one_of in parameters:
        entry = {"name": one_of.name, "kind": one_of.kind.name.lower()}
        note = one_of.annotation
        if note is not one_of.empty:
            entry["annotation"] = note if isinstance(note, str) else inspect.formatannotation(note)
        if one_of.default is not one_of.empty:
            entry["default"] = tree(one_of.default)
        out.append(entry)
    return out


def check(command):
    tasks, limit_s = command.get("tasks"), command.get("limit_s")
    if not isinstance(tasks, list):
        raise Failure("usage", "tasks is no list")
    if limit_s is not None and (type(limit_s) not in (int, float) or limit_s <= 0):
        raise Failure("usage", "limit_s is no number above 0")
    sys.stdout.flush()
    return tasks, limit_s, bool(command.get("coverage")), bool(command.get("sums"))
