"""What the range audit has seen of each expression: bounds, limits left, roundings, oddities.

    site = Site(3, node, "i ** 3", …)
    log = Log(site, namespace)      the audited module's namespace holds the bounds in use
    log.integer(1291 ** 3)           called when a value leaves them; gives the value back

The audited code compares each value with the bounds itself (payoff_range_code) and calls in here
only for what is new: the first value, one beyond the next limit, a float that is no normal number.
"""

import math
import sys

TWO53 = 1 << 53
INF = float("inf")
UPPER = [
    ("int32", (1 << 31) - 1),
    ("uint32", (1 << 32) - 1),
    ("double", TWO53),
    ("int64", (1 << 63) - 1),
    ("uint64", (1 << 64) - 1),
    ("int128", (1 << 127) - 1),
]
LOWER = [
    ("uint32", 0),
    ("uint64", 0),
    ("int32", -(1 << 31)),
    ("double", -TWO53),
    ("int64", -(1 << 63)),
    ("int128", -(1 << 127)),
]
LIMITS = [name for name, _ in UPPER]
WIDTHS = (31, 63, 127, INF)  # the largest shift that C allows for each width
# The bounds that the audited code compares with, by letter: see TEMPLATES in payoff_range_code.
FRESH = {"h": INF, "l": INF, "x": -INF, "y": INF, "f": INF, "g": -INF, "z": math.nan}
FRESH.update({"c": TWO53, "d": -TWO53, "n": 0, "k": WIDTHS[0]})


def bits_of(low, high):
    """The width of the smallest integer of any width that holds a range; whether with a sign."""
    signed = low < 0
    size = max(high, -low - 1).bit_length() if signed else high.bit_length()
    return size + signed, signed


def smallest_type(low, high):
    """The smallest of the common integer types that holds a range; signed where both would do."""
    bits, signed = bits_of(low, high)
    for width in (8, 16, 32, 64, 128):
        if bits + (not signed) <= width:
            return "int%d" % width
        if bits <= width:
            return "uint%d" % width
    return "%d bits" % bits


def show(value):
    """A value as text of bounded length."""
    if isinstance(value, int) and not -(10**60) < value < 10**60:
        return "about %s2**%d" % ("-" if value < 0 else "", abs(value).bit_length() - 1)
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def first_rounded(value):
    """What a double makes of an integer that it cannot hold; None where it can."""
    try:
        return None if float(value) == value else repr(float(value))
    except OverflowError:
        return "too large for a double"


class Site:
    """One expression of the source: where it is, and which names tell its evaluations apart."""

    def __init__(self, number, node, text, function, kind, loops, names):
        self.number, self.text, self.function, self.kind = number, text, function, kind
        self.line, self.column = node.lineno, node.col_offset
        self.end_line, self.end_column = node.end_lineno, node.end_col_offset
        self.loops, self.names = loops, names  # those that its loops change; those in it
        self.converts = False  # its value is an argument that becomes a double
        self.op = None  # "+", "//" and so on, for an operator


