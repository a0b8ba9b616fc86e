#!/usr/bin/env python3
"""What a run of a million samples costs to list, export and report: a table, nothing asserted.

    PAYOFF=build/payoff tests/bench_million.py SMALL.payoff.db [SAMPLES]

The store is made of a small one of yours: its last run's samples are repeated in later blocks, but
for those on the way to the steady state, which a run takes once however long it is.
Without one (as `meson test -C build --benchmark million` runs it) there is nothing to repeat, and
the benchmark is skipped: set STORE.
"""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

PARTS = ("warnings", "events", "subjects", "cells", "verdicts", "blocks", "findings")
COUNTED = "(more IS NULL OR instr(more, '\"phase\":') = 0)"
PAYOFF = os.environ.get("PAYOFF", "payoff")


def grow(path, wanted):
    """Repeats the last run's samples until there are about so many; returns how many."""
    database = sqlite3.connect(path)
    run = database.execute("SELECT max(id) FROM runs").fetchone()[0]
    for part in PARTS:
        database.execute("DELETE FROM %s WHERE run <> ?" % part, (run,))
    database.execute("DELETE FROM samples WHERE cell NOT IN (SELECT id FROM cells)")
    database.execute("DELETE FROM readings WHERE sample NOT IN (SELECT id FROM samples)")
    database.execute("DELETE FROM runs WHERE id <> ?", (run,))
    count, top, blocks = database.execute(
        "SELECT sum(%s), max(id), max(block) FROM samples" % COUNTED).fetchone()
    for i in range(1, wanted // count + 1):
        database.execute(
            "INSERT INTO samples SELECT id + ?, cell, block + ?, block_order, process,"
            " process_index, loops, wall_ns + (id * 7919 + ?) % 1009, cpu_ns, marked, noise, more"
            " FROM samples WHERE id <= ? AND " + COUNTED,
            (top * i, blocks * (i % 200), i * 31, top))
        database.execute(
            "INSERT INTO readings SELECT sample + ?, event, count, enabled_ns, running_ns, state,"
            " source, reason FROM readings WHERE sample IN (SELECT id FROM samples WHERE id <= ?"
            " AND " + COUNTED + ")", (top * i, top))
    database.commit()
    return database.execute("SELECT count(*) FROM samples").fetchone()[0]


def main():
    small = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("STORE")
    if not small:
        print("no store to make a large one of: STORE=SMALL.payoff.db meson test --benchmark")
        sys.exit(77)
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 1000000
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "million.db")
        shutil.copy(small, store)
        print("%d samples" % grow(store, wanted))
        for name, words in (("runs", ["runs", store]),
                            ("csv", ["export", store, "--out", os.path.join(folder, "m.csv")]),
                            ("html", ["export", store, "--format", "html",
                                      "--out", os.path.join(folder, "m.html")])):
            began = time.monotonic()
            subprocess.run([PAYOFF, *words], stdout=subprocess.DEVNULL, check=True)
            # The most of all children so far; they come in the order of their size.
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print("%-5s %8.2f s   at most %6.0f MiB" % (name, time.monotonic() - began, peak))


if __name__ == "__main__":
    main()
