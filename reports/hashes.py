#!/usr/bin/env python3
"""Write the SHA-256 of the report's constant scripts and style, for its Content-Security-Policy.

usage: hashes.py OUT NAME=PATH …      (run by the build; lua/payoff/html/page.lua reads the result)
"""

import base64
import hashlib
import re
import sys


def check(name, data):
    """What an HTML parser would change, or take for the end of the element, has no stable hash."""
    text = data.decode("utf-8")
    if re.search(r"</(script|style)|<!--|\r|\0", text, re.I):
        raise SystemExit(name + ": holds an end tag, '<!--', CR or NUL; it cannot stand inline")


def main(argv):
    lines = []
    for item in argv[2:]:
        name, path = item.split("=", 1)
        with open(path, "rb") as file:
            data = file.read()
        check(name, data)
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")
        lines.append("sha256-%s %s\n" % (digest, name))
    with open(argv[1], "w", encoding="ascii") as file:
        file.write("".join(lines))


if __name__ == "__main__":
    main(sys.argv)
