"""Why a port returns something else: the reference, run again as C would have computed.

    stdin   {"subject": …, "task": ["t", …], "expected": value, "got": value | null,
             "exception": "ValueError" | null, "limit_s": 60, "known": {},
             "agrees": [tasks for which the port is right, a turn of a loop shorter]}
    stdout  {"found": "uint64", "sentence": "Exactly what …", "advice": "Use …", "tried": […],
             "known": what to give with the next request for the same task}
            or {"found": null, "tried": […], "untried": […], "reason": …}
"""

import json
import math
import os
import sys
import time

from payoff_combined import combinations
from payoff_examine import Alarm, TimeLimit
from payoff_fault import Failure
from payoff_hypotheses import HYPOTHESES, Limits, single, wrapped
from payoff_rewrite import HIDDEN, Code, Unknown
from payoff_subject import load
from payoff_sums import try_sums
from payoff_turns import first_turn, has_loops
from payoff_values import decode_task, encode, value_of


class Found(BaseException):
    """The first value that does not fit."""


def is_same(value, got):
    """Equal for this purpose: the same bits, or numbers of equal value (C has no int result)."""
    try:
        if encode(value) == encode(got):
            return True
    except Failure:
        return False
    if isinstance(value, (list, tuple)) and type(value) is type(got) and len(value) == len(got):
        return all(map(is_same, value, got))
    if all(isinstance(one, float) and math.isnan(one) for one in (value, got)):
        return True
    return all(type(one) in (int, float, bool) for one in (value, got)) and value == got


class LooseMath:
    """The math module as C has it: NaN and infinity where Python raises."""

    def __getattr__(self, name):
        thing = getattr(math, name)
        if not callable(thing):
            return thing

        def function(*args):
            try:
                return thing(*args)
            except ValueError:
                return math.nan
            except OverflowError:
                return math.inf

        return function


class Case:
    """One failing task and the time there is for it."""

    def __init__(self, request):
        self.func = load(request["subject"], time.monotonic_ns)[0]
        self.code = Code(self.func)
        self.task, self.deadline = request["task"], time.monotonic() + request["limit_s"]
        self.raised = request.get("exception")
        self.known = request["known"]
        self.got = None if self.raised else value_of(request["got"])
        expected = request.get("expected")
        self.expected = None if expected is None else value_of(expected)

    def left_s(self):
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeLimit
        return left

    def run(self, func, task=None):
        """A value, or the name of the exception's type, of the rewritten function."""
        try:
            with Alarm(self.left_s()):
                return func(*decode_task(task or self.task)), None
        except (TimeLimit, Found):
            raise
        except BaseException as error:
            return None, type(error).__name__

    def try_one(self, one):
        """Whether this is what the port did; what it makes is the same for every port."""
        if one.key not in self.known:
            value, raised = self.outcome(one)
            try:
                self.known[one.key] = {"raised": raised} if raised else (
                    {"value": json.loads(encode(value))})
            except Failure:
                self.known[one.key] = {"raised": None}
        found = self.known[one.key]
        if self.raised:
            return found.get("raised") == self.raised.rpartition(".")[2]
        return "value" in found and is_same(value_of(found["value"]), self.got)

    def outcome(self, one):
        helpers = {HIDDEN + key: value for key, value in one.helpers.items()}
        func = self.code.run(one.rewriter(self.code), helpers)
        value, raised = self.run(func)
        if raised in ("ValueError", "OverflowError"):  # C goes on with NaN and infinity
            space = func.__globals__
            for key, thing in list(space.items()):
                if thing is math:
                    space[key] = LooseMath()
                elif key in dir(math) and thing is getattr(math, key):
                    space[key] = getattr(LooseMath(), key)
            value, raised = self.run(func)
        return value, raised

    def first_wrap(self, one):
        """Where an integer first leaves the width: expression and loop variables there."""
        bits, signed = one.width
        low, high = (-(1 << (bits - 1)), 1 << (bits - 1)) if signed else (0, 1 << bits)

        def watch(value, place):
            if value.__class__ is int and not low <= value < high:
                frame = sys._getframe(1)
                names = {key: frame.f_locals.get(key) for key in watcher.places[place][2]}
                raise Found(place, names)
            return value

        watcher = one.watch(self.code)
        func = self.code.run(watcher, {HIDDEN + "watch": watch})
        try:
            self.run(func)
        except Found as found:
            place, names = found.args
            inner, outer, _ = watcher.places[place]
            return self.code.text(inner), self.code.text(outer), names
        return None

    def fits(self, bits):
        key = "fits-%d" % bits
        if key not in self.known:
            self.known[key] = self.try_fits(bits)
        return self.known[key]

    def try_fits(self, bits):
        def watch(value, limit):
            if value.__class__ is int and not -limit <= value < limit:
                raise Found
            return value

        def over():
            raise Found

        helpers = {HIDDEN + "watch": watch, HIDDEN + "over": over}
        try:
            self.run(self.code.run(Limits(self.code, bits), helpers))
            return True
        except Found:
            return False


