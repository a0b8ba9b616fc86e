"""Rewrites the functions of a module so that each number they make is looked at.

Each arithmetic expression E becomes, with bounds of its own, one expression of the same value:

    (… if type(t := E) is int else … if type(t) is float else t)

whose usual way is two comparisons with the bounds reached so far, moved on the spot, and no call.
The bounds are names in the module's namespace, so recursion, generators and nested functions share
them. Where such an expression may not stand (lambdas, the iterables of comprehensions) a helper
function with the same body is called. Values, order of evaluation and exceptions stay as they are.
"""

import ast
import sys

from payoff_range_kinds import FLOAT, FLOATISH, INT, MIXED, kind_of
from payoff_range_log import Site
from payoff_range_names import (
    OPERATOR_NODES,
    OPERATORS,
    constant_of,
    find_names,
    has_calls,
    is_constant,
    is_text,
    text_of,
)


def class_of(text):
    """How the type of a value is asked for: the faster way; before 3.10 that is no call."""
    return text + ".__class__" if sys.version_info < (3, 10) else "_payoff_type(%s)" % text


# {t} is the value, {first} how it is first spoken of, {k} the site's number, {a} an operand; the
# letters are those of FRESH in payoff_range_log. Comparisons are not chained: two are faster.
INTEGER = (
    "(((_payoff_h{k} := {t}) if {t} <= _payoff_x{k} else _payoff_s{k}({t})) "
    "if _payoff_h{k} < {first} else {t} if _payoff_l{k} <= {t} "
    "else (_payoff_l{k} := {t}) if _payoff_y{k} <= {t} else _payoff_s{k}({t}))"
)
NORMAL = (
    "(_payoff_f{k} <= {first} and {t} <= 1.7976931348623157e308 or "
    "{t} <= _payoff_g{k} and -1.7976931348623157e308 <= {t} or {t} == _payoff_z{k})"
)
WHOLE = "(%s is not _payoff_int or _payoff_d{k} <= {a} and {a} <= _payoff_c{k})" % class_of("{a}")
SIGN = "(%s is not _payoff_{kind} or _payoff_n{k} <= {a})" % class_of("{a}")
COUNT = "(%s is not _payoff_int or {a} <= _payoff_k{k})" % class_of("{a}")
NEVER = "_payoff_n{k} != 0"  # until what matters was found
HELPER = """
def {name}({parameters}):
    global _payoff_h{k}, _payoff_l{k}
    return {text}
"""


class Scope:
    """Where the walk is: in which function and loops, and whether the long form may stand there."""

    def __init__(self, function, inline, kinds):
        self.function, self.inline = function, inline
        self.kinds = kinds  # what numbers its names can be
        self.temporary = "_payoff_t"
        self.loops = []  # the names that each enclosing loop changes
        self.bounds = []  # the sites whose bounds the code of this function assigns


class Fill(ast.NodeTransformer):
    """Puts nodes in place of the names of a template."""

    def __init__(self, holes):
        self.holes = holes

    def visit_Name(self, node):
        return self.holes.get(node.id, node)


