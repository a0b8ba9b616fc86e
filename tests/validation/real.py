#!/usr/bin/env python3
"""Real processes: the same subject twice, and slow-downs of known size put into one of two.

    PAYOFF=build/payoff tests/validation/real.py [--rounds 3] [--budget 6] [--minutes M]

Subjects are built anew for each run, under other names, so that the layout of a build is part of
the noise. Damage is of four kinds: more turns of a loop (Python, C), reads that miss the caches,
branches that cannot be predicted (C); how much of the last two makes one percent is measured before
each round, and what cannot be told to a third is not put in. "In other runs": one run of each
version per round, which `payoff compare` compares with those of all earlier rounds; the reference
is the same file, the port is built anew. "Could see": the change that so many blocks find in nine
of ten runs, from how the ratios of their blocks scatter (as `payoff doctor --calibrate` has it).

One table row per kind and size; the last line counts false alarms. A round makes one comparison of
each kind and takes about 17 × (budget + 1) seconds; with --minutes no comparison begins later than
that, and rows may have different numbers of runs. Never a part of CI: a busy machine makes the
numbers, not the program.
"""

import argparse
import collections
import ctypes
import json
import math
import os
import random
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
#include <time.h>
static volatile uint64_t sink;
static uint64_t next(uint64_t x) { x ^= x << 13; x ^= x >> 7; return x ^ x << 17; }
static void turns(long n) { uint64_t x = 1; for (long i = 0; i < n; i++) x = next(x); sink = x; }

enum { WORDS = 1 << 23 };            /* 64 MiB, above any cache but the largest */
static uint64_t *table;

/* Before anything is timed, and in every build alike. */
__attribute__((constructor)) static void make_table(void)
{
    table = malloc(WORDS * sizeof *table);
    for (long i = 0; table && i < WORDS; i += 512) table[i] = (uint64_t)i;
}

/* One after the other, and each call goes on where the last one was: nowhere twice. */
static void misses(long n)
{
    static uint64_t x = 1;
    for (long i = 0; table && i < n; i++) x = next(x + (table[x % WORDS] & 1));
    sink = x;
}
static void branches(long n)
{
    static uint64_t x = 1;
    uint64_t y = 0;
    for (long i = 0; i < n; i++) {
        x = next(x);
        if (x & 1) sink = y; else y += x;
    }
    sink = y;
}
long version(void);
long version(void) { return VERSION; }
long f(long n)
{
    uint64_t x = 88172645463325252u;
    for (long i = 0; i < n; i++) x = next(x);
    turns(TURNS); misses(MISSES); branches(BRANCHES);
    return (long)x;
}
double damage_ns(long what, long n);
double damage_ns(long what, long n)
{
    struct timespec a, b;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
    if (what == 0) turns(n); else if (what == 1) misses(n); else branches(n);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
    return ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / (double)n;
}
"""
C_KINDS = ("TURNS", "MISSES", "BRANCHES")
C_NAMES = {"TURNS": "turns of a C loop", "MISSES": "cache misses", "BRANCHES": "mispredictions"}
C_SIZE, PYTHON_SIZE = 8000000, 150000

Outcome = collections.namedtuple("Outcome", "state ratio blocks sees")


class Bench:
    def __init__(self, folder, budget):
        self.folder, self.budget, self.number = folder, budget, 0

    def path(self, suffix, name=None):
        """A new file; with a name, in a folder of its own."""
        self.number += 1
        if name:
            folder = os.path.join(self.folder, str(self.number))
            os.mkdir(folder)
            return os.path.join(folder, name + suffix)
        return os.path.join(self.folder, "subject%d%s" % (self.number, suffix))

    def python(self, percent, name=None):
        path = self.path(".py", name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(PYTHON % percent + "# version %d\n" % self.number)
        return path + ":f"

    def library(self, damage=None, amount=0, name=None):
        path = self.path(".so", name)
        amounts = {kind: amount if kind == damage else 0 for kind in C_KINDS}
        amounts["VERSION"] = self.number
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-o", path, "-x", "c", "-"]
            + ["-D%s=%dL" % one for one in amounts.items()], input=C.encode(), check=True)
        return path

    def measure(self, reference, port, size):
        """A run; its store."""
        store = self.path(".db")
        subprocess.run(
            [PAYOFF, "try", reference, port, "--args", "[%d]" % size, "--budget",
             str(self.budget), "--precision", "0.5", "--no-verify", "--db", store,
             "--out", self.folder, "--python", sys.executable], check=True, cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return store

    def run(self, reference, port, size):
        """The comparison inside a run."""
        text = subprocess.run([PAYOFF, "export", self.measure(reference, port, size), "--format",
                               "json"], check=True, stdout=subprocess.PIPE).stdout
        model = json.loads(text)
        item = model["comparisons"][0]
        blocks, sees = sees_of(model["cells"][1], model["cells"][0])
        return Outcome(item["state"], item["interval"]["median"], blocks, sees)

    def compare(self, old, new):
        """What `payoff compare` says of the port in two runs; the ratio is beyond the machine's."""
        text = subprocess.run([PAYOFF, "compare", old, new, "--json"], check=True,
                              stdout=subprocess.PIPE).stdout
        row = json.loads(text)["rows"][1]
        return Outcome(row["state"], (row.get("beyond") or {}).get("median"),
                       (row.get("beyond") or {}).get("n"), None)


