#!/usr/bin/env python3
"""ledger: what each fuzz target ran in all, in ledger.csv; the table of README.md is made from it.

    ledger.py add TARGET LOG [--seconds S] [--cpu S] [--findings N] [--note TEXT]
    ledger.py table                     writes the table into README.md
    ledger.py check                     whether it is there as the ledger says

`tests/fuzz/run MINUTES` adds a line for each target. A log of libFuzzer's says by itself how many
inputs it gave, and in which time, if it came to its end; a run that found something did not. What
is not known is left empty, and counts for nothing.
"""

import argparse
import collections
import csv
import datetime
import io
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LEDGER, PAGE = os.path.join(HERE, "ledger.csv"), os.path.join(HERE, "README.md")
FIELDS = ["target", "date", "commit", "seconds", "cpu_seconds", "executions", "findings", "note"]
BEGIN, END = "<!-- made by ledger.py table -->\n", "<!-- end -->\n"


def commit():
    """The commit that was fuzzed, with a plus where the tree differs from it."""
    git = ["git", "-C", HERE]
    try:
        name = subprocess.check_output(git + ["rev-parse", "--short", "HEAD"]).decode().strip()
        top = os.path.join(HERE, "..", "..")
        changed = subprocess.check_output(git + [
            "status", "--porcelain", "--untracked-files=no", "--",
            *(os.path.join(top, name) for name in ("profiler", "lua"))])
    except (OSError, subprocess.CalledProcessError):
        return ""
    return name + ("+" if changed else "")


def read_log(text):
    """Executions, seconds (None if unknown) and findings of a log."""
    done = re.findall(r"^Done (\d+) runs in (\d+) second", text, re.M)
    if done:
        return int(done[-1][0]), int(done[-1][1]), 0
    inputs = re.findall(r"^(\d+) inputs, ", text, re.M)  # profile.py's
    if inputs:
        return int(inputs[-1]), None, 0
    counted = re.findall(r"^#(\d+)\t", text, re.M)
    found = re.search(r"Test unit written to|^finding: ", text, re.M) is not None
    return int(counted[-1]) if counted else None, None, int(found)


def load(path=LEDGER):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text_of(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def save(path, text):
    with open(path + ".new", "w", encoding="utf-8", newline="") as file:
        file.write(text)
    os.replace(path + ".new", path)


def amount(text):
    return float(text) if text else 0.0


def count_text(number):
    return "{:,}".format(int(number))


def table(rows):
    """A line for each target: what all its runs came to."""
    by_target = collections.defaultdict(list)
    for row in rows:
        by_target[row["target"]].append(row)
    lines = ["| target | runs | minutes | of CPU | inputs | found | minutes since | last run |",
             "|---|--:|--:|--:|--:|--:|--:|---|"]
    for target in sorted(by_target):
        since, cpu, seconds, inputs, found = 0.0, 0.0, 0.0, 0.0, 0
        for row in by_target[target]:
            seconds += amount(row["seconds"])
            cpu += amount(row["cpu_seconds"])
            inputs += amount(row["executions"])
            found += int(row["findings"])
            since = 0.0 if int(row["findings"]) else since + amount(row["seconds"])
        noted = any(row["cpu_seconds"] for row in by_target[target])
        last = by_target[target][-1]
        lines.append("| `%s` | %d | %.1f | %s | %s | %d | %.1f | %s |" % (
            target, len(by_target[target]), seconds / 60, "%.1f" % (cpu / 60) if noted else "–",
            count_text(inputs), found, since / 60, " ".join(filter(None, (
                last["date"], last["commit"])))))
    return "\n".join(lines) + "\n"


def page_with(page, rows):
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    return page[:begin] + table(rows) + page[end:]


def add(options):
    with open(options.log, encoding="utf-8", errors="replace") as file:
        executions, seconds, findings = read_log(file.read())
    if options.seconds is not None:
        seconds = options.seconds
    if options.findings is not None:
        findings = options.findings
    row = {"target": options.target, "date": datetime.date.today().isoformat(),
           "commit": options.commit or commit(), "seconds": seconds, "cpu_seconds": options.cpu,
           "executions": executions, "findings": findings, "note": options.note}
    rows = load()
    rows.append({key: "" if value is None else str(value) for key, value in row.items()})
    save(LEDGER, text_of(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    adding = commands.add_parser("add")
    adding.add_argument("target", choices=sorted(os.listdir(os.path.join(HERE, "corpus"))))
    adding.add_argument("log")
    for name, kind in (("seconds", int), ("cpu", int), ("findings", int), ("commit", str)):
        adding.add_argument("--" + name, type=kind)
    adding.add_argument("--note", default="")
    commands.add_parser("table")
    commands.add_parser("check")
    options = parser.parse_args()
    if options.command == "add":
        add(options)
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    wanted = page_with(page, load())
    if options.command == "check":
        if page != wanted:
            print("tests/fuzz/README.md: its table is not ledger.csv's: tests/fuzz/ledger.py table")
        return int(page != wanted)
    save(PAGE, wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