class Log:
    """What was seen at one site."""

    def __init__(self, site, namespace):
        self.site, self.space = site, namespace
        self.key = {letter: "_payoff_%s%d" % (letter, site.number) for letter in FRESH}
        namespace["_payoff_s%d" % site.number] = self.integer
        namespace["_payoff_w%d" % site.number] = self.double
        namespace["_payoff_m%d" % site.number] = self.signs
        namespace["_payoff_r%d" % site.number] = self.counter
        self.reset()

    def reset(self):
        self.low = self.high = None
        self.is_float = False
        self.leaves, self.events = {}, {}
        for letter, value in FRESH.items():
            self.space[self.key[letter]] = value

    def set(self, letter, value):
        self.space[self.key[letter]] = value

    def where(self):
        """What tells this evaluation from others: the loops' variables, or else the names in it."""
        frame, found = sys._getframe(1), {}
        while frame.f_globals is globals() or frame.f_code.co_name.startswith("_payoff_"):
            frame = frame.f_back
        while frame:
            there = frame.f_locals
            for name in self.site.loops + self.site.names:
                if name not in found and isinstance(there.get(name), (int, float)):
                    found[name] = show(there[name])
            if not frame.f_code.co_name.startswith("<"):
                break
            frame = frame.f_back  # out of a comprehension or a lambda
        names = [name for name in self.site.loops if name in found] or self.site.names
        return {name: found[name] for name in names if name in found}

    def note(self, kind, at, **what):
        if kind not in self.events:
            self.events[kind] = dict(what, at=at)

    def integer(self, value):
        """A first value, or one beyond the bounds in use: find out what it leaves, move them."""
        if self.high is None:
            self.low = self.high = value
        else:
            self.high = max(self.high, self.space[self.key["h"]], value)
            self.low = min(self.low, self.space[self.key["l"]], value)
        for name, bound in UPPER:
            if value > bound and name not in self.leaves:
                self.leaves[name] = {"value": show(value), "at": self.where()}
        for name, bound in LOWER:
            if value < bound and name not in self.leaves:
                self.leaves[name] = {"value": show(value), "at": self.where()}
        if self.site.converts and not -TWO53 <= value <= TWO53 and "rounds" not in self.events:
            rounded = first_rounded(value)
            if rounded is not None:
                self.note("rounds", self.where(), value=show(value), to=rounded)
        self.move()
        return value

    def move(self):
        """Bounds up to which nobody need look: those reached, and the next limits. Until the first
        rounding is found, an argument of a conversion is looked at wherever it could round."""
        upper = [bound for name, bound in UPPER if bound >= self.high]
        lower = [bound for name, bound in LOWER if bound <= self.low]
        ceiling, floor = min(upper, default=INF), max(lower, default=-INF)
        if self.site.converts and "rounds" not in self.events:
            ceiling, floor = min(ceiling, TWO53), max(floor, -TWO53)
        self.set("x", ceiling)
        self.set("y", floor)
        self.set("h", min(self.high, ceiling))
        self.set("l", max(self.low, floor))

    def double(self, value, *operands):
        """The first float, one that is not normal, or one made of an integer that may round."""
        self.is_float = True
        for letter, bound in (("f", sys.float_info.min), ("g", -sys.float_info.min), ("z", 0.0)):
            self.set(letter, bound)
        if math.isnan(value):
            self.note("nan", self.where())
        elif value in (INF, -INF):
            self.note("inf", self.where(), value=repr(value))
        elif 0 < abs(value) < sys.float_info.min:
            self.note("denormal", self.where(), value=repr(value))
        for operand in operands:
            if type(operand) is int and not -TWO53 <= operand <= TWO53:
                rounded = first_rounded(operand)
                if rounded is not None:
                    self.note("rounds", self.where(), value=show(operand), to=rounded)
                    self.set("c", INF)
                    self.set("d", -INF)
        return value

    def signs(self, value, left, right):
        """A division of which an operand is negative, or a shift of a negative or by many."""
        if self.site.op in ("//", "%"):
            self.division(left, right)
        else:
            self.shift(left, right)
        return self.integer(value) if type(value) is int else self.double(value)

    def division(self, left, right):
        """C rounds quotients towards zero: a difference where signs differ and a rest is left."""
        finite = math.isfinite(left) and math.isfinite(right)
        if finite and (left < 0) != (right < 0) and left % right:
            floor = left // right
            rest = left % right
            shown = (floor, floor + 1) if self.site.op == "//" else (rest, rest - right)
            what = {"left": show(left), "right": show(right)}
            what.update(python=show(shown[0]), c=show(shown[1]))
            self.note("floor", self.where(), **what)
            self.set("n", -INF)

    def shift(self, left, right):
        if left < 0:
            self.note("negative_shift", self.where(), left=show(left), right=show(right))
            self.set("n", -INF)
        for width, following in zip(WIDTHS, WIDTHS[1:]):
            if right > width:
                self.note("shift%d" % (width + 1), self.where(), right=show(right))
                self.set("k", following)

    def counter(self, numbers):
        """The range that a for loop runs over, as far as nothing ends the loop early."""
        if type(numbers) is range and len(numbers):
            for value in (numbers[0], numbers[-1]):
                if self.high is None or not self.low <= value <= self.high:
                    self.integer(value)
        return numbers

    def result(self):
        """What was seen, as plain data; None for an expression that was never a number."""
        site = self.site
        if self.high is None and not self.is_float:
            return None
        out = {"line": site.line, "column": site.column, "end_line": site.end_line}
        out.update(end_column=site.end_column, text=site.text, function=site.function)
        out.update(kind=site.kind, float=self.is_float)
        if self.high is not None:
            high = max(self.high, self.space[self.key["h"]])
            low = min(self.low, self.space[self.key["l"]])
            out.update(min=str(low), max=str(high), type=smallest_type(low, high))
            out["bits"] = bits_of(low, high)[0]
            left = [name for name in LIMITS if name in self.leaves]
            out["leaves"] = [dict(self.leaves[name], type=name) for name in left]
        if site.op is not None:
            out["op"] = site.op
        out.update(self.events)
        return out