def by_block(cell):
    """block -> the time of its processes, each with its fastest sample."""
    processes = collections.defaultdict(dict)
    for sample in cell["samples"]:
        block, process = processes[sample["block"]], sample.get("process", 1)
        ns = sample["wall_ns"] / sample["loops"]
        block[process] = min(block.get(process, ns), ns)
    return {block: statistics.median(times.values()) for block, times in processes.items()}


def least_shift(logs):
    """The least shift of log ratios with which a verdict calls them slower: an interval of 96.25 %
    that leaves out 0, and signed ranks with p of 0.75 % (here by their normal approximation)."""
    count = len(logs)
    rank_sd = math.sqrt(count * (count + 1) * (2 * count + 1) / 24)

    def is_found(shift):
        moved = sorted((log + shift for log in logs), key=abs)
        ranks = sum(place + 1 for place, log in enumerate(moved) if log > 0)
        return ranks - count * (count + 1) / 4 >= 2.674 * rank_sd

    rank = 1
    while 2 * sum(math.comb(count, i) for i in range(rank + 1)) <= 0.0375 * 2.0 ** count:
        rank += 1
    low = max(0, -sorted(logs)[rank - 1])
    if is_found(low):
        return low
    high = max(1e-6, 2 * low)
    while not is_found(high):
        low, high = high, 2 * high
    for _ in range(10):
        middle = (low + high) / 2
        low, high = (low, middle) if is_found(middle) else (middle, high)
    return high


def sees_of(cell, over):
    """How many blocks, and the change that they find in nine of ten runs: runs are drawn from the
    blocks and judged, as in lua/payoff/calibrate.lua. Below 12 blocks it is not known."""
    times, base = by_block(cell), by_block(over)
    logs = [math.log(times[block] / base[block]) for block in times if block in base]
    if len(logs) < 12:
        return len(logs), None
    middle, draw = statistics.median(logs), random.Random(1)
    shifts = sorted(least_shift([log - middle for log in draw.choices(logs, k=len(logs))])
                    for _ in range(200))
    return len(logs), math.exp(shifts[189]) - 1


def signature(path):
    return path + ":f:int64(int64)"


