"""What the source alone tells the range audit: names, constants, calls that make numbers.

    imports = Imports(tree)
    imports.converts(call)     whether a call like math.sqrt(x) makes doubles of its arguments
"""

import ast

OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
OPERATOR_NODES = {text: kind() for kind, text in OPERATORS.items()}
IN_PLACE = {
    "+": "iadd",
    "-": "isub",
    "*": "imul",
    "/": "itruediv",
    "//": "ifloordiv",
    "%": "imod",
    "**": "ipow",
    "<<": "ilshift",
    ">>": "irshift",
    "&": "iand",
    "|": "ior",
    "^": "ixor",
}
BUILTIN_NUMBERS = {"abs", "float", "hash", "int", "len", "max", "min", "ord", "pow", "round", "sum"}
# Functions of math that take integers as they are.
MATH_INTEGERS = {"ceil", "comb", "factorial", "floor", "fsum", "gcd", "isqrt", "lcm", "perm"}
MATH_INTEGERS |= {"prod", "trunc", "dist", "sumprod"}


class Imports:
    """Which names of a module mean the math module, its functions, and builtins."""

    def __init__(self, tree):
        self.modules, self.functions = set(), {}
        assigned, imported = set(), set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for one in node.names:
                    imported.add(one.asname or one.name)
                    if one.name == "math":
                        self.modules.add(one.asname or "math")
            elif isinstance(node, ast.ImportFrom):
                for one in node.names:
                    imported.add(one.asname or one.name)
                    if node.module == "math" and one.name != "*":
                        self.functions[one.asname or one.name] = one.name
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                assigned.add(node.name)
            elif isinstance(node, ast.arg):
                assigned.add(node.arg)
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                assigned.add(node.id)
        self.assigned, self.imported = assigned, imported

    def of_math(self, call):
        """The name of the function of math that a call calls, or None."""
        func = call.func
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
            return func.attr if func.value.id in self.modules - self.assigned else None
        if isinstance(func, ast.Name) and func.id not in self.assigned:
            return self.functions.get(func.id)
        return None

    def is_builtin(self, call, names):
        """Whether a call is of one of these builtins: not if anything else may have the name."""
        func = call.func
        if not isinstance(func, ast.Name) or func.id not in names:
            return False
        return not {func.id, "*"} & (self.assigned | self.imported)

    def converts(self, call):
        name = self.of_math(call)
        return self.is_builtin(call, {"float"}) or (name is not None and name not in MATH_INTEGERS)

    def makes_number(self, call):
        return self.is_builtin(call, BUILTIN_NUMBERS) or self.of_math(call) is not None


def is_constant(node):
    """Whether an expression has no names and no calls: the compiler folds it, so leave it."""
    if isinstance(node, ast.BinOp):
        return is_constant(node.left) and is_constant(node.right)
    if isinstance(node, ast.UnaryOp):
        return is_constant(node.operand)
    return isinstance(node, ast.Constant)


def constant_of(node):
    """The number that a literal like 5 or -1.5 is, or None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = constant_of(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    return None


def is_text(node):
    """Whether an expression is a display of something that is no number."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (str, bytes))
    kinds = (ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.SetComp)
    return isinstance(node, kinds + (ast.DictComp, ast.GeneratorExp))


def has_calls(node):
    """Whether evaluating an expression may run other code that changes a name meanwhile."""
    kinds = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
    return any(isinstance(one, kinds) for one in ast.walk(node))


def find_names(node):
    """The names that an expression reads, in the order of the source, each once."""
    found = [
        (one.lineno, one.col_offset, one.id)
        for one in ast.walk(node)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
    ]
    return list(dict.fromkeys(name for _, _, name in sorted(found)))


def target_names(target):
    return [one.id for one in ast.walk(target) if isinstance(one, ast.Name)]


def changed_names(loop):
    """The names in the test of a while loop that its body changes."""
    changed = set()
    for statement in loop.body:
        for one in ast.walk(statement):
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                changed.add(one.id)
    return [name for name in find_names(loop.test) if name in changed]


def text_of(lines, node):
    """The source of an expression on one line; lines are bytes, as columns count bytes."""
    picked = lines[node.lineno - 1 : node.end_lineno]
    picked[-1] = picked[-1][: node.end_col_offset]
    picked[0] = picked[0][node.col_offset :]
    return " ".join(b" ".join(picked).decode("utf-8", "replace").split())
