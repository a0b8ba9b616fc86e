"""console: the commands and outputs that a Markdown page shows, and whether a run shows the same.

A fenced block `console` holds lines `$ command`, each followed by what it prints; `[exit status N]`
stands where it is not 0. Comments that a reader does not see steer it:

    <!-- file: NAME -->      the next fenced block is the file NAME
    <!-- hidden file: NAME
    its text
    -->
    <!-- not run: why -->    the next fenced block is shown, not run

Outputs are compared with their numbers, bars and widths of columns taken out, since no two runs
measure the same; a line "…" stands for any lines, and "…" within a line for any text.
"""

import re

NUMBER = re.compile(r"[-+−±]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?")
UNIT = re.compile(r"# ?(?:ns|µs|ms|s|min)\b")
FENCE = re.compile(r"^```(\w*)")


class Block:
    """A fenced block and the comment that stands before it."""

    def __init__(self, kind, lines, comment, line):
        self.kind = kind
        self.lines = lines
        self.comment = comment
        self.line = line


def blocks(text):
    """Fenced blocks and hidden files of a page, in their order."""
    out, comment, lines = [], "", text.splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        hidden = re.match(r"<!-- (hidden file: \S+)$", line)
        fence = FENCE.match(line)
        end = at + 1
        if hidden or fence:
            last = "-->" if hidden else "```"
            while lines[end] != last:
                end += 1
            label = hidden.group(1) if hidden else comment
            kind = "hidden" if hidden else fence.group(1)
            out.append(Block(kind, lines[at + 1:end], label, at + 1))
            comment, end = "", end + 1
        elif line.startswith("<!-- "):
            comment = line[5:].split(" -->")[0]
        elif line.strip():
            comment = ""
        at = end
    return out


def commands(block):
    """[(line of the page, command, expected lines, exit status)] of a console block."""
    out = []
    for offset, line in enumerate(block.lines):
        if line.startswith("$ "):
            out.append([block.line + 1 + offset, line[2:], [], 0])
        elif out and out[-1][1].endswith("\\"):
            out[-1][1] = out[-1][1][:-1] + line.strip()
        elif re.fullmatch(r"\[exit status \d+\]", line):
            out[-1][3] = int(line.split()[2][:-1])
        else:
            out[-1][2].append(line)
    return [tuple(item) for item in out]


def plain(line):
    """A line without what differs from run to run."""
    line = re.sub("[█▉▊▋▌▍▎▏▒]+", " ", line)
    line = re.sub(r" ±[\d.]+ ?%", "", line)  # half of one, where the table is narrow
    line = re.sub(r"\b(?=[a-f]*\d)[0-9a-f]{7,40}\b", "#", line)  # a commit
    line = UNIT.sub("#", NUMBER.sub("#", line))
    line = re.sub(r" ?\[#(?:, #)?\]", "", line)  # an interval, where there are enough blocks
    line = re.sub(r"# ?#", "#", line)
    return " ".join(line.split())


def matches(expected, got):
    """Whether the lines `got` are what `expected` shows."""
    want = [plain(line) for line in expected if line.strip()]
    have = [plain(line) for line in got if line.strip()]

    def line_fits(pattern, line):
        parts = pattern.replace(" …", "…").split("…")
        return re.fullmatch(".*".join(map(re.escape, parts)), line) is not None

    reachable = {0}  # how many of `have` the patterns so far may have taken
    for pattern in want:
        if pattern == "…":
            reachable = set(range(min(reachable, default=len(have) + 1), len(have) + 1))
        else:
            reachable = {at + 1 for at in reachable
                         if at < len(have) and line_fits(pattern, have[at])}
    return len(have) in reachable
