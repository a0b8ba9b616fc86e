"""The terms of the sum that a function returns, found by watching its additions.

    Terms(func).of((xs,), ["f", "3ff0…"])
    {"n": 1000, "fsum": ["f", …], "magnitude": ["f", …]}     or None: it returns no such sum

n, the correctly rounded sum and the sum of the absolute values bound what any order of additions
may return: |s - fsum| <= n * epsilon * magnitude (after Higham, Accuracy and Stability, 4.2). A
place that adds begins a new sum whenever its left side is not what it made before.
"""

import ast
import math
import operator
from array import array

from payoff_rewrite import Code, Rewriter, Unknown, call, constant, loaded

TERMS_MAX = 20000000


class Additions(Rewriter):
    """`a += b`, `a -= b`, `a = a + b` and sum(…) call helpers; self.count numbers the places."""

    count = 0

    def place(self, node):
        self.count += 1
        return constant(self.count, node)

    def augmented(self, node):
        read = loaded(node.target)
        if read is None or not isinstance(node.op, (ast.Add, ast.Sub)):
            return None
        helper = "plus" if isinstance(node.op, ast.Add) else "minus"
        value = call(helper, node, self.place(node), read, node.value)
        return ast.copy_location(ast.Assign([node.target], value), node)

    def visit_Assign(self, node):
        self.generic_visit(node)
        value = node.value
        if self.inside and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            if ast.dump(value.left) == ast.dump(loaded(node.targets[0]) or value):
                node.value = call("plus", value, self.place(node), value.left, value.right)
        return node

    def replace(self, node):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sum":
            if not node.keywords and not any(isinstance(one, ast.Starred) for one in node.args):
                return call("sum", node, self.place(node), *node.args)
        return None


class Terms:
    """A function with its additions watched."""

    rewriter, helpers = Additions, {}

    def __init__(self, func):
        self.sums = {}  # place -> [value, terms]
        self.func = None
        try:
            code = Code(func)
            helpers = {"_payoff_plus": self.plus, "_payoff_minus": self.minus}
            helpers.update(self.helpers, _payoff_sum=self.sum)
            self.func = code.run(self.rewriter(code), helpers)
        except (Unknown, KeyError, AttributeError):
            pass

    def add(self, place, left, term, value):
        if type(value) is not float or type(left) not in (int, float):
            return
        last = self.sums.get(place)
        if last is None or last[0] is not left:
            last = self.sums[place] = [None, array("d", [left] if left else [])]
        if len(last[1]) < TERMS_MAX:
            last[1].append(term)
        last[0] = value

    def plus(self, place, left, right):
        value = operator.iadd(left, right)
        self.add(place, left, right, value)
        return value

    def minus(self, place, left, right):
        value = operator.isub(left, right)
        if type(value) is float:
            self.add(place, left, -right, value)
        return value

    def sum(self, place, items, start=0):
        items = list(items)
        value = sum(items, start)
        if type(value) is float and len(items) < TERMS_MAX:
            self.sums[place] = [value, array("d", [start] * bool(start) + items)]
        return value

    def found(self, task):
        """The terms of what the function returns for a task, and that; None where not known."""
        if self.func is None:
            return None, None
        self.sums.clear()
        value = self.func(*task)
        if type(value) is not float or value - value != 0:
            return None, None
        for made, terms in self.sums.values():
            if made == value and len(terms) < TERMS_MAX:
                return terms, value
        return None, None

    def of(self, task, expected):
        from payoff_values import double_text

        terms, value = self.found(task)
        if terms is None or ["f", double_text(value)] != expected:
            return None
        return {
            "n": len(terms),
            "fsum": ["f", double_text(math.fsum(terms))],
            "magnitude": ["f", double_text(math.fsum(map(abs, terms)))],
        }