class Expressions(ast.NodeTransformer):
    """The part of the walk that rewrites expressions; payoff_range_walk knows the statements."""

    def __init__(self, source, imports):
        self.lines = source.encode("utf-8").split(b"\n")
        self.imports = imports
        self.sites, self.helpers = [], []
        self.site_of = {}  # the site of the code that stands for an expression, by its identity
        self.scope, self.path = None, []

    # --- one expression ---

    def site(self, node, kind, text=None):
        loops = [name for loop in reversed(self.scope.loops) for name in loop]
        text = text or text_of(self.lines, node)
        function = self.scope.function
        site = Site(len(self.sites), node, text, function, kind, loops, find_names(node))
        self.sites.append(site)
        return site

    def kind(self, node):
        return kind_of(node, self.scope.kinds, self.imports)

    def look(self, site, value, temporary, kind=MIXED, whole=(), signs=None):
        """The text that looks at a value: the text of an expression, or a name.

        whole: operands that may be integers where the value is a float; signs: the operands of a
        division or shift, and the tests under which they are nothing special.
        """
        first = value if value == temporary else "(%s := %s)" % (temporary, value)
        fields = {"k": site.number, "t": temporary}
        tests = " and ".join([NORMAL] + [WHOLE.replace("{a}", one) for one in whole])
        slow = ", ".join([temporary] + list(whole))
        ways = {"int": INTEGER, "float": "({t} if %s else _payoff_w{k}(%s))" % (tests, slow)}
        if kind in (INT, FLOAT) and not signs:
            return ways["int" if kind == INT else "float"].format(first=first, **fields)
        for one, way in ways.items():
            if signs:
                left, right, tests = signs
                test = " and ".join(tests).replace("{kind}", one)
                slow = "_payoff_m{k}({t}, %s, %s)" % (left, right)
                ways[one] = "(%s if %s else %s)" % (way, test, slow)
            ways[one] = ways[one].format(first=temporary, **fields)
        order = ["float", "int"] if kind in (FLOAT, FLOATISH) else ["int", "float"]
        is_one, is_other = class_of(first), class_of(temporary)
        text = "(%s if %s is _payoff_%s else %s if %s is _payoff_%s else %s)"
        parts = ways[order[0]], is_one, order[0], ways[order[1]], is_other, order[1], temporary
        return text % parts

    def place(self, site, node, text, holes):
        """The code of a text, with nodes in its holes, at the place of node."""
        tree = ast.parse(text, mode="eval").body
        for one in ast.walk(tree):
            ast.copy_location(one, node)
        tree = Fill(holes).visit(tree)
        self.site_of[id(tree)] = site
        return tree

    def watch(self, node, original, role):
        """A node and a look at its value; the original is what stands in the source."""
        if self.scope is None:
            return node
        site, kind = self.site(original, role), self.kind(original)
        if self.scope.inline:
            self.scope.bounds.append(site.number)
            text = self.look(site, "_payoff_e", self.scope.temporary, kind)
            return self.place(site, original, text, {"_payoff_e": node})
        name = "_payoff_v%d" % site.number
        text = self.look(site, "_payoff_t", "_payoff_t", kind)
        self.help(site, name, "_payoff_t", text)
        return self.place(site, original, name + "(_payoff_e)", {"_payoff_e": node})

    def help(self, site, name, parameters, text):
        fields = {"name": name, "parameters": parameters, "k": site.number, "text": text}
        self.helpers.append(HELPER.format(**fields))

    def watch_name(self, name, node, role):
        """A statement that looks at what a name has just got."""
        site, kind = self.site(node, role, text=name), self.scope.kinds.get(name, MIXED)
        self.scope.bounds.append(site.number)
        tree = self.place(site, node, self.look(site, name, name, kind), {})
        return ast.copy_location(ast.Expr(tree), node)

    # --- operators ---

    def visit_BinOp(self, node):
        if self.scope is None or is_constant(node) or type(node.op) not in OPERATORS:
            return self.generic_visit(node)
        op = OPERATORS[type(node.op)]
        if op in "+*%" and (is_text(node.left) or (is_text(node.right) and op != "%")):
            return self.generic_visit(node)
        original = ast.copy_location(ast.BinOp(node.left, node.op, node.right), node)
        site = self.site(original, "operator")
        site.op = op
        left, right = node.left, node.right
        node.left, node.right = self.visit(left), self.visit(right)
        if not self.scope.inline:
            operands = "_payoff_p", "_payoff_q"
            parts = self.parts(op, left, right, *operands)
            text = self.look(site, "_payoff_p %s _payoff_q" % op, "_payoff_t", *parts)
            self.help(site, "_payoff_b%d" % site.number, ", ".join(operands), text)
            text = "_payoff_b%d(_payoff_p, _payoff_q)" % site.number
            holes = {"_payoff_p": node.left, "_payoff_q": node.right}
            return self.place(site, original, text, holes)
        names = []
        needs = op not in "&|^"
        for side, part, later in (("a", left, has_calls(right)), ("b", right, False)):
            if isinstance(part, ast.Name) and not later:
                names.append(part.id)
            elif constant_of(part) is not None or not needs or self.is_double(part):
                names.append(None)
            else:
                names.append("_payoff_%s%d" % (side, site.number))
                field = "left" if side == "a" else "right"
                kept = ast.NamedExpr(ast.Name(names[-1], ast.Store()), getattr(node, field))
                setattr(node, field, self.located(kept, part))
        parts = self.parts(op, left, right, *names)
        self.scope.bounds.append(site.number)
        text = self.look(site, "_payoff_e", self.scope.temporary, *parts)
        return self.place(site, original, text, {"_payoff_e": node})

    def located(self, node, like):
        ast.copy_location(node, like)
        return ast.fix_missing_locations(node)

    def is_double(self, node):
        return self.kind(node) in (FLOAT, FLOATISH)

    def parts(self, op, left, right, left_name, right_name):
        """What look() wants to know of an operation: kind, whole, signs."""
        node = ast.BinOp(left, OPERATOR_NODES[op], right)
        known = constant_of(left), constant_of(right)
        variable = [
            (name, one)
            for name, one, value in zip((left_name, right_name), (left, right), known)
            if name and value is None
        ]
        signs = []
        if op in ("//", "%"):
            signs = [SIGN.replace("{a}", name) for name, _ in variable]
            if any(value is not None and value < 0 for value in known):
                signs.append(NEVER)
        elif op in ("<<", ">>"):
            signs = [SIGN.replace("{a}", name) for name, one in variable if one is left]
            if known[1] is None and right_name:
                signs.append(COUNT.replace("{a}", right_name))
            elif known[1] is not None and known[1] > 31:
                signs.append("%r <= _payoff_k{k}" % known[1])
        shown = [
            name if value is None else repr(value)
            for name, value in zip((left_name, right_name), known)
        ]
        if None in shown:
            signs = []
        whole = [name for name, one in variable if op not in "&|^" and not self.is_double(one)]
        if self.kind(node) == INT:
            whole = []
        return self.kind(node), whole, (shown[0], shown[1], signs) if signs else None

    # --- other numbers ---

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) or is_constant(node):
            return node
        return self.watch(node, node, "operator")

    def visit_Call(self, node):
        converts, number = self.imports.converts(node), self.imports.makes_number(node)
        arguments = node.args[:]
        self.generic_visit(node)
        if self.scope is None:
            return node
        if converts:
            for index, was in enumerate(arguments):
                if constant_of(was) is None and not isinstance(was, ast.Starred):
                    if id(node.args[index]) not in self.site_of:
                        node.args[index] = self.watch(node.args[index], was, "argument")
                    self.site_of[id(node.args[index])].converts = True
        return self.watch(node, node, "call") if number else node
