#!/usr/bin/env python3
"""How fast the exact C port is: against the published Rust function and serial CPython, one thread.

The rounds take turns, so that all subjects see the same machine; shown are the median and the
fastest round, and the ratios of medians. Python runs fewer rounds: it takes seconds.
"""

import statistics
import sys
import time
import unittest

import ports
import reference

ROUNDS = 21
PYTHON_ROUNDS = 3
STEPS = 10_000_000


def subjects():
    """[(name, function of n and steps, rounds)]; what cannot be built is named and left out."""
    def native(target, name):
        ports.make(target)
        return ports.library(name)

    exact = native("exact", "libcpu_exact.so")
    rows = [("C exact", exact.cpu_intensive_steps, ROUNDS)]
    rows += [("C exact, " + name, port, ROUNDS) for name, port in ports.variants(exact)]
    for label, target, name in (("C u128", "u128", "libcpu_u128.so"),
                                ("C naive", "naive", "libcpu_naive.so"),
                                ("Rust u128", "rust-library", "libcpu_rust.so")):
        try:
            rows.append((label, native(target, name).cpu_intensive_steps, ROUNDS))
        except unittest.SkipTest as reason:
            print(f"{label}: {reason}")
    version = "{} {}.{}.{}".format(sys.implementation.name, *sys.version_info[:3])
    return [*rows, (version, reference.cpu_intensive_steps, PYTHON_ROUNDS)]


def main():
    rows = subjects()
    times = {name: [] for name, _, _ in rows}
    values = {}
    for turn in range(ROUNDS):
        for name, function, rounds in rows:
            if turn < rounds:
                start = time.perf_counter()
                values[name] = function(0, STEPS)
                times[name].append(time.perf_counter() - start)
    base = statistics.median(times["C exact"])
    right = values[rows[-1][0]]
    print(f"{STEPS:,} iterations, n = 0, one thread; `ratio` is over C exact\n")
    print(f"{'subject':<20} {'median ms':>10} {'fastest ms':>11} {'ratio':>8}  result")
    for name, _, _ in rows:
        median = statistics.median(times[name])
        verdict = "identical" if values[name] == right else f"{ports.ulps(values[name], right)} ULP"
        print(f"{name:<20} {1e3 * median:10.2f} {1e3 * min(times[name]):11.2f} "
              f"{median / base:7.1f}x  {verdict}")
    if values["C exact"] != right:
        sys.exit("the exact port is not exact")


if __name__ == "__main__":
    try:
        main()
    except unittest.SkipTest as reason:
        print("skipped:", reason)
        sys.exit(77)
