"""Sums of the reference's own terms, added as people and compilers add them.

    try_sums(case, tried)       {"found": "lanes-4", "sentence": "Exactly what …"} | None

In double precision, and in single precision with the terms computed so, too: what a float with
-ffast-math does.
"""

import ast
import math

from payoff_hypotheses import single
from payoff_rewrite import HIDDEN, call
from payoff_terms import Additions, Terms
from payoff_values import decode_task

LANES = (2, 4, 8, 16)
REORDERED = (
    "No port that adds in another order can have the same bits: add in Python's order, "
    "or say check = { tolerance = { sum = true } }."
)


class SingleAdditions(Additions):
    """Additions of a function that computes in single precision."""

    def replace(self, node):
        new = super().replace(node)
        if new is None and isinstance(node, (ast.BinOp, ast.Call, ast.Constant)):
            func = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.BinOp):
                node.left = call("single", node.left, node.left)
                node.right = call("single", node.right, node.right)
            if not func.startswith(HIDDEN):
                new = call("single", node, node)
        return new

    def visit_JoinedStr(self, node):
        return node


class SingleTerms(Terms):
    rewriter, helpers = SingleAdditions, {HIDDEN + "single": single}

    def plus(self, place, left, right):
        value = single(left + right)
        self.add(place, left, single(right), value)
        return value

    def minus(self, place, left, right):
        value = single(left - right)
        if type(value) is float:
            self.add(place, left, single(-right), value)
        return value


def added(items, cut):
    total = 0.0
    for one in items:
        total = cut(total + one)
    return total


def lanes(terms, count, cut):
    parts = [added(terms[at::count], cut) for at in range(count)]
    while len(parts) > 1:
        half = len(parts) // 2
        parts = [cut(parts[at] + parts[at + half]) for at in range(half)]
    return parts[0]


def pairs(terms, cut):
    if len(terms) <= 2:
        return added(terms, cut)
    middle = len(terms) // 2
    return cut(pairs(terms[:middle], cut) + pairs(terms[middle:], cut))


def orders(terms, cut):
    """Sums of the same terms that people and compilers make: key, words, value."""
    yield "reversed", "added from the last term to the first", added(reversed(terms), cut)
    yield "pairwise", "added in pairs", pairs(terms, cut)
    for count in LANES:
        words = "added in %d lanes, as vector instructions do" % count
        yield "lanes-%d" % count, words, lanes(terms, count, cut)
    yield "sorted", "added in ascending order", added(sorted(terms), cut)


def sums(case):
    """Key, sentence, advice and value of each sum, the likelier ones first."""
    terms, _ = Terms(case.func).found(decode_task(case.task))
    if terms is None:
        return
    plain = "Exactly what the reference's %d terms give %%s." % len(terms)
    for key, words, value in orders(terms, lambda one: one):
        yield key, plain % words, REORDERED, value
    yield "fsum", plain % "rounded once, as math.fsum gives it", REORDERED, math.fsum(terms)
    yield "float32-sum", plain % "added in single precision", "Use double.", (
        added(map(single, terms), single)
    )
    for number, name in ((0, "first"), (len(terms) - 1, "last")):
        if len(terms) > 1:
            sentence = "Exactly what is left when the %s term is lost." % name
            left = terms[:number] + terms[number + 1:]
            yield "lost", sentence, "Look at the loop's ends.", math.fsum(left)
    terms, _ = SingleTerms(case.func).found(decode_task(case.task))
    if terms is None:
        return
    narrow = "Exactly what the reference's %d terms give in single precision, %%s." % len(terms)
    for key, words, value in orders(terms, single):
        yield "float32-" + key, narrow % words, "Use double.", value


def try_sums(case, tried):
    if type(case.got) is not float:
        return None
    for key, sentence, advice, value in sums(case):
        tried.append(key)
        if value == case.got:
            return {"found": key, "sentence": sentence, "advice": advice}
    return None
