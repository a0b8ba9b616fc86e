#!/usr/bin/env python3
"""How much slower the audited functions are: a line each, the article's function first.

The figure to reach is 6; CPU time, each the smallest of some runs, plain and
audited in turn.
"""

import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
sys.path.insert(0, os.path.join(ROOT, "profiler", "workers", "python"))

from payoff_ranges import Audit, read  # noqa: E402

ARTICLE = os.path.join(ROOT, "kernel", "cpu_intensive", "reference.py")
LOOPS = os.path.join(HERE, "loops.py")
CASES = [
    (ARTICLE, "cpu_intensive_steps", (1, 200000)),
    (LOOPS, "congruential", (200000,)),
    (LOOPS, "fibonacci", (21,)),
    (LOOPS, "collatz", (3000,)),
    (LOOPS, "comprehension", (200000,)),
    (LOOPS, "generators", (200000,)),
    (LOOPS, "sorted_by", (50000,)),
    (LOOPS, "bodies", (20000,)),
    (LOOPS, "methods", (30000,)),
    (LOOPS, "matrix", (50,)),
    (LOOPS, "edit_distance", ("kitten sitting" * 8, "sitting kitten" * 8)),
    (LOOPS, "countdown", (200000,)),
    (LOOPS, "hashed", (bytes(range(256)) * 400,)),
    (LOOPS, "accumulate", (200000,)),
]


def main():
    for path, name, task in CASES:
        source = read(path)
        both = [Audit(path, source, watched=False), Audit(path, source)]
        best = [float("inf")] * 2
        for _ in range(9):
            for index, one in enumerate(both):
                function, start = one.find(name), time.process_time()
                function(*task)
                best[index] = min(best[index], time.process_time() - start)
        plain, watched = best
        print("%-22s %7.1f ms plain  %5.2f x" % (name, plain * 1e3, watched / plain), flush=True)


if __name__ == "__main__":
    main()
