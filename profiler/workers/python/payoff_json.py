"""JSON by the interpreter's own C functions, without the module `json` around them.

    loads('{"a": [1]}')   {'a': [1]}
    dumps({"a": [1]})     '{"a": [1]}'

`json` imports `re`, and that half of the library: a third of the time that the worker takes to
start, in every process of a run, and what the worker has imported the subject finds imported too.
An interpreter that has no such functions, or others, gets the module.
"""

def first_id(line):
    """The id with which a line begins that is no JSON as a whole; None where it does not."""
    rest = line.lstrip()
    for part in (b"{", b'"id"', b":"):
        if not rest.startswith(part):
            return None
        rest = rest[len(part) :].lstrip()
    number, comma, _ = rest.partition(b",")
    digits = number.strip()[number.startswith(b"-") :]
    return int(number) if comma and digits.isdigit() and len(digits) <= 18 else None


LITERALS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
SPACE = " \t\n\r"


class Rules:
    """What the scanner of CPython asks of a decoder."""

    strict = True
    object_hook = object_pairs_hook = array_hook = None
    parse_float, parse_int, parse_constant = float, int, LITERALS.__getitem__


def refuse(value):
    raise TypeError("%s has no JSON" % type(value).__name__)


def native():
    """loads and dumps of CPython's C functions; raises where these are not as they are known."""
    from _json import encode_basestring_ascii, make_encoder, make_scanner

    scan = make_scanner(Rules)
    write = make_encoder(
        None, refuse, encode_basestring_ascii, None, ": ", ", ", False, False, True
    )

    def native_loads(text):
        begin = len(text) - len(text.lstrip(SPACE))
        try:
            value, end = scan(text, begin)
        except StopIteration as stop:
            raise ValueError("no value at character %d" % stop.value) from None
        except SystemError:  # it looks for its exception in `json`, which nobody has imported
            raise ValueError("malformed") from None
        if text[end:].strip(SPACE):
            raise ValueError("more than one value: character %d" % end)
        return value

    def native_dumps(value):
        if type(value) is str:
            return encode_basestring_ascii(value)
        return "".join(write(value, 0))

    if native_loads(' {"a": [1, 0.5, "\\u00e9"]}\n') != {"a": [1, 0.5, "\u00e9"]}:
        raise ImportError
    if native_dumps({"a": [1, None, True, "\u00e9"]}) != '{"a": [1, null, true, "\\u00e9"]}':
        raise ImportError
    return native_loads, native_dumps


try:
    loads, dumps = native()
except Exception:  # no such module, or functions that take other arguments
    import json

    loads, dumps = json.loads, json.dumps
