"""What share of a program's time one function takes, from a profile that anybody may have made.

usage: python -I payoff_profile.py FILE NAME [HINT]

FILE is what cProfile writes (a marshalled dict, as pstats reads it) or collapsed stacks
("frame;frame;frame COUNT" per line, as flame graph tools, py-spy and austin write). HINT is the
name of the file that NAME is defined in, to tell functions of one name apart. Prints one JSON
object; a file that is neither kind ends with status 3 and one line on stderr.

Nothing of the file is run: marshal makes values, and a code object among them is one more value of
the wrong type. Malformed marshal data may still crash or exhaust an interpreter, which is why this
is a process of its own, with limits.
"""

import json
import marshal
import math
import os
import re
import sys

LIMIT_BYTES = 2 << 30
LIMIT_SECONDS = 60
LARGEST_FILE = 512 << 20
MOST_CANDIDATES = 5


class Unusable(Exception):
    """The file is no profile, or not one that has the function; the text is for people."""


def is_count(value):
    return type(value) is int and value >= 0


def is_time(value):
    return type(value) in (int, float) and math.isfinite(value) and value >= 0


def check_entry(key, value):
    """cProfile's entry: (file, line, name) -> (calls, all calls, own, with callees, callers)."""
    if not (type(key) is tuple and len(key) == 3 and type(key[0]) is str and type(key[1]) is int
            and type(key[2]) is str):
        raise Unusable("an entry's name is not (file, line, function)")
    if not (type(value) is tuple and len(value) == 5 and is_count(value[0]) and is_count(value[1])
            and is_time(value[2]) and is_time(value[3]) and type(value[4]) is dict):
        raise Unusable("an entry is not (calls, calls, own time, time, callers)")


def choose(found, hint, describe):
    """The entries that are meant; raises when they are several functions."""
    if hint:
        found = [entry for entry in found if os.path.basename(entry[0]) == hint] or found
    if len(found) > 1:
        names = ", ".join(describe(entry) for entry in found[:MOST_CANDIDATES])
        raise Unusable("several functions have that name: %s" % names)
    return found


def of_pstats(data, name, hint):
    table = marshal.loads(data)
    if type(table) is not dict:
        raise Unusable("it holds no table of functions, as cProfile writes")
    for key, value in table.items():
        check_entry(key, value)
    total = math.fsum(value[2] for value in table.values())
    if not total > 0:
        raise Unusable("no time was spent in any function")
    last = name.rsplit(".", 1)[-1]
    found = choose([key for key in table if key[2] == last], hint,
                   lambda key: "%s:%d" % (key[0], key[1]))
    if not found:
        raise Unusable("it has no function '%s'" % last)
    calls, _, own, spent, _ = table[found[0]]
    return {"kind": "pstats", "share": min(1.0, spent / total), "total_s": total, "spent_s": spent,
            "own_s": own, "calls": calls, "where": "%s:%d" % found[0][:2]}


STACK = re.compile(r"(.*\S)\s+(\d{1,15})")


def of_stacks(text, name, hint):
    frame = re.compile(r"(?<!\w)%s(?!\w)" % re.escape(name.rsplit(".", 1)[-1]))
    hits = hinted = total = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = STACK.fullmatch(line.rstrip())
        if not match:
            raise Unusable("line %d is not 'frame;frame;frame COUNT'" % number)
        count = int(match.group(2))
        total += count
        mine = [part for part in match.group(1).split(";") if frame.search(part)]
        hits += count if mine else 0
        hinted += count if hint and any(hint in part for part in mine) else 0
    if not total:
        raise Unusable("it counts no sample")
    if not hits:
        raise Unusable("no stack has a function '%s'" % name)
    hits = hinted or hits
    return {"kind": "stacks", "share": hits / total, "hits": hits, "samples": total}


def as_text(data):
    """Collapsed stacks are UTF-8 without control characters; a marshalled dict begins with { or û
    and is full of NULs."""
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def read(path, name, hint):
    with open(path, "rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise Unusable("it is larger than %d MiB" % (LARGEST_FILE >> 20))
    if not data:
        raise Unusable("it is empty")
    text = as_text(data)
    if text is not None:
        return of_stacks(text, name, hint)
    try:
        return of_pstats(data, name, hint)
    except Unusable:
        raise
    except Exception:  # marshal raises nearly anything, KeyError and SystemError among it
        raise Unusable("it is neither cProfile's file nor collapsed stacks") from None


def limit():
    import resource  # not before: the tests import this file

    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS, LIMIT_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments):
    limit()
    path, name = arguments[:2]
    hint = arguments[2] if len(arguments) > 2 else ""
    try:
        print(json.dumps(read(path, name, hint)))
    except (Unusable, OSError, MemoryError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else str(problem)
        print("".join(c if c.isprintable() else "?" for c in reason or "too little memory")[:400],
              file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