def amounts_per_percent(bench):
    """How much of each damage makes one percent of the work, by CPU time; {kind: why not} as well.
    Measured twice, the second time beside the work and in the amount that is put in."""
    library = ctypes.CDLL(bench.library())
    library.damage_ns.restype = ctypes.c_double
    library.damage_ns.argtypes = [ctypes.c_long, ctypes.c_long]

    def cost_ns(what, count, times):
        return statistics.median(library.damage_ns(what, count) for _ in range(times))

    amounts, refused = {}, {}
    for what, kind in enumerate(C_KINDS):
        for _ in range(3):
            amount = C_SIZE * cost_ns(0, C_SIZE // 8, 9) / cost_ns(what, 200000, 9) / 100
            found = cost_ns(what, round(5 * amount), 15) * amount / (
                C_SIZE * cost_ns(0, C_SIZE // 8, 9))
            if 0.0067 < found < 0.015:
                amounts[kind] = 0.01 / found * amount
                break
            refused[kind] = "what was to be 1 %% was %.2g %%" % (100 * found)
        else:
            continue
        refused.pop(kind, None)
    return amounts, refused


class Plan:
    """The comparisons of a round, in the order of the table."""

    def __init__(self, bench):
        self.bench, self.amounts, self.refused = bench, {}, {}
        self.references = {"Python": bench.python(0), "C": signature(bench.library())}
        self.stores = collections.defaultdict(list)
        self.rows = [("Python, twice", 0, lambda: self.slower(0)),
                     ("C, built twice", 0, lambda: self.damaged("TURNS", 0)),
                     ("Python, in other runs", 0, lambda: self.another("Python", 0)),
                     ("C, in other runs", 0, lambda: self.another("C", 0)),
                     ("turns of a C loop, in other runs", 5, lambda: self.another("C", 5))]
        for percent in SIZES:
            self.rows.append(("turns of a Python loop", percent,
                              lambda percent=percent: self.slower(percent)))
        for kind in C_KINDS:
            for percent in SIZES:
                self.rows.append((C_NAMES[kind], percent, lambda kind=kind, percent=percent:
                                  self.damaged(kind, percent)))

    def calibrate(self):
        self.amounts, refused = amounts_per_percent(self.bench)
        self.refused.update(refused)

    def slower(self, percent):
        return [self.bench.run(self.bench.python(0), self.bench.python(percent), PYTHON_SIZE)]

    def damaged(self, kind, percent):
        if percent and kind not in self.amounts:
            return []
        amount = round(self.amounts.get(kind, 0) * percent)
        return [self.bench.run(signature(self.bench.library()),
                               signature(self.bench.library(kind, amount)), C_SIZE)]

    def another(self, language, percent):
        """A run of its own, compared with the undamaged ones of earlier rounds."""
        if language == "Python":
            port, size = self.bench.python(percent, "port"), PYTHON_SIZE
        else:
            if percent and "TURNS" not in self.amounts:
                return []
            amount = round(self.amounts.get("TURNS", 0) * percent)
            port, size = signature(self.bench.library("TURNS", amount, "port")), C_SIZE
        store = self.bench.measure(self.references[language], port, size)
        outcomes = [self.bench.compare(old, store) for number, old in self.stores[language]
                    if number < self.round]
        if percent == 0:
            self.stores[language].append((self.round, store))
        return outcomes

    def measure(self, rounds, minutes):
        """The outcomes of each row, by its place."""
        began, outcomes = time.monotonic(), collections.defaultdict(list)
        for self.round in range(rounds):
            self.calibrate()
            for place, (_, _, once) in enumerate(self.rows):
                if minutes and time.monotonic() - began > 60 * minutes:
                    return outcomes
                outcomes[place].extend(once())
        return outcomes


def middle(values, form):
    known = [value for value in values if value is not None]
    return form % statistics.median(known) if known else "—"


def show(kind, percent, outcomes):
    states = collections.Counter(one.state for one in outcomes)
    print("| %s | %s | %d | %s | %s | %s | %s |" % (
        kind, "%d %%" % percent if percent else "none", len(outcomes),
        " | ".join(str(states[state]) for state in STATES),
        middle([100 * (one.ratio - 1) for one in outcomes if one.ratio], "%+.1f %%"),
        middle([one.blocks for one in outcomes], "%d"),
        middle([100 * one.sees for one in outcomes if one.sees], "%.1f %%")))
    sys.stdout.flush()
    return states


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--budget", type=float, default=6)
    parser.add_argument("--minutes", type=float, help="no comparison begins later")
    options = parser.parse_args()
    began = time.monotonic()
    alarms, pairs = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory(prefix="payoff-validation-") as folder:
        plan = Plan(Bench(folder, options.budget))
        outcomes = plan.measure(options.rounds, options.minutes)
    print("| damage | put in | runs | %s | median found | blocks | could see |"
          % " | ".join(STATES))
    print("|---|--:|--:|" + "--:|" * (len(STATES) + 3))
    for place, (kind, percent, _) in enumerate(plan.rows):
        states = show(kind, percent, outcomes[place])
        if percent == 0:
            where = "two runs" if "other runs" in kind else "one run"
            alarms[where] += states["faster"] + states["slower"]
            pairs[where] += len(outcomes[place])
    for kind, why in plan.refused.items():
        print("\n%s were not put in every time: %s." % (C_NAMES[kind], why))
    print("\nCalled different of comparisons of the same: %s; %d s in all, %g s a run." % (
        ", ".join("%d of %d in %s" % (alarms[where], pairs[where], where)
                  for where in ("one run", "two runs")),
        time.monotonic() - began, options.budget))
    return 0


if __name__ == "__main__":
    sys.exit(main())
