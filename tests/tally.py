#!/usr/bin/env python3
"""Count what the steps of scripts/test did.

usage: tally.py RESULTS.TSV EXPECTED_SKIPS STRICT

RESULTS.TSV has a line per step: name, exit status, seconds, Meson's test log or "-", output file.
With a log each of its tests counts, otherwise the step does. Prints what failed, what was skipped
and why, and, alone on the last line, "N passed, N failed, N skipped". STRICT 1: a skip that
EXPECTED_SKIPS does not know is a failure. Exit status: 1 when something failed or nothing ran.
"""

import fnmatch
import json
import sys

PASSED = {"OK", "EXPECTEDFAIL"}


def last_line(text):
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    return lines[-1] if lines else ""


def read_text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def read_expected(path):
    """[(pattern, reason)]"""
    rows = [line.split("|", 1) for line in read_text(path).splitlines()]
    return [(row[0].strip(), row[1].strip()) for row in rows
            if len(row) == 2 and not row[0].startswith("#")]


def meson_outcomes(step, log):
    for line in read_text(log).splitlines():
        test = json.loads(line)
        name = test["name"].rsplit(" / ", 1)[-1]
        result = test["result"]
        if result in PASSED:
            yield "passed", step, name, ""
        elif result == "SKIP":
            yield "skipped", step, name, last_line(test.get("stdout"))
        else:
            yield "failed", step, name, result.lower()


def step_outcomes(row):
    step, status, _seconds, log, output = row
    if log != "-":
        outcomes = list(meson_outcomes(step, log))
        # A test runner that fails without a failed test has still failed.
        if status != "0" and not any(outcome[0] == "failed" for outcome in outcomes):
            outcomes.append(("failed", step, step, "the runner ended with status " + status))
        return outcomes
    if status == "0":
        return [("passed", step, step, "")]
    if status == "77":
        return [("skipped", step, step, last_line(read_text(output)))]
    return [("failed", step, step, "status " + status)]


def judge(outcomes, expected, strict):
    """Turns unexpected skips into failures where that is wanted."""
    for kind, step, name, why in outcomes:
        known = [reason for pattern, reason in expected if fnmatch.fnmatch(name, pattern)]
        if kind == "skipped" and strict and not known:
            yield "failed", step, name, "skipped, which nobody expected: " + why
        else:
            yield kind, step, name, why


def main(argv):
    rows = [line.split("\t") for line in read_text(argv[1]).splitlines()]
    outcomes = [outcome for row in rows for outcome in step_outcomes(row)]
    outcomes = list(judge(outcomes, read_expected(argv[2]), argv[3] == "1"))
    print()
    for row in rows:
        print("%5s s  %s" % (row[2], row[0]))
    for wanted in ("skipped", "failed"):
        for kind, step, name, why in outcomes:
            if kind == wanted:
                where = "" if step == name else " (%s)" % step
                print("%-7s  %s%s: %s" % (kind, name, where, why))
    count = {kind: sum(1 for outcome in outcomes if outcome[0] == kind)
             for kind in ("passed", "failed", "skipped")}
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % count)
    return 1 if count["failed"] or not count["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
