#!/usr/bin/env python3
"""How long payoff takes to start: whole processes, wall time, medians. The aim is 20 ms at most."""

import os
import statistics
import subprocess
import sys
import time

PAYOFF = os.environ["PAYOFF"]
ROUNDS = 51


def times_ms(arguments):
    for _ in range(ROUNDS):
        began = time.perf_counter_ns()
        subprocess.run([PAYOFF, *arguments], stdout=subprocess.DEVNULL, check=True)
        yield (time.perf_counter_ns() - began) / 1e6


def main():
    print("%-20s %8s %8s %8s   (ms of wall time, %d runs)" % ("command", "median", "least", "most",
                                                          ROUNDS))
    for arguments in (["--version"], ["--help"], ["run", "--help"], ["counters", "--json"]):
        values = sorted(times_ms(arguments))
        print("%-20s %8.2f %8.2f %8.2f" % (" ".join(arguments), statistics.median(values),
                                           values[0], values[-1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
