"""The same question answered in the plainest way: each operator's value goes through a call."""

import ast


class Wrap(ast.NodeTransformer):
    def visit_BinOp(self, node):
        self.generic_visit(node)
        if all(isinstance(one, ast.Constant) for one in (node.left, node.right)):
            return node
        place = [node.lineno, node.col_offset, node.end_lineno, node.end_col_offset]
        key = ast.Constant(value=tuple(place), kind=None)
        call = ast.Call(ast.Name("_oracle", ast.Load()), [key, node], [])
        return ast.fix_missing_locations(ast.copy_location(call, node))

    def visit_FunctionDef(self, node):
        node.body = [self.visit(one) for one in node.body]
        return node

    def visit_ClassDef(self, node):
        methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
        node.body = [self.visit(one) if one in methods else one for one in node.body]
        return node


class Seen(dict):
    """(line, column, end line, end column) -> smallest, largest, first beyond each limit."""

    LIMITS = {"int32": 31, "double": 53, "int64": 63, "int128": 127}

    def __call__(self, key, value):
        if type(value) is int:
            low, high, first = self.get(key, (value, value, {}))
            for name, bits in self.LIMITS.items():
                top = (1 << bits) - (name != "double")
                if value > top or value < -(1 << bits):
                    first.setdefault(name, value)
            self[key] = min(low, value), max(high, value), first
        return value


def load(source, filename):
    """The namespace of a module, and what its operators will have given."""
    space, seen = {"__name__": "corpus_oracle"}, Seen()
    space["_oracle"] = seen
    exec(compile(Wrap().visit(ast.parse(source)), filename, "exec"), space)
    seen.clear()
    return space, seen
