"""Values to and from the typed, lossless text of the protocol ("Values" in PROTOCOL.md).

    encode((1, 0.5))                       '["t",["i","1"],["f","3fe0000000000000"]]'
    decode(["t", ["i", "1"], ["b", true]])  (1, True)

Both raise Failure of kind "argument" for what cannot cross.
"""

import sys

from payoff_fault import Failure, clean, type_name
from payoff_json import dumps
from payoff_library import Late

array, binascii, struct = Late("array"), Late("binascii"), Late("_struct", "struct")
MESSAGE_MAX = 64 << 20
DEPTH_MAX = 400
DIGITS = "0123456789"
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class Encoded(str):
    """Text that is JSON already."""


def relaxed(function, *args):
    """Call function without CPython's limit on decimal digits, with room for DEPTH_MAX levels."""
    depth = sys.getrecursionlimit()
    digits = sys.get_int_max_str_digits() if hasattr(sys, "get_int_max_str_digits") else None
    sys.setrecursionlimit(max(depth, 10 * DEPTH_MAX))
    if digits is not None:
        sys.set_int_max_str_digits(0)
    try:
        return function(*args)
    except RecursionError:
        raise Failure("argument", "too deeply nested") from None
    finally:
        sys.setrecursionlimit(depth)
        if digits is not None:
            sys.set_int_max_str_digits(digits)


# --- out ----------------------------------------------------------------------------------------


def to_base64(data):
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def double_text(value):
    return struct.pack(">d", value).hex()


def string_text(value):
    try:
        value.encode("utf-8")
        return '["s",%s]' % dumps(value)
    except UnicodeEncodeError:
        return '["u","%s"]' % value.encode("utf-8", "surrogatepass").hex()


LEAVES = {  # exact types: a bool is no int here, and a subclass is "anything else"
    type(None): lambda v: '["n"]',
    bool: lambda v: '["b",true]' if v else '["b",false]',
    int: lambda v: '["i","%d"]' % v,
    float: lambda v: '["f","%s"]' % double_text(v),
    complex: lambda v: '["c","%s","%s"]' % (double_text(v.real), double_text(v.imag)),
    str: string_text,
    bytes: lambda v: '["y","%s"]' % to_base64(v),
    bytearray: lambda v: '["Y","%s"]' % to_base64(v),
}
TAGS = {tuple: "t", list: "l", dict: "d", set: "S", frozenset: "F"}
ARRAY_CODES = tuple("bBhHiIlLqQfd")


def is_array(kind):
    """Whether a type is array.array, without importing that: it brings much along."""
    return kind.__module__ == "array" and kind.__name__ == "array"


def other_text(value):
    """A flat buffer of numbers as "a"; anything else as the name of its type and its repr."""
    kind, digest = type(value), ""
    try:
        if any(base in (bytes, bytearray) or is_array(base) for base in kind.__mro__[1:]):
            raise TypeError("a subclass")
        view = memoryview(value)
        code = view.format.lstrip("@=<")
        size = struct.calcsize(code) if code in ARRAY_CODES else None
        if view.ndim == 1 and view.itemsize == size:
            return '["a","%s","%s"]' % (code, to_base64(view.tobytes()))
        # Some reprs leave out what lies in the middle: that must not make two values equal.
        import hashlib

        digest = " shape %s sha256 %s" % (view.shape, hashlib.sha256(view.tobytes()).hexdigest())
    except Exception:
        pass  # no buffer, or one of another make
    try:
        shown = repr(value)
    except BaseException as error:
        shown = "(repr raises %s)" % type(error).__name__
    names = clean(type_name(kind)), clean(shown) + digest
    return '["o",%s,%s]' % tuple(map(dumps, names))


