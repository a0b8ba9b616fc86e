"""Two causes at once: a width, and with it C's division, or sums that are kept wider.

    for one in combinations(code):          payoff_hypotheses.Hypothesis, as there

Only what can matter for this source: a function without % and // has no C's remainder.
"""

import ast

from payoff_hypotheses import Hypothesis, Watch, Wrap, cut, quotient, remainder
from payoff_rewrite import call, loaded

HELPERS = {ast.FloorDiv: "quotient", ast.Mod: "remainder"}
SUMS = (ast.Add, ast.Sub)


def is_sum(node):
    """Whether an assignment is of the form total = total + …"""
    value = node.value
    if len(node.targets) != 1 or not isinstance(value, ast.BinOp):
        return False
    read = loaded(node.targets[0])
    return isinstance(value.op, SUMS) and read is not None and (
        ast.dump(read) == ast.dump(value.left)
    )


class Narrow(Wrap):
    """A Wrap that divides as C does (`divides`), or leaves sums as they are (`wide`)."""

    def __init__(self, code, bits, signed, divides, wide):
        super().__init__(code, bits, signed)
        self.divides, self.wide, self.uncut = divides, wide, set()

    def visit_Assign(self, node):
        if self.wide and is_sum(node):
            self.uncut.add(id(node.value))
        return self.generic_visit(node)

    def replace(self, node):
        if id(node) in self.uncut:
            return None
        helper = HELPERS.get(type(getattr(node, "op", None))) if self.divides else None
        if helper and isinstance(node, ast.BinOp):
            return self.cut(call(helper, node, node.left, node.right))
        return super().replace(node)

    def augmented(self, node):
        if self.wide and isinstance(node.op, SUMS):
            return None
        helper, read = HELPERS.get(type(node.op)), loaded(node.target)
        if not (self.divides and helper) or read is None:
            return super().augmented(node)
        value = self.cut(call(helper, node, read, node.value))
        return ast.copy_location(ast.Assign([node.target], value), node)


class WatchTerms(Watch):
    """A Watch that does not look at sums."""

    def __init__(self, code):
        super().__init__(code)
        self.sums = set()

    def visit_Assign(self, node):
        if is_sum(node):
            self.sums.add(id(node.value))
        return self.generic_visit(node)

    def visit_BinOp(self, node):
        return self.generic_visit(node) if id(node) in self.sums else super().visit_BinOp(node)

    def augmented(self, node):
        return None if isinstance(node.op, SUMS) else super().augmented(node)


def found_in(tree):
    """The helpers that its divisions need, and whether it has sums."""
    helpers, sums = set(), False
    for node in ast.walk(tree):
        if isinstance(node, (ast.BinOp, ast.AugAssign)):
            helpers.add(HELPERS.get(type(node.op)))
        sums = sums or isinstance(node, ast.Assign) and is_sum(node)
        sums = sums or isinstance(node, ast.AugAssign) and isinstance(node.op, SUMS)
    return helpers - {None}, sums


def names_of(code, helpers):
    """What to call C's division: by what the function itself does, or else its module."""
    for node in ast.walk(code.tree):
        if isinstance(node, ast.FunctionDef) and node.name == code.name.rpartition(".")[2]:
            helpers = found_in(node)[0] or helpers
    words = {"quotient": "division", "remainder": "remainder"}
    return " and ".join(words[one] for one in sorted(helpers))


def combinations(code):
    helpers, sums = found_in(code.tree)
    names = names_of(code, helpers)
    for bits, signed in ((32, True), (32, False), (64, True), (64, False)):
        for divides, wide in ((True, False), (False, True), (True, True)):
            if divides and not helpers or wide and (not sums or bits == 64):
                continue
            words = "in %s %d-bit arithmetic" % ("signed" if signed else "unsigned", bits)
            words += " with C's %s" % names if divides else ""
            words += ", summed in a wider type" if wide else ""
            key = "%sint%d" % ("" if signed else "u", bits)
            one = Hypothesis(
                key + "-divides" * divides + "-terms" * wide, words,
                lambda code, b=bits, s=signed, d=divides, w=wide: Narrow(code, b, s, d, w), "",
                {"cut": cut, "quotient": quotient, "remainder": remainder}, (bits, signed),
            )
            if wide:
                one.watch = WatchTerms
            if divides:
                one.also = ("remainder", "quotient")
            yield one
