"""Which lines of lua/payoff the tests reach: a table per file, and the sum.

    tests/lua_lines.py FOLDER     the folder that programs with tests/lua_lines.c in them wrote to

A line counts when luac makes code of it; a lone `end` does not (behind a `return` it never runs).
"""

import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NO_CODE = re.compile(r"^\s*((end|[)}])[\s,;)}]*)?(--.*)?$")


def lines_with_code(path):
    listing = subprocess.run(["luac5.4", "-l", "-p", path], capture_output=True, encoding="utf-8",
                             check=True)
    numbers = {int(number) for number in re.findall(r"^\t\d+\t\[(\d+)\]", listing.stdout, re.M)}
    with open(path, encoding="utf-8") as file:
        text = file.read().split("\n")
    return {number for number in numbers if not NO_CODE.match(text[number - 1])}


def lines_reached(folder):
    reached = {}
    for path in glob.glob(os.path.join(folder, "*.lines")):
        with open(path, encoding="utf-8") as file:
            # A test that fills the disk, say, cuts a line short: that one does not count.
            for name, number in re.findall(r"^(lua/payoff/.+\.lua):(\d+)\n", file.read(), re.M):
                reached.setdefault(name, set()).add(int(number))
    return reached


def ranges(numbers):
    """{3, 4, 5, 9} -> "3-5,9" """
    out = []
    for number in sorted(numbers):
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in out)


def main(folder):
    reached, rows = lines_reached(folder), []
    for path in glob.glob(os.path.join(ROOT, "lua", "payoff", "**", "*.lua"), recursive=True):
        name = os.path.relpath(path, ROOT)
        code, run = lines_with_code(path), reached.get(name, set())
        rows.append((name, len(code), len(code & run), code - run))
    rows.sort(key=lambda row: (-row[2] / max(row[1], 1), row[0]))
    print(f"{'File':<44} {'Lines':>6} {'Exec':>6} {'Cover':>6}   Missing")
    for name, code, run, missing in rows:
        print(f"{name:<44} {code:>6} {run:>6} {100 * run // max(code, 1):>5}%   {ranges(missing)}")
    code, run = sum(row[1] for row in rows), sum(row[2] for row in rows)
    print(f"{'TOTAL':<44} {code:>6} {run:>6} {100 * run // max(code, 1):>5}%")


if __name__ == "__main__":
    main(*sys.argv[1:])
