"""What numbers the names of a function can be, from its source alone, to look at them with less.

    kinds = name_kinds(function, imports)
    kind_of(node, kinds, imports)      INT, FLOAT, FLOATISH, MIXED or None

INT and FLOAT are certain: such a value needs no test of its type. FLOATISH is a float unless a
class of the user's, or a complex number, has come in between. MIXED is anything; None is not known
yet.
"""

import ast

from payoff_range_names import target_names

INT, FLOAT, FLOATISH, MIXED = "int", "float", "floatish", "mixed"
INTEGER_CALLS = {"len", "ord", "hash"}
# Functions of math that give no float.
NO_FLOATS = {"frexp", "modf", "isnan", "isinf", "isfinite", "isclose"}


def join(one, other):
    """The kind of what may be one or the other."""
    if one is None or other is None or one == other:
        return other if one is None else one
    return FLOATISH if {one, other} == {FLOAT, FLOATISH} else MIXED


def kind_of_operator(node, left, right):
    op = type(node.op)
    if left is None or right is None:
        return None
    if left == right == INT:
        if op is ast.Div:
            return FLOAT
        if op is ast.Pow:
            exponent = getattr(node.right, "value", -1)
            return INT if isinstance(exponent, int) and exponent >= 0 else MIXED
        return MIXED if op is ast.MatMult else INT
    if op in (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod):
        if {left, right} <= {INT, FLOAT}:
            return FLOAT
        return FLOATISH if {left, right} & {FLOAT, FLOATISH} else MIXED
    return FLOATISH if op is ast.Pow and {left, right} & {FLOAT, FLOATISH} else MIXED


def kind_of_call(node, kinds, imports):
    name = imports.of_math(node)
    if name is not None:
        return FLOAT if imports.converts(node) and name not in NO_FLOATS else MIXED
    if imports.is_builtin(node, {"float"}):
        return FLOAT
    if imports.is_builtin(node, INTEGER_CALLS):
        return INT
    if imports.is_builtin(node, {"abs", "max", "min"}) and not node.keywords:
        found = {kind_of(one, kinds, imports) for one in node.args}
        if found <= {INT} and (len(node.args) > 1 or node.func.id == "abs"):
            return INT
    return MIXED


def kind_of(node, kinds, imports):
    if isinstance(node, ast.Constant):
        return {int: INT, float: FLOAT}.get(type(node.value), MIXED)
    if isinstance(node, ast.Name):
        return kinds.get(node.id, MIXED)
    if isinstance(node, ast.BinOp):
        left, right = [kind_of(one, kinds, imports) for one in (node.left, node.right)]
        return kind_of_operator(node, left, right)
    if isinstance(node, ast.UnaryOp):
        if isinstance(node.op, (ast.UAdd, ast.USub)):
            return kind_of(node.operand, kinds, imports)
        kind = kind_of(node.operand, kinds, imports)
        return kind if isinstance(node.op, ast.Invert) and kind in (INT, None) else MIXED
    if isinstance(node, ast.IfExp):
        return join(kind_of(node.body, kinds, imports), kind_of(node.orelse, kinds, imports))
    if isinstance(node, ast.NamedExpr):
        return kind_of(node.value, kinds, imports)
    if isinstance(node, ast.Call):
        return kind_of_call(node, kinds, imports)
    return MIXED


def counts(iterable, imports):
    """Whether iterating gives integers for certain."""
    return isinstance(iterable, ast.Call) and imports.is_builtin(iterable, {"range"})


class Assignments(ast.NodeVisitor):
    """(name, expression or kind) for all that gives a name of one function its value."""

    def __init__(self, imports):
        self.imports, self.found, self.depth = imports, [], 0

    def give(self, target, value):
        if isinstance(target, ast.Name):
            self.found.append((target.id, value))
        elif (
            isinstance(target, (ast.Tuple, ast.List))
            and isinstance(value, (ast.Tuple, ast.List))
            and len(target.elts) == len(value.elts)
            and not any(isinstance(one, ast.Starred) for one in target.elts + value.elts)
        ):
            for one, other in zip(target.elts, value.elts):
                self.give(one, other)
        else:
            self.found += [(name, MIXED) for name in target_names(target)]

    def visit_Assign(self, node):
        self.generic_visit(node)
        for target in node.targets:
            self.give(target, node.value)

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        if node.value is not None:
            self.give(node.target, node.value)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if isinstance(node.target, ast.Name):
            name = ast.Name(node.target.id, ast.Load())
            self.give(node.target, ast.BinOp(name, node.op, node.value))

    def visit_NamedExpr(self, node):
        self.generic_visit(node)
        # In a comprehension the names in it may be others than outside.
        self.give(node.target, MIXED if self.depth else node.value)

    def visit_For(self, node):
        self.generic_visit(node)
        self.give(node.target, INT if counts(node.iter, self.imports) else MIXED)

    def comprehension(self, node):
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    def inner(self, node):
        """Another function's names are its own, but for those it declares as not."""
        self.found.append((node.name, MIXED))
        for one in ast.walk(node):
            if isinstance(one, ast.Nonlocal):
                self.found += [(name, MIXED) for name in one.names]

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = inner

    def visit_Lambda(self, node):
        pass

    def generic_visit(self, node):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            self.found += [(name, MIXED) for name in node.names]
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self.give(node.optional_vars, MIXED)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self.give(target, MIXED)
        elif isinstance(node, ast.AsyncFor):
            self.give(node.target, MIXED)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self.found += [((one.asname or one.name).split(".")[0], MIXED) for one in node.names]
        elif isinstance(node, ast.ExceptHandler) or type(node).__name__ in ("MatchAs", "MatchStar"):
            self.found.append((node.name, MIXED))
        elif type(node).__name__ == "MatchMapping":
            self.found.append((node.rest, MIXED))
        super().generic_visit(node)


def name_kinds(function, imports):
    """The kinds of a function's names: the least that all its assignments agree on."""
    walk = Assignments(imports)
    for statement in function.body:
        walk.visit(statement)
    arguments = function.args
    kinds = {name: None for name, _ in walk.found}
    for one in ast.walk(arguments):
        if isinstance(one, ast.arg):
            walk.found.append((one.arg, MIXED))
    changed = True
    while changed:
        changed = False
        for name, value in walk.found:
            kind = value if isinstance(value, str) else kind_of(value, kinds, imports)
            joined = join(kinds.get(name), kind)
            if joined != kinds.get(name):
                kinds[name], changed = joined, True
    return {name: kind or MIXED for name, kind in kinds.items()}
