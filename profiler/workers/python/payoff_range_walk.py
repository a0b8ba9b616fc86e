"""The range audit's way through a module: functions, loops, comprehensions, assignments.

    tree, helpers, sites = instrument(source, "reference.py")

tree is the rewritten module, helpers the source of functions that it needs in its namespace, sites
what is looked at. Only the bodies of functions are rewritten, all of them, because any may be
called; defaults, decorators, annotations and class bodies run once and stay as they are.
"""

import ast

from payoff_range_code import Expressions, Fill, Scope
from payoff_range_kinds import INT, MIXED, counts, name_kinds
from payoff_range_names import IN_PLACE, OPERATORS, Imports, changed_names, is_text, target_names


def is_name_plus(node):
    """Whether an assignment is of the form x = x + …, which CPython does in place for strings."""
    value = node.value
    return (
        len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and isinstance(value, ast.BinOp)
        and isinstance(value.op, ast.Add)
        and isinstance(value.left, ast.Name)
        and value.left.id == node.targets[0].id
    )


class Walk(Expressions):
    def body(self, statements):
        """Visit statements; what each becomes may be several."""
        out = []
        for statement in statements:
            new = self.visit(statement)
            out += new if isinstance(new, list) else [new]
        return out

    # --- functions and classes ---

    def visit_FunctionDef(self, node):
        outer, self.path = self.scope, self.path + [node.name]
        self.scope = Scope(".".join(self.path), True, name_kinds(node, self.imports))
        arguments = node.args
        named = getattr(arguments, "posonlyargs", []) + arguments.args + arguments.kwonlyargs
        checks = [
            self.watch_name(one.arg, one, "parameter")
            for one in named
            if one.arg not in ("self", "cls")
        ]
        body = self.body(node.body)
        bounds = ["_payoff_%s%d" % (letter, n) for n in self.scope.bounds for letter in "hl"]
        has_text = ast.get_docstring(node, clean=False) is not None
        start = body[:1] if has_text else []
        if bounds:
            start.append(ast.copy_location(ast.Global(bounds), body[0]))
        node.body = start + checks + body[len(start) - bool(bounds) :]
        self.scope, self.path = outer, self.path[:-1]
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        outer = self.scope
        own = {one.arg: MIXED for one in ast.walk(node.args) if isinstance(one, ast.arg)}
        kinds = dict(outer.kinds, **own) if outer else own
        self.scope = Scope(".".join(self.path + ["<lambda>"]), False, kinds)
        node.body = self.visit(node.body)
        self.scope = outer
        return node

    def visit_ClassDef(self, node):
        outer, self.scope = self.scope, None
        self.path = self.path + [node.name]
        node.body = self.body(node.body)
        self.scope, self.path = outer, self.path[:-1]
        return node

    # --- loops ---

    def loop(self, names, statements):
        self.scope.loops.append(names)
        out = self.body(statements)
        self.scope.loops.pop()
        return out

    def visit_For(self, node):
        if self.scope is None:
            return self.generic_visit(node)
        names, iterable = target_names(node.target), node.iter
        node.iter = self.visit(node.iter)
        checks = []
        if counts(iterable, self.imports) and isinstance(node.target, ast.Name):
            self.scope.loops.append(names)
            site = self.site(node.target, "loop")
            self.scope.loops.pop()
            name = "_payoff_r%d(_payoff_e)" % site.number
            node.iter = self.place(site, iterable, name, {"_payoff_e": node.iter})
        elif isinstance(node.target, ast.Name):
            checks = [self.watch_name(node.target.id, node.target, "loop")]
        elif isinstance(node.target, ast.Tuple):
            plain = [one for one in node.target.elts if isinstance(one, ast.Name)]
            checks = [self.watch_name(one.id, one, "loop") for one in plain]
        node.target = self.visit(node.target)
        node.body = checks + self.loop(names, node.body)
        node.orelse = self.body(node.orelse)
        return node

    visit_AsyncFor = visit_For

    def visit_While(self, node):
        if self.scope is None:
            return self.generic_visit(node)
        names = changed_names(node)
        self.scope.loops.append(names)
        node.test = self.visit(node.test)
        self.scope.loops.pop()
        node.body = self.loop(names, node.body)
        node.orelse = self.body(node.orelse)
        return node

    def comprehension(self, node):
        """The long form may stand in all parts but the iterables."""
        scope = self.scope
        if scope is None:
            return node
        inline, temporary, depth = scope.inline, scope.temporary, len(scope.loops)
        kinds = scope.kinds
        for generator in node.generators:
            scope.inline, iterable = False, generator.iter
            generator.iter = self.visit(iterable)
            # A name of its own, so that the function's does not become a cell.
            scope.inline, scope.temporary = inline, "_payoff_u"
            names = target_names(generator.target)
            scope.loops.append(names)
            kind = INT if counts(iterable, self.imports) and len(names) == 1 else MIXED
            scope.kinds = dict(scope.kinds, **{name: kind for name in names})
            generator.ifs = [self.visit(one) for one in generator.ifs]
        for field in ("elt", "key", "value"):
            if hasattr(node, field):
                setattr(node, field, self.visit(getattr(node, field)))
        scope.inline, scope.temporary, scope.kinds = inline, temporary, kinds
        del scope.loops[depth:]
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    # --- assignments ---

    def visit_Assign(self, node):
        if self.scope is None or not is_name_plus(node):
            return self.generic_visit(node)
        node.value.right = self.visit(node.value.right)
        name = node.targets[0].id
        return [node, self.watch_name(name, node.value, "operator")]

    def visit_AnnAssign(self, node):
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_AugAssign(self, node):
        op = OPERATORS.get(type(node.op))
        if self.scope is None or op is None or is_text(node.value):
            return self.generic_visit(node)
        if isinstance(node.target, ast.Name):
            return self.augment_name(node, op)
        return self.augment_item(node, op)

    def augmented(self, node, op):
        """The site of an augmented assignment, and its operand kept under a name."""
        site = self.site(node, "assignment")
        site.op = op
        value = node.value
        node.value = self.visit(value)
        if isinstance(value, ast.Constant) or self.is_double(value):
            return site, None
        kept = "_payoff_b%d" % site.number
        node.value = self.located(ast.NamedExpr(ast.Name(kept, ast.Store()), node.value), value)
        return site, kept

    def augment_name(self, node, op):
        """The assignment as it is, and a look at the name after it. The old value is kept where
        its sign matters, but never for +=, which extends a string in place only if it can."""
        name, value = node.target.id, node.value
        site, kept = self.augmented(node, op)
        out, old = [node], None
        if op in ("//", "%", "<<", ">>"):
            old = "_payoff_a%d" % site.number
            keep = ast.Assign([ast.Name(old, ast.Store())], ast.Name(name, ast.Load()))
            keep.lineno = node.lineno
            out.insert(0, self.located(keep, node))
        parts = self.parts(op, ast.Name(name, ast.Load()), value, old, kept)
        self.scope.bounds.append(site.number)
        tree = self.place(site, node, self.look(site, name, name, *parts), {})
        return out + [ast.copy_location(ast.Expr(tree), node)]

    def augment_item(self, node, op):
        """x[i] += e and x.a += e in their steps: the object, the index, old value, e, store."""
        target = node.target
        if isinstance(target, ast.Subscript) and any(
            isinstance(one, ast.Slice) for one in ast.walk(target.slice)
        ):
            return self.generic_visit(node)
        value, target_value = node.value, self.visit(target.value)
        index = None
        if isinstance(target, ast.Subscript):
            index = target.slice
            index = getattr(index, "value", index) if type(index).__name__ == "Index" else index
            index = self.visit(index)
        site, kept = self.augmented(node, op)
        number = site.number
        place = "_payoff_o%d._payoff_attribute" % number
        if index is not None:
            place = "_payoff_o%d[_payoff_i%d]" % (number, number)
        old = "_payoff_a%d" % number
        parts = self.parts(op, target, value, old, kept)
        done = "_payoff_%s((%s := %s), _payoff_e)" % (IN_PLACE[op], old, place)
        text = "_payoff_o%d = _payoff_object\n" % number
        if index is not None:
            text += "_payoff_i%d = _payoff_index\n" % number
        text += "%s = %s" % (place, self.look(site, done, self.scope.temporary, *parts))
        tree = ast.parse(text)
        for one in ast.walk(tree):
            if "lineno" in one._attributes:
                ast.copy_location(one, node)
            if isinstance(one, ast.Attribute) and one.attr == "_payoff_attribute":
                one.attr = target.attr
        holes = {"_payoff_object": target_value, "_payoff_index": index, "_payoff_e": node.value}
        self.scope.bounds.append(number)
        return Fill(holes).visit(tree).body

    def visit_Match(self, node):
        """Not the patterns: what looks like arithmetic there is none."""
        node.subject = self.visit(node.subject)
        for case in node.cases:
            case.guard = case.guard and self.visit(case.guard)
            case.body = self.body(case.body)
        return node


def instrument(source, filename):
    """The rewritten module, the source of its helpers, and the sites."""
    tree = ast.parse(source, filename)
    walk = Walk(source, Imports(tree))
    tree = ast.fix_missing_locations(walk.visit(tree))
    return tree, "".join(walk.helpers), walk.sites
