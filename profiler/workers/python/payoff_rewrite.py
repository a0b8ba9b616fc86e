"""A Python module run again with its functions rewritten: what would it return if …?

    code = Code(func)                     the module of func, its source and its tree
    other = code.run(Rewriter(code), {"_payoff_add": add})      func, rewritten

Only what lies inside functions is rewritten. The module runs in a name space of its own.
"""

import ast
import copy
import sys
import tokenize

HIDDEN = "_payoff_"


class Unknown(Exception):
    """There is no Python source of this function to rewrite."""


class Code:
    """Where a function lives."""

    def __init__(self, func):
        while hasattr(func, "__wrapped__"):
            func = func.__wrapped__
        func = getattr(func, "__func__", func)
        if not hasattr(func, "__code__"):
            raise Unknown("it is not written in Python")
        self.module = sys.modules.get(func.__module__)
        self.path, self.name = func.__code__.co_filename, func.__qualname__
        try:
            with tokenize.open(self.path) as file:
                self.source = file.read()
            self.tree = ast.parse(self.source, self.path)
        except (OSError, SyntaxError, ValueError) as error:
            raise Unknown("its source cannot be read: %s" % error) from None
        if "<locals>" in self.name:
            raise Unknown("it is made by another function")

    def text(self, node):
        return " ".join((ast.get_source_segment(self.source, node) or "?").split())

    def run(self, rewriter, helpers):
        tree = ast.fix_missing_locations(rewriter.visit(copy.deepcopy(self.tree)))
        space = dict(helpers, __name__=self.module.__name__, __file__=self.path)
        space["__package__"] = self.module.__package__
        space["__builtins__"] = __builtins__
        exec(compile(tree, self.path, "exec"), space)
        parts = self.name.split(".")
        thing = space[parts[0]]
        for part in parts[1:]:
            thing = getattr(thing, part)
        while hasattr(thing, "__wrapped__"):
            thing = thing.__wrapped__
        return thing


class Rewriter(ast.NodeTransformer):
    """Visits functions; a subclass's `replace(node)` says what stands in for an expression."""

    def __init__(self, code):
        self.code = code
        self.inside = 0  # functions around here
        self.narrow = 0  # comprehensions around here: no assignment expressions in some of it

    def scope(self, node):
        self.inside += 1
        self.generic_visit(node)
        self.inside -= 1
        return self.function(node)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = scope

    def function(self, node):
        return node

    def comprehension(self, node):
        self.narrow += 1
        self.generic_visit(node)
        self.narrow -= 1
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    def visit(self, node):
        new = super().visit(node)
        if self.inside and isinstance(node, ast.expr) and isinstance(new, ast.expr):
            new = self.replace(new) or new
        elif self.inside and isinstance(node, ast.AugAssign):
            new = self.augmented(new) or new
        return new

    def replace(self, node):
        return None

    def augmented(self, node):
        return None


def name(text, like, store=False):
    return ast.copy_location(ast.Name(text, ast.Store() if store else ast.Load()), like)


def constant(value, like):
    return ast.copy_location(ast.Constant(value, kind=None), like)


def call(helper, like, *args):
    return ast.copy_location(ast.Call(name(HIDDEN + helper, like), list(args), []), like)


def loaded(target):
    """The target of an assignment as an expression that reads it; None where that might act."""
    if any(isinstance(one, (ast.Call, ast.NamedExpr, ast.Await)) for one in ast.walk(target)):
        return None
    target = copy.deepcopy(target)
    for one in ast.walk(target):
        if isinstance(getattr(one, "ctx", None), (ast.Store, ast.Del)):
            one.ctx = ast.Load()
    return target
