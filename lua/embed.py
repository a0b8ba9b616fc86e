#!/usr/bin/env python3
"""Write an assembler file that holds the given files and a table of them.

usage: embed.py OUT.S NAME=PATH …      (run by the build; see profiler/lua/assets.h)

`.incbin` keeps a megabyte of chart library out of the C compiler, and works alike on x86-64 and
arm64. The table holds addresses, so it lies in .data.rel.ro for position-independent executables.
"""

import os
import sys


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main(argv):
    out, pairs = argv[1], sorted(item.split("=", 1) for item in argv[2:])
    lines = ['    .section .rodata, "a"']
    for index, (name, path) in enumerate(pairs):
        lines += [
            ".Ldata%d:" % index,
            "    .incbin " + quote(os.path.abspath(path)),
            ".Lend%d:" % index,
            "    .byte 0",
            ".Lname%d:" % index,
            "    .asciz " + quote(name),
        ]
    lines += [
        '    .section .data.rel.ro, "aw"',
        "    .balign 8",
        "    .globl assets_table",
        "    .hidden assets_table",
        "    .type assets_table, %object",
        "assets_table:",
    ]
    for index in range(len(pairs)):
        lines.append("    .8byte .Lname%d, .Ldata%d, .Lend%d" % (index, index, index))
    lines += [
        "    .8byte 0, 0, 0",
        "    .size assets_table, . - assets_table",
        '    .section .note.GNU-stack, "", %progbits',
    ]
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
