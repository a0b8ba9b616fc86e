"""At which turn of its loop a port parts from the reference, where two calls can tell.

    first_turn(case, agrees, differs)     sentence | None

`agrees` and `differs` are tasks: for the first, both give the same; for the second, they do not. If
a loop of the reference goes the same way for both, and takes one turn more for the second, then it
is in that turn that they part.
"""

import ast

from payoff_rewrite import HIDDEN, Rewriter, call, constant


class Turns(Rewriter):
    """The outermost loops of functions tell a helper of each turn; self.places: line, target."""

    def __init__(self, code):
        super().__init__(code)
        self.places, self.depth = [], 0

    def visit_FunctionDef(self, node):
        outer, self.depth = self.depth, 0
        node = self.scope(node)
        self.depth = outer
        return node

    def place(self, node, target):
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        names = [getattr(one, "id", None) for one in names]
        self.places.append((node.lineno, [] if None in names else names))
        return constant(len(self.places) - 1, node)

    def visit_For(self, node):
        if self.inside and not self.depth:
            node.iter = call("turns", node.iter, self.place(node, node.target), node.iter)
        return self.loop(node)

    def visit_While(self, node):
        if self.inside and not self.depth:
            told = ast.Expr(call("turn", node, self.place(node, None), constant(None, node)))
            node.body.insert(0, ast.copy_location(told, node))
        return self.loop(node)

    def loop(self, node):
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1
        return node

    def comprehension(self, node):
        first = node.generators[0]
        if self.inside and not self.depth and not first.is_async:
            place = self.place(node, first.target)
            first.iter = call("turns", first.iter, place, first.iter)
        return self.loop(node)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension


class Trace:
    """How often each loop turned, and what it turned over."""

    def __init__(self, known=None):
        self.known = known  # the trace of the shorter call
        self.count, self.chain, self.last, self.same = {}, {}, {}, {}

    def turn(self, place, value):
        count = self.count[place] = self.count.get(place, 0) + 1
        self.last[place] = value
        if type(value) in (int, float, str):
            self.chain[place] = hash((self.chain.get(place), value))
        if self.known and self.known.count.get(place) == count:
            self.same[place] = self.known.chain.get(place) == self.chain.get(place)

    def turns(self, place, items):
        for one in items:
            self.turn(place, one)
            yield one


def trace(case, rewriter, task, known=None):
    found = Trace(known)
    helpers = {HIDDEN + "turn": found.turn, HIDDEN + "turns": found.turns}
    case.run(case.code.run(rewriter, helpers), task)
    return found


def shown(value):
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "…"


def has_loops(case):
    """Whether the function itself has any."""
    name = case.code.name.rpartition(".")[2]
    for node in ast.walk(case.code.tree):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            kinds = ast.For, ast.While, ast.comprehension
            return any(isinstance(one, kinds) for one in ast.walk(node))
    return False


def first_turn(case, agrees, differs):
    before = trace(case, Turns(case.code), agrees)
    rewriter = Turns(case.code)
    after = trace(case, rewriter, differs, before)
    places = [place for place, count in after.count.items()
              if count == before.count.get(place, 0) + 1
              and (count == 1 or after.same.get(place))]
    if len(places) != 1:
        return None
    line, names = rewriter.places[places[0]]
    count, value = after.count[places[0]], after.last[places[0]]
    values = [value] if len(names) == 1 else value
    at = ""
    if isinstance(values, (list, tuple)) and len(values) == len(names):
        at = "".join(", %s = %s" % (name, shown(one)) for name, one in zip(names, values))
    return "They part at turn %d of the loop in line %d%s" % (count, line, at)
