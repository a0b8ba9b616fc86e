"""A small validator of JSON Schema: the keywords that reports/run.schema.json uses, and no others.

validate(value, schema) gives a list of "where: what"; a keyword that it does not know is an error,
so that nothing is passed over in silence.
"""

import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
SAID = {"$schema", "$id", "$defs", "title", "description"}
MOST = 20  # what a reader looks at


def is_type(value, name):
    if name in ("number", "integer"):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return name == "number" or value == int(value)
    return isinstance(value, TYPES[name])


def same(one, other):
    return one == other and isinstance(one, bool) == isinstance(other, bool)


class Validator:
    def __init__(self, root):
        self.root, self.found = root, []

    def say(self, where, text):
        if len(self.found) < MOST:
            self.found.append("%s: %s" % (where or "(the run)", text))

    def check(self, value, schema, where=""):
        if "$ref" in schema:
            target = self.root
            for part in schema["$ref"].split("/")[1:]:
                target = target[part]
            self.check(value, target, where)
        for keyword, want in schema.items():
            if keyword not in SAID and keyword != "$ref":
                getattr(self, "on_" + keyword)(value, want, where, schema)

    def on_type(self, value, want, where, _):
        names = want if isinstance(want, list) else [want]
        if not any(is_type(value, name) for name in names):
            self.say(where, "%.60r is no %s" % (value, " or ".join(names)))

    def on_const(self, value, want, where, _):
        self.on_enum(value, [want], where, _)

    def on_enum(self, value, want, where, _):
        if not any(same(value, one) for one in want):
            self.say(where, "%.60r is none of %s" % (value, want))

    def on_minimum(self, value, want, where, _):
        if is_type(value, "number") and value < want:
            self.say(where, "%r is below %r" % (value, want))

    def on_maximum(self, value, want, where, _):
        if is_type(value, "number") and value > want:
            self.say(where, "%r is above %r" % (value, want))

    def on_minLength(self, value, want, where, _):
        if isinstance(value, str) and len(value) < want:
            self.say(where, "%r is too short" % value)

    def on_pattern(self, value, want, where, _):
        if isinstance(value, str) and not re.search(want, value):
            self.say(where, "%.60r does not look like %s" % (value, want))

    def on_required(self, value, want, where, _):
        for name in want if isinstance(value, dict) else []:
            if name not in value:
                self.say(where, "%s is missing" % name)

    def on_properties(self, value, want, where, _):
        for name in value if isinstance(value, dict) else []:
            if name in want:
                self.check(value[name], want[name], "%s/%s" % (where, name))

    def on_additionalProperties(self, value, want, where, schema):
        for name in value if isinstance(value, dict) else []:
            if name not in schema.get("properties", {}):
                self.check(value[name], want, "%s/%s" % (where, name))

    def on_items(self, value, want, where, _):
        for i, item in enumerate(value if isinstance(value, list) else []):
            self.check(item, want, "%s/%d" % (where, i))


def validate(value, schema):
    validator = Validator(schema)
    validator.check(value, schema)
    return validator.found
