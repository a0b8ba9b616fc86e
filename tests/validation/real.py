#!/usr/bin/env python3
"""Real processes: the same subject twice, and slow-downs of known size put into one of two.

    PAYOFF=build/payoff tests/validation/real.py [--rounds 3] [--budget 6] [--minutes M]

Subjects are built anew for each run, under other names, so that the layout of a build is part of
the noise. Damage is of four kinds: more turns of a loop (Python, C), reads that miss the caches,
branches that cannot be predicted (C); how much of the last two makes one percent is measured first.
One table row per kind and size; the last line counts false alarms. A round makes one comparison of
each kind and takes about 17 × (budget + 1) seconds; with --minutes no comparison begins later than
that, and rows may have different numbers of runs. Never a part of CI: a busy machine makes the
numbers, not the program.
"""

import argparse
import collections
import ctypes
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

PAYOFF = os.path.abspath(os.environ.get("PAYOFF", "build/payoff"))
STATES = ("faster", "slower", "equal", "unresolved")
SIZES = (1, 3, 5)  # percent

PYTHON = """
def f(n):
    total = 0
    for i in range(n):
        total += i * i %% 7
    damage = 0
    for i in range(n * %d // 100):
        damage += i * i %% 7
    return total
"""

C = r"""
#include <stdint.h>
#include <stdlib.h>
static volatile uint64_t sink;
static uint64_t next(uint64_t x) { x ^= x << 13; x ^= x >> 7; return x ^ x << 17; }
static void turns(long n) { uint64_t x = 1; for (long i = 0; i < n; i++) x = next(x); sink = x; }
static void misses(long n)
{
    enum { WORDS = 1 << 24 };            /* 128 MiB, above any cache but the largest */
    static uint64_t *table;
    if (table == NULL) {
        table = malloc(WORDS * sizeof *table);
        for (long i = 0; table && i < WORDS; i++) table[i] = (uint64_t)i;
    }
    uint64_t x = 1;
    for (long i = 0; table && i < n; i++) x = next(x + table[x % WORDS]);  /* one after the other */
    sink = x;
}
static void branches(long n)
{
    uint64_t x = 1, y = 0;
    for (long i = 0; i < n; i++) {
        x = next(x);
        if (x & 1) sink = y; else y += x;
    }
    sink = y;
}
long f(long n)
{
    uint64_t x = 88172645463325252u;
    for (long i = 0; i < n; i++) x = next(x);
    turns(TURNS); misses(MISSES); branches(BRANCHES);
    return (long)x;
}
double damage_ns(long what, long n);
#include <time.h>
double damage_ns(long what, long n)
{
    struct timespec a, b;
    if (what == 1) misses(1);
    clock_gettime(CLOCK_MONOTONIC, &a);
    if (what == 0) turns(n); else if (what == 1) misses(n); else branches(n);
    clock_gettime(CLOCK_MONOTONIC, &b);
    return ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / (double)n;
}
"""
C_KINDS = ("TURNS", "MISSES", "BRANCHES")
C_NAMES = {"TURNS": "turns of a C loop", "MISSES": "cache misses", "BRANCHES": "mispredictions"}


