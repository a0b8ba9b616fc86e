#!/usr/bin/env python3
"""gate: does `payoff check` cry wolf, and does it sleep?

    tests/validation/gate.py --same 300 --slow 100

Runs the real command on a CPU-bound C function. Every check builds both sides anew. In the first
series the two sides are the same source: every "slower" is a false alarm. In the second the head
does --effect percent more work, in the same loop, and its result is the same: every check that does
not say "slower" is a miss. With --counted, instructions are compared instead of times (Valgrind):
unchanged code must have a change of exactly 0, and 0.5 % more work must be found every time.

Exit status 0 when no false alarm was raised, at least 95 % were found and the counts are exact.
The table can be trusted for the machine and the hour that it was made on; both are printed. Ctrl-C
and SIGTERM end it early, with what was checked until then.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

REFERENCE = """\
def spin(n):
    x = 88172645463325252
    for _ in range(n):
        x ^= (x << 13) & 0xFFFFFFFFFFFFFFFF
        x ^= x >> 7
        x ^= (x << 17) & 0xFFFFFFFFFFFFFFFF
    return x & 0xFFFFFFFF
"""

SOURCE = """\
#include <stdint.h>

static volatile int64_t extra = EXTRA; /* unknown to the compiler: the code is the same */
static volatile uint64_t sink;

__attribute__((noinline)) static uint64_t run(int64_t n)
{
    uint64_t x = 88172645463325252u;
    for (int64_t i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

int64_t spin(int64_t n)
{
    uint64_t x = run(n);
    sink = run(n * extra / 10000); /* so much more work, in ten-thousandths */
    return (int64_t)(x & 0xFFFFFFFFu);
}
"""

EXPERIMENT = """\
local payoff = require "payoff"
return payoff.experiment {
  name = "gate",
  reference = payoff.python { name = "python", file = "spin.py", func = "spin" },
  subjects = {
    payoff.native { name = "c", library = "libspin.so", symbol = "spin",
      signature = "int64(int64)",
      build = "cc -O2 -shared -fPIC $(cat extra) -o libspin.so spin.c" },
  },
  tasks = { {20000}, {30000} },
}
"""

NAMES = {0: "not slower", 1: "slower", 2: "wrong", 3: "unresolved", 4: "failed"}


def write(folder, extra):
    os.makedirs(folder, exist_ok=True)
    files = {"spin.py": REFERENCE, "spin.c": SOURCE, "spin.lua": EXPERIMENT,
             "extra": "-DEXTRA=%d\n" % extra}
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


class Series:
    """Checks of one kind, and what came of them."""

    def __init__(self, payoff, folder, more):
        self.payoff, self.folder, self.more = payoff, folder, more
        self.statuses, self.seconds, self.results = [], [], []

    def check(self, extra):
        base, head = os.path.join(self.folder, "base"), os.path.join(self.folder, "head")
        write(base, 0)
        write(head, extra)
        began = time.monotonic()
        process = subprocess.run(
            [self.payoff, "check", os.path.join(head, "spin.lua"), "--base", base, "--json",
             *self.more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
            env=dict(os.environ, PAYOFF_PYTHON=sys.executable), check=False)
        self.seconds.append(time.monotonic() - began)
        self.statuses.append(process.returncode)
        if process.returncode not in NAMES:
            sys.exit("gate: payoff ended with %d: %s" % (process.returncode, process.stderr))
        self.results.append(json.loads(process.stdout))

    def count(self, status):
        return self.statuses.count(status)

    def pairs(self):
        rows = [row for result in self.results for row in result["rows"]]
        return statistics.mean(row.get("screen_pairs", 0) + row.get("confirm_pairs", 0)
                               for row in rows)

    def sees(self):
        seen = [result["sees"] for result in self.results if "sees" in result]
        return "%.2g %%" % (100 * statistics.median(seen)) if seen else "-"

    def line(self, name):
        found = ", ".join("%d %s" % (self.count(status), text) for status, text in NAMES.items()
                          if self.count(status))
        return "%-16s %4d checks: %s; %.1f pairs and %.2f s each (median %.2f s), could see %s" % (
            name, len(self.statuses), found, self.pairs(), statistics.mean(self.seconds),
            statistics.median(self.seconds), self.sees())


def timed(arguments, folder):
    same = Series(arguments.payoff, folder, [])
    slow = Series(arguments.payoff, folder, ["--effect", "%g" % arguments.effect])
    good = True
    try:
        for _ in range(arguments.same):
            same.check(0)
        for _ in range(arguments.slow):
            slow.check(round(arguments.effect * 100))
    except KeyboardInterrupt:
        print("interrupted: what was checked until then")
        good = False
    if same.statuses:
        print(same.line("unchanged"))
        good = good and same.count(1) == 0
    if slow.statuses:
        print(slow.line("+%g %% work" % arguments.effect))
        good = good and slow.count(1) >= 0.95 * len(slow.statuses)
    return good


def counted(arguments, folder):
    """Instructions: changes of unchanged code, and of half a percent more work."""
    more = ["--counts", "simulated", "--pairs", "3", "--fail-on", "slower"]
    same, slow = Series(arguments.payoff, folder, more), Series(arguments.payoff, folder, more)
    for _ in range(arguments.counted):
        same.check(0)
        slow.check(50)
    changes = [[result["rows"][0].get("counts", {}).get("change") for result in series.results]
               for series in (same, slow)]
    if None in changes[0] or None in changes[1]:
        print("counts: %s" % same.results[0]["rows"][0]["text"])
        return False
    exact = sum(change == 0 for change in changes[0])
    print("counted, unchanged: %d of %d changes are exactly 0" % (exact, len(changes[0])))
    print("counted, +0.5 %% work: %d of %d found (%.3f %% to %.3f %%)" % (
        slow.count(1), len(changes[1]), 100 * min(changes[1]), 100 * max(changes[1])))
    return exact == len(changes[0]) and slow.count(1) == len(changes[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--same", type=int, default=300, help="checks of unchanged code")
    parser.add_argument("--slow", type=int, default=100, help="checks of slower code")
    parser.add_argument("--effect", type=float, default=3, help="percent of added work")
    parser.add_argument("--counted", type=int, default=0, help="checks of instruction counts")
    parser.add_argument("--payoff", default=os.environ.get("PAYOFF_BINARY", "build/payoff"))
    arguments = parser.parse_args()
    arguments.payoff = os.path.abspath(arguments.payoff)
    folder = tempfile.mkdtemp(prefix="payoff-gate-")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print("%s, %d CPUs, load %.1f" % (platform.machine(), os.cpu_count(), os.getloadavg()[0]))
        good = timed(arguments, folder)
        if arguments.counted:
            good = counted(arguments, folder) and good
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