class Encoder:
    """Values to text, up to the size of a message: what is shared within a value is repeated."""

    def __init__(self):
        self.room = MESSAGE_MAX - 4096

    def text(self, value, depth=0):
        kind = type(value)
        tag = TAGS.get(kind)
        if tag is None:
            out = LEAVES.get(kind, other_text)(value)
            self.room -= len(out)
        elif depth == DEPTH_MAX:
            raise Failure("argument", "nested deeper than %d levels, or holds itself" % DEPTH_MAX)
        else:
            if tag == "d":
                parts = [
                    "[%s,%s]" % (self.text(key, depth + 1), self.text(item, depth + 1))
                    for key, item in value.items()
                ]
            else:
                parts = [self.text(item, depth + 1) for item in value]
            if tag in "SF":
                parts.sort()
            out = "[%s]" % ",".join(['"%s"' % tag] + parts)
            self.room -= 5 + 4 * len(parts)
        if self.room < 0:
            raise Failure("argument", "more than the %d MiB of a message" % (MESSAGE_MAX >> 20))
        return out


def encode(value):
    return Encoded(relaxed(Encoder().text, value))


def encode_all(values):
    """A JSON list of values, within the size of one message together."""
    encoder = Encoder()
    return Encoded("[%s]" % ",".join([relaxed(encoder.text, value) for value in values]))


# --- in -----------------------------------------------------------------------------------------


def integer(text):
    digits = text[text.startswith("-") :]
    if not digits or digits.strip(DIGITS) or (digits[0] == "0" and text != "0"):
        raise ValueError("no integer")
    return int(text)


def from_hex(text):
    if text.strip(DIGITS + "abcdef"):
        raise ValueError("no hexadecimal digits")
    return bytes.fromhex(text)


def double(text):
    if len(text) != 16:
        raise ValueError("no double")
    return struct.unpack(">d", from_hex(text))[0]


def exactly(kind):
    """A function that gives back values of that type alone."""

    def check(value):
        if type(value) is not kind:
            raise ValueError("no " + kind.__name__)
        return value

    return check


def from_base64(text):
    data = text.encode("ascii")
    bare = data.rstrip(b"=")
    if len(data) % 4 or len(data) - len(bare) > 2 or bare.strip(BASE64):
        raise ValueError("no base64")
    return binascii.a2b_base64(data)


def numbers(code, text):
    if code not in ARRAY_CODES:
        raise ValueError("no element type")
    return array.array(code, from_base64(text))


READERS = {  # how the parts of a leaf make its value
    "n": lambda: None,
    "b": exactly(bool),
    "i": integer,
    "f": double,
    "c": lambda real, imag: complex(double(real), double(imag)),
    "s": exactly(str),
    "u": lambda text: from_hex(text).decode("utf-8", "surrogatepass"),
    "y": from_base64,
    "Y": lambda text: bytearray(from_base64(text)),
    "a": numbers,
}
BUILDERS = {tag: kind for kind, tag in TAGS.items()}


def value_of(item, depth=0):
    try:
        tag, parts = exactly(list)(item)[0], item[1:]
        if tag in READERS:
            return READERS[tag](*parts)
        if tag in BUILDERS and depth < DEPTH_MAX:
            if tag == "d":
                return {value_of(key, depth + 1): value_of(one, depth + 1) for key, one in parts}
            return BUILDERS[tag]([value_of(one, depth + 1) for one in parts])
    except (AttributeError, TypeError, ValueError, LookupError):
        pass  # unhashable, malformed, out of range
    raise Failure("argument", "no value for Python: " + dumps(item)[:200])


def decode(item):
    return relaxed(value_of, item)


# --- tasks --------------------------------------------------------------------------------------


DERIVED = dict.fromkeys((int, float, str, bytes, list, tuple, dict, set))


def derived(kind):
    """A class of its own below `kind`: what is left of exact type checks when they meet it."""
    if DERIVED[kind] is None:
        DERIVED[kind] = type("Derived" + kind.__name__.capitalize(), (kind,), {})
    return DERIVED[kind]


def argument_of(item, args):
    if isinstance(item, list) and len(item) == 2:
        if item[0] == "r" and type(item[1]) is int and 0 <= item[1] < len(args):
            return args[item[1]]
        if item[0] == "x":
            value = value_of(item[1])
            if type(value) in DERIVED:
                return derived(type(value))(value)
    return value_of(item)


def task_of(item):
    if not isinstance(item, list) or item[:1] != ["t"]:
        raise Failure("argument", "is no tuple")
    args = []
    for part in item[1:]:
        args.append(argument_of(part, args))
    return tuple(args)


def decode_task(item):
    """The arguments of a task: values, and two encodings that only arguments have."""
    return relaxed(task_of, item)
