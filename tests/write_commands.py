#!/usr/bin/env python3
"""Writes reports/COMMANDS.md, from what payoff says of its commands.

    PAYOFF=build/payoff tests/write_commands.py
"""

import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(os.path.dirname(HERE), "reports", "COMMANDS.md")
HEAD = """# Commands and their options

Written by `tests/write_commands.py` from `payoff COMMAND --help`; a test holds it to that. What the
words mean is in [the reference](REFERENCE.md); `payoff man` prints all of this as a manual page.
"""


def help_of(*words):
    process = subprocess.run([os.environ.get("PAYOFF", "payoff"), *words, "--help"], check=True,
                             stdout=subprocess.PIPE, encoding="utf-8")
    return process.stdout.rstrip("\n")


def commands(text):
    """The commands that `payoff --help` lists."""
    return re.findall(r"^ {3}(\w+) ", text.split("Commands:")[1], re.M)


def page():
    own = help_of()
    parts = [HEAD, "```text\n%s\n```\n" % own]
    for name in commands(own):
        parts.append("## payoff %s\n\n```text\n%s\n```\n" % (name, help_of(name)))
    return "\n".join(parts)


if __name__ == "__main__":
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page())
