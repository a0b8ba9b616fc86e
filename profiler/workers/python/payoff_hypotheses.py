"""What a port may have done instead: arithmetic of C in a Python function.

    for one in HYPOTHESES:
        func = code.run(one.rewriter(code), HELPERS)

Each is a rewriting of the reference (payoff_rewrite). A hypothesis is confirmed by the port's own
result, never by looking at the port.
"""

import ast
import ctypes
import math

from payoff_rewrite import HIDDEN, Rewriter, call, constant, loaded, name

ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Pow, ast.FloorDiv, ast.Mod, ast.LShift)
NUMBER_CALLS = ("int", "sum", "pow", "abs", "round", "len")


def wrapped(value, bits, signed):
    """An integer as that many bits keep it."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if signed and value >> (bits - 1) else value


def quotient(a, b):
    """C's division of integers."""
    if type(a) is int and type(b) is int:
        return -(-a // b) if (a < 0) != (b < 0) else a // b
    return a // b


def remainder(a, b):
    if type(a) is int and type(b) is int:
        return a - b * quotient(a, b)
    return math.fmod(a, b) if isinstance(a, float) or isinstance(b, float) else a % b


def whole(a, b):
    return quotient(a, b) if type(a) is int and type(b) is int else a / b


def single(value):
    return ctypes.c_float(value).value if type(value) is float else value


def double(value):
    if type(value) is not int:
        return value
    return int(float(value)) if -(2**1023) < value < 2**1023 else value


def times(value, exponent):
    """value ** exponent as C programs write it: value * value * …, each product rounded."""
    if type(value) is int and type(exponent) is int and 0 <= exponent <= 8:
        out = 1
        for _ in range(exponent):
            out = double(out * double(value))
        return out
    return double(value**exponent)


def moved(first, last):
    """range() that begins or ends elsewhere."""

    def turns(*args):
        one = range(*args)
        return range(one.start + first * one.step, one.stop + last * one.step, one.step)

    return turns


def bytes_of(value):
    return len(value.encode("utf-8", "surrogatepass")) if type(value) is str else len(value)


class Wrap(Rewriter):
    """Every integer that arithmetic makes is cut to `bits`."""

    def __init__(self, code, bits, signed):
        super().__init__(code)
        self.mask, self.sign = (1 << bits) - 1, 1 << (bits - 1) if signed else 0

    def cut(self, node):
        if self.narrow:
            return call("cut", node, node, constant(self.mask, node), constant(self.sign, node))
        made = ast.copy_location(ast.NamedExpr(name(HIDDEN + "t", node, True), node), node)
        is_int = ast.Compare(
            ast.Attribute(made, "__class__", ast.Load()), [ast.IsNot()], [name("int", node)]
        )
        cut = ast.BinOp(name(HIDDEN + "t", node), ast.BitAnd(), constant(self.mask, node))
        if self.sign:
            sign = constant(self.sign, node)
            cut = ast.BinOp(ast.BinOp(cut, ast.BitXor(), sign), ast.Sub(), sign)
        return ast.copy_location(ast.IfExp(is_int, name(HIDDEN + "t", node), cut), node)

    def replace(self, node):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ARITHMETIC):
            return self.cut(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Invert)):
            return self.cut(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in NUMBER_CALLS:
                return self.cut(node)
        return None

    def augmented(self, node):
        read = loaded(node.target)
        if read is None or not isinstance(node.op, ARITHMETIC):
            return None
        after = ast.copy_location(ast.Assign([node.target], self.cut(read)), node)
        return [node, after]


class Limits(Wrap):
    """An integer that arithmetic makes and `bits` cannot hold calls `over`."""

    def __init__(self, code, bits):
        super().__init__(code, bits, True)

    def cut(self, node):
        limit = self.sign
        if self.narrow:
            return call("watch", node, node, constant(limit, node))
        made = ast.copy_location(ast.NamedExpr(name(HIDDEN + "t", node, True), node), node)
        read = name(HIDDEN + "t", node)
        other = ast.Compare(
            ast.Attribute(made, "__class__", ast.Load()), [ast.IsNot()], [name("int", node)]
        )
        within = ast.Compare(
            constant(-limit, node), [ast.LtE(), ast.Lt()], [read, constant(limit, node)]
        )
        fits = ast.BoolOp(ast.Or(), [other, within])
        return ast.copy_location(ast.IfExp(fits, read, call("over", node)), node)


def cut(value, mask, sign):
    if value.__class__ is not int:
        return value
    value &= mask
    return (value ^ sign) - sign if sign else value


class Through(Rewriter):
    """Every number that arithmetic makes goes through a helper."""

    def __init__(self, code, helper, power=None, operands=False):
        super().__init__(code)
        self.helper, self.power, self.operands = helper, power, operands

    def replace(self, node):
        if isinstance(node, ast.BinOp):
            if self.operands:  # they are stored so, too
                node.left = call(self.helper, node.left, node.left)
                node.right = call(self.helper, node.right, node.right)
            if self.power and isinstance(node.op, ast.Pow):
                return call(self.power, node, node.left, node.right)
            return call(self.helper, node, node)
        if isinstance(node, (ast.Call, ast.Constant)):
            return call(self.helper, node, node)
        return None

    def visit_JoinedStr(self, node):
        return node

    def augmented(self, node):
        read = loaded(node.target)
        if read is None:
            return None
        return [node, ast.copy_location(ast.Assign([node.target], call(self.helper, node, read)),
                                        node)]


class Operators(Rewriter):
    """Some operators are others."""

    def __init__(self, code, table):
        super().__init__(code)
        self.table = table

    def replace(self, node):
        helper = self.table.get(type(getattr(node, "op", None)))
        if helper and isinstance(node, ast.BinOp):
            return call(helper, node, node.left, node.right)
        return None

    def augmented(self, node):
        helper, read = self.table.get(type(node.op)), loaded(node.target)
        if not helper or read is None:
            return None
        return ast.copy_location(
            ast.Assign([node.target], call(helper, node, read, node.value)), node
        )


class Names(Rewriter):
    """Calls of one built-in function are calls of a helper."""

    def __init__(self, code, builtin, helper):
        super().__init__(code)
        self.builtin, self.helper = builtin, helper

    def replace(self, node):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == self.builtin and not node.keywords:
                return call(self.helper, node, *node.args)
        return None


class Watch(Rewriter):
    """Arithmetic tells a helper what it makes, and where; to find the first that does not fit."""

    def __init__(self, code):
        super().__init__(code)
        self.places = []  # the expression, the outermost arithmetic around it, the loops around it
        self.loops, self.outer = [], []

    def visit_For(self, node):
        self.loops.append(node.target)
        self.generic_visit(node)
        self.loops.pop()
        return node

    def watched(self, node, original, value):
        outer = self.outer[0] if self.outer else original
        names = [one.id for target in self.loops for one in ast.walk(target)
                 if isinstance(one, ast.Name)]
        self.places.append((original, outer, names))
        return call("watch", node, value, constant(len(self.places) - 1, node))

    def visit_BinOp(self, node):
        original = node
        self.outer.append(original)
        self.generic_visit(node)
        self.outer.pop()
        if self.inside and isinstance(node.op, ARITHMETIC):
            return self.watched(node, original, node)
        return node

    def augmented(self, node):
        read = loaded(node.target)
        if read is None or not isinstance(node.op, ARITHMETIC):
            return None
        return [node, ast.copy_location(ast.Expr(self.watched(node, node, read)), node)]


class Hypothesis:
    """Words for it, how to rewrite, and what to do about it."""

    def __init__(self, key, words, make, advice, helpers=None, width=None):
        self.key, self.words, self.rewriter = key, words, make
        self.advice, self.helpers, self.width = advice, helpers or {}, width
        self.watch = Watch  # to find where the width is first too small
        self.also = ()  # other hypotheses that this one contains


def widths():
    for bits, signed in ((64, False), (64, True), (32, False), (32, True)):
        words = "in %s %d-bit arithmetic" % ("signed" if signed else "unsigned", bits)
        if bits == 32:
            words += " (C's %s on Windows, LLP64; Linux is LP64 and has 64 bits there)" % (
                "int, and long" if signed else "unsigned int, and unsigned long"
            )
        yield Hypothesis(
            "%sint%d" % ("" if signed else "u", bits), words,
            lambda code, bits=bits, signed=signed: Wrap(code, bits, signed), "",
            {"cut": cut}, (bits, signed),
        )


HYPOTHESES = list(widths()) + [
    Hypothesis(
        "truncating", "with division that cuts toward zero, as C's / and % do",
        lambda code: Operators(code, {ast.FloorDiv: "quotient", ast.Mod: "remainder"}),
        "Correct the quotient or the remainder where the signs of the two differ.",
        {"quotient": quotient, "remainder": remainder},
    ),
    Hypothesis(
        "remainder", "with a remainder that has the sign of the dividend, as C's % does",
        lambda code: Operators(code, {ast.Mod: "remainder"}),
        "Add the divisor where the remainder's sign is not the divisor's.",
        {"remainder": remainder},
    ),
    Hypothesis(
        "quotient", "with division that cuts toward zero, as C's / does",
        lambda code: Operators(code, {ast.FloorDiv: "quotient"}),
        "Subtract 1 where the signs differ and something remains.", {"quotient": quotient},
    ),
    Hypothesis(
        "whole", "with whole numbers where Python's / gives fractions",
        lambda code: Operators(code, {ast.Div: "whole"}),
        "Convert one side to double before dividing.", {"whole": whole},
    ),
    Hypothesis(
        "float32", "in single precision (float, 24 bits)",
        lambda code: Through(code, "single"), "Use double.", {"single": single},
    ),
    Hypothesis(
        "float32-stored", "in single precision (float, 24 bits), operands and results",
        lambda code: Through(code, "single", operands=True), "Use double.", {"single": single},
    ),
    Hypothesis(
        "double", "with integers kept in doubles, each result rounded to 53 bits",
        lambda code: Through(code, "double"),
        "Use integers that are wide enough, or accept the rounding as a tolerance.",
        {"double": double},
    ),
    Hypothesis(
        "double-times", "with integers kept in doubles and powers as repeated multiplication",
        lambda code: Through(code, "double", "times"),
        "Use integers that are wide enough, or accept the rounding as a tolerance.",
        {"double": double, "times": times},
    ),
    Hypothesis(
        "one-less", "when its loops end one turn early",
        lambda code: Names(code, "range", "turns"), "Look at the loop's end: < or <=?",
        {"turns": moved(0, -1)},
    ),
    Hypothesis(
        "one-more", "when its loops take one turn too many",
        lambda code: Names(code, "range", "turns"), "Look at the loop's end: < or <=?",
        {"turns": moved(0, 1)},
    ),
    Hypothesis(
        "one-later", "when its loops begin one turn late",
        lambda code: Names(code, "range", "turns"), "Look at the loop's beginning: 0 or 1?",
        {"turns": moved(1, 0)},
    ),
    Hypothesis(
        "bytes", "when a string's length is counted in bytes of UTF-8",
        lambda code: Names(code, "len", "bytes_of"), "Count code points.",
        {"bytes_of": bytes_of},
    ),
]