class Bench:
    def __init__(self, folder, budget):
        self.folder, self.budget, self.number = folder, budget, 0

    def path(self, suffix):
        self.number += 1
        return os.path.join(self.folder, "subject%d%s" % (self.number, suffix))

    def python(self, percent):
        path = self.path(".py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(PYTHON % percent)
        return path + ":f"

    def library(self, damage=None, amount=0):
        path = self.path(".so")
        amounts = {kind: amount if kind == damage else 0 for kind in C_KINDS}
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-o", path, "-x", "c", "-"]
            + ["-D%s=%dL" % one for one in amounts.items()], input=C.encode(), check=True)
        return path

    def run(self, reference, port, size):
        """The comparison of a run: its state, and the ratio of times."""
        store = self.path(".db")
        subprocess.run(
            [PAYOFF, "try", reference, port, "--args", "[%d]" % size, "--budget",
             str(self.budget), "--precision", "0.5", "--no-verify", "--db", store,
             "--out", self.folder, "--python", sys.executable], check=True, cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        text = subprocess.run([PAYOFF, "export", store, "--format", "json"], check=True,
                              stdout=subprocess.PIPE).stdout
        item = json.loads(text)["comparisons"][0]
        return item["state"], item["interval"]["median"], store

    def two_runs(self, subject, size):
        """The same subject in two runs, one after the other: what `payoff compare` says."""
        stores = [self.run(subject, subject_twin, size)[2]
                  for subject_twin in (self.python(0), self.python(0))]
        text = subprocess.run([PAYOFF, "compare", *stores, "--json"], check=True,
                              stdout=subprocess.PIPE).stdout
        row = json.loads(text)["rows"][0]
        return row["state"], (row.get("interval") or {}).get("median")


def signature(path):
    return path + ":f:int64(int64)"


def amounts_per_percent(bench, turns):
    """How much of each damage makes one percent of `turns` turns."""
    library = ctypes.CDLL(bench.library())
    library.damage_ns.restype = ctypes.c_double
    library.damage_ns.argtypes = [ctypes.c_long, ctypes.c_long]
    cost = [statistics.median(library.damage_ns(what, 200000) for _ in range(15))
            for what in range(3)]
    return {kind: turns * cost[0] / one / 100 for kind, one in zip(C_KINDS, cost)}


def comparisons(bench):
    """(what, percent put in, a function that compares once), in the order of the table."""
    turns = 8000000
    per_percent = amounts_per_percent(bench, turns)

    def damaged(kind, percent):
        amount = round(per_percent[kind] * percent)
        return bench.run(signature(bench.library()), signature(bench.library(kind, amount)),
                         turns)[:2]

    def slower(percent):
        return bench.run(bench.python(0), bench.python(percent), 150000)[:2]

    yield "Python, twice", 0, lambda: slower(0)
    yield "C, built twice", 0, lambda: damaged("TURNS", 0)
    yield "Python, two runs", 0, lambda: bench.two_runs(bench.python(0), 150000)
    for percent in SIZES:
        yield "turns of a Python loop", percent, lambda percent=percent: slower(percent)
    for kind in C_KINDS:
        for percent in SIZES:
            yield C_NAMES[kind], percent, (
                lambda kind=kind, percent=percent: damaged(kind, percent))


def measure(bench, rounds, minutes):
    """The outcomes of each comparison, by its place in the list."""
    began, outcomes = time.monotonic(), collections.defaultdict(list)
    plan = list(comparisons(bench))
    for _ in range(rounds):
        for place, (_, _, once) in enumerate(plan):
            if minutes and time.monotonic() - began > 60 * minutes:
                return plan, outcomes
            outcomes[place].append(once())
    return plan, outcomes


def show(kind, percent, outcomes):
    states = collections.Counter(state for state, _ in outcomes)
    ratios = [ratio for _, ratio in outcomes if ratio]
    effect = "%+.1f %%" % (100 * (statistics.median(ratios) - 1)) if ratios else "—"
    print("| %s | %s | %d | %s | %s |" % (
        kind, "%d %%" % percent if percent else "none", len(outcomes),
        " | ".join(str(states[state]) for state in STATES), effect))
    sys.stdout.flush()
    return states


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--budget", type=float, default=6)
    parser.add_argument("--minutes", type=float, help="no comparison begins later")
    options = parser.parse_args()
    began, alarms, pairs = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory(prefix="payoff-validation-") as folder:
        bench = Bench(folder, options.budget)
        plan, outcomes = measure(bench, options.rounds, options.minutes)
    print("| damage | put in | runs | %s | median found |" % " | ".join(STATES))
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for place, (kind, percent, _) in enumerate(plan):
        states = show(kind, percent, outcomes[place])
        if percent == 0:
            alarms += states["faster"] + states["slower"]
            pairs += len(outcomes[place])
    print("\n%d of %d comparisons of the same were called different; %d s in all, %g s a run." % (
        alarms, pairs, time.monotonic() - began, options.budget))
    return 0


if __name__ == "__main__":
    sys.exit(main())
