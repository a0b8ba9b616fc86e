#!/usr/bin/env python3
"""What runs of a thousand to a million samples cost to list, export and report: nothing asserted.

    PAYOFF=build/payoff tests/bench_million.py [SMALL.payoff.db [SAMPLES…]]

The store is made of a small one: its last run's samples are repeated in later blocks. Without one
(or STORE in the environment) a run of a small function, twice, is measured for it.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

PARTS = ("warnings", "events", "subjects", "cells", "verdicts", "blocks", "findings")
PAYOFF = os.path.abspath(os.environ.get("PAYOFF", "build/payoff"))


def grow(path, wanted):
    """Repeats the last run's samples until there are about so many, but at least once over."""
    database = sqlite3.connect(path)
    run = database.execute("SELECT max(id) FROM runs").fetchone()[0]
    for part in PARTS:
        database.execute("DELETE FROM %s WHERE run <> ?" % part, (run,))
    database.execute("DELETE FROM samples WHERE cell NOT IN (SELECT id FROM cells)")
    database.execute("DELETE FROM readings WHERE sample NOT IN (SELECT id FROM samples)")
    database.execute("DELETE FROM runs WHERE id <> ?", (run,))
    # Those on the way to the steady state are few in any run: they are not repeated.
    database.execute("CREATE TEMP TABLE once AS SELECT id FROM samples"
                     " WHERE more LIKE '%\"phase\":%'")
    top, blocks = database.execute("SELECT max(id), max(block) FROM samples").fetchone()
    count = database.execute(
        "SELECT count(*) FROM samples WHERE id NOT IN (SELECT id FROM once)").fetchone()[0]
    for i in range(1, wanted // count + 1):
        database.execute(
            "INSERT INTO samples SELECT id + ?, cell, block + ?, block_order, process,"
            " process_index, loops, wall_ns + (id * 7919 + ?) % 1009, cpu_ns, marked, noise, more"
            " FROM samples WHERE id <= ? AND id NOT IN (SELECT id FROM once)",
            (top * i, blocks * (i % 200), i * 31, top))
        database.execute(
            "INSERT INTO readings SELECT sample + ?, event, count, enabled_ns, running_ns, state,"
            " source, reason FROM readings WHERE sample <= ?"
            " AND sample NOT IN (SELECT id FROM once)", (top * i, top))
    database.commit()
    count = database.execute("SELECT count(*) FROM samples").fetchone()[0]
    database.close()
    return count


def small_store(folder):
    for name in ("kernel", "twin"):
        with open(os.path.join(folder, name + ".py"), "w", encoding="utf-8") as file:
            file.write("def f(n):\n    return sum(range(n))\n")
    store = os.path.join(folder, "small.db")
    subprocess.run([PAYOFF, "try", "kernel.py:f", "twin.py:f", "--args", "[1000]", "--budget", "5",
                    "--no-verify", "--db", store, "--out", "out", "--python", sys.executable],
                   cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return store


def timed(words, out=None):
    """Seconds, the peak of memory in MiB, and the size of what was written, as text."""
    began = time.monotonic()
    with subprocess.Popen([PAYOFF, *words], stdout=subprocess.DEVNULL) as process:
        usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(usage[1])
    took = time.monotonic() - began
    if process.returncode != 0:
        raise SystemExit("payoff %s ended with %d" % (" ".join(words), process.returncode))
    size = " | %.2f MiB" % (os.path.getsize(out) / 2**20) if out else ""
    return "%.2f s, %.0f MiB%s" % (took, usage[2].ru_maxrss / 1024, size)


def main():
    wanted = [int(text) for text in sys.argv[2:]] or [1000, 10000, 100000, 1000000]
    print("| samples | store | list | export, CSV | its size | report, HTML | its size |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory(prefix="payoff-million-") as folder:
        small = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("STORE")
        small = small or small_store(folder)
        store, csv, html = (os.path.join(folder, name) for name in ("m.db", "m.csv", "m.html"))
        for count in wanted:
            for leftover in (store, store + "-wal", store + "-shm"):
                if os.path.exists(leftover):
                    os.remove(leftover)
            shutil.copy(small, store)
            there = grow(store, count)
            print("| %d | %.1f MiB | %s | %s | %s |" % (
                there, os.path.getsize(store) / 2**20, timed(["runs", store]),
                timed(["export", store, "--out", csv], csv),
                timed(["export", store, "--format", "html", "--out", html], html)))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