def width_words(case, one):
    """The sentence and the advice where a width was too small."""
    place = case.first_wrap(one)
    inner, outer, names = place if place else ("", case.code.name, {})
    at = ", ".join("%s = %s" % item for item in names.items() if item[1] is not None)
    sentence = "Exactly what `%s` gives %s" % (outer, one.words)
    if at:
        sentence += "; it first wraps at %s" % at
    elif inner and inner != outer:
        sentence += "; `%s` is the first that wraps" % inner
    enough = None
    least = one.width[0] if one.width[1] else one.width[0] // 2
    try:
        enough = next((bits for bits in (64, 128) if bits > least and case.fits(bits)), 0)
    except TimeLimit:
        pass
    if enough == 0:
        advice = "No C type is wide enough for this: use doubles, or a library for large integers."
    elif enough == one.width[0]:
        advice = "Use signed %d-bit integers." % enough
    else:
        advice = "Use %d-bit integers or double." % (enough or 128)
    for key in one.also:  # C's division may be wrong of itself
        made = case.known.get(key, {}).get("value")
        if made is not None and not is_same(value_of(made), case.expected):
            advice += " " + next(two.advice for two in HYPOTHESES if two.key == key)
    return sentence + ".", advice


def results(expected):
    """What may have become of the right result on its way out."""
    if type(expected) is int:
        for bits in (64, 32, 16, 8):
            for signed in (False, True):
                kind = "%sint%d" % ("" if signed else "u", bits)
                yield kind, "cut to %s" % kind, wrapped(expected, bits, signed)
        if abs(expected) < 2**1023:
            yield "double", "rounded to a double", int(float(expected))
    if type(expected) is float:
        yield "float32", "rounded to single precision", single(expected)
        if math.isfinite(expected):
            yield "trunc", "without its fraction", math.trunc(expected)
            yield "round", "rounded to a whole number", round(expected)
    if type(expected) in (int, float):
        yield "negated", "with the wrong sign", -expected
        yield "more", "plus 1", expected + 1
        yield "less", "minus 1", expected - 1
    if type(expected) in (list, tuple):
        yield "reversed", "in reverse order", expected[::-1]
        yield "shorter", "without its last item", expected[:-1]
        yield "later", "without its first item", expected[1:]


def try_result(case, tried):
    if case.raised or is_same(case.expected, case.got):
        return None
    for key, words, value in results(case.expected):
        tried.append("result:" + key)
        if is_same(value, case.got):
            return {"found": "result:" + key, "advice": "",
                    "sentence": "Exactly the right result %s." % words}
    return None


def try_all(case, tried):
    if not case.raised and is_same(case.expected, case.got):
        return {"found": "type", "advice": "Convert what the port returns.",
                "sentence": "The number is right, its type is not."}
    for one in HYPOTHESES + list(combinations(case.code)):
        tried.append(one.key)
        try:
            right = case.try_one(one)
        except (SyntaxError, RecursionError):
            continue
        if right and one.width:
            sentence, advice = width_words(case, one)
            return {"found": one.key, "sentence": sentence, "advice": advice}
        if right:
            sentence = "Exactly what `%s` gives %s." % (case.code.name, one.words)
            return {"found": one.key, "sentence": sentence, "advice": one.advice}
    return try_sums(case, tried)


def part(case, request, found):
    """In which turn of a loop the two part, as a sentence; "" where that is no question."""
    if "it first wraps at" in (found or {}).get("sentence", "") or not has_loops(case):
        return ""
    case.deadline = time.monotonic() + min(5, request["limit_s"])  # whatever the rest has taken
    try:
        for agrees in request.get("agrees") or []:
            sentence = first_turn(case, agrees, case.task)
            if sentence:
                return sentence
    except (TimeLimit, SyntaxError, RecursionError):
        pass
    return "" if found else "Nor is it known in which turn of its loops the two part"


def explain(request):
    tried, case = [], None
    request["known"] = request.get("known") or {}
    try:
        case = Case(request)
        found = try_all(case, tried) or try_result(case, tried)
        reason = "none of the usual causes reproduces it"
    except Unknown as error:
        found, reason = None, str(error)
    except TimeLimit:
        found, reason = None, "there was no time to try everything"
    except Failure as failure:
        found, reason = None, failure.error["message"]
    where = part(case, request, found) if case else ""
    if where and found:
        found["sentence"] += " " + where + "."
    elif where:
        reason += ". " + where
    known = [one.key for one in HYPOTHESES]
    untried = [key for key in known if key not in tried]
    return dict(found or {"found": None, "reason": reason}, tried=tried, untried=untried,
                known=request["known"])


def main(sources=None):
    request = json.load(sys.stdin)
    out = os.dup(1)
    os.dup2(2, 1)  # what the subject prints is no reply
    text = json.dumps(explain(request)) + "\n"
    with os.fdopen(out, "w") as stream:
        stream.write(text)
    os._exit(0)
