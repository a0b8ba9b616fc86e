#!/usr/bin/env python3
"""How long payoff and pyperf take to know the time of one Python function equally well.

    meson test -C build --benchmark pyperf        (or PAYOFF=build/payoff tests/bench_pyperf.py)

pyperf runs with its defaults (20 processes, 3 values each); the 95 % interval of the mean over its
processes is taken as what it has found out. Then payoff measures the same function until its own
95 % interval is as narrow. Both are timed as a user sees them, from command to prompt, in turns,
one after the other on the same interpreter: pyperf comes from PyPI into an environment of its own,
which is removed again (what an interpreter finds installed may make each of its starts dearer), or
is that of $PAYOFF_PYTHON where PyPI is not reached. CPU seconds, of all processes together, say how
the two compare where others use the machine as well.
"""

import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv

PAYOFF = os.path.abspath(os.environ.get("PAYOFF", "build/payoff"))
ROUNDS = int(os.environ.get("ROUNDS", "1"))
BUDGET = os.environ.get("BUDGET", "300")  # seconds that payoff may take at most
STUDENT_19 = 2.093  # 97.5 % of Student's t, 19 degrees of freedom: pyperf's 20 processes
FUNCTION = """
def f(n):
    total = 0
    for i in range(n):
        total += i * i % 7
    return total
"""
PYPERF = """
import pyperf
from kernel import f

pyperf.Runner().bench_func("f", f, %d)
"""
SIZES = (1000, 100000)  # some 50 µs and 5 ms


def used_cpu_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(argv, folder, **options):
    """Seconds from command to prompt, and CPU seconds of it and of all that it started."""
    began, used = time.monotonic(), used_cpu_s()
    subprocess.run(argv, cwd=folder, stdout=subprocess.DEVNULL, check=True, **options)
    return time.monotonic() - began, used_cpu_s() - used


def pyperf(python, folder, size):
    """Its times, and the relative half-width of the 95 % interval of the mean over processes."""
    script, out = os.path.join(folder, "bench.py"), os.path.join(folder, "out.json")
    with open(script, "w", encoding="utf-8") as file:
        file.write(PYPERF % size)
    if os.path.exists(out):
        os.remove(out)
    times = timed([python, script, "--quiet", "-o", out], folder, stderr=subprocess.DEVNULL)
    with open(out, encoding="utf-8") as file:
        runs = json.load(file)["benchmarks"][0]["runs"]
    means = [statistics.mean(run["values"]) for run in runs if "values" in run]
    error = statistics.stdev(means) / math.sqrt(len(means))
    return times, STUDENT_19 * error / statistics.mean(means)


def payoff(python, folder, size, width):
    """The same of a run that stops at that width, and how many blocks it took."""
    store = os.path.join(folder, "store.db")
    for leftover in (store, store + "-wal", store + "-shm"):
        if os.path.exists(leftover):
            os.remove(leftover)
    times = timed(
        [PAYOFF, "try", "kernel.py:f", "--args", "[%d]" % size, "--python", python,
         "--precision", "%.4f" % max(0.01, 100 * width), "--budget", BUDGET, "--db", store,
         "--out", "out"],
        folder, stderr=subprocess.DEVNULL)
    text = subprocess.run([PAYOFF, "export", store, "--format", "json"], cwd=folder, check=True,
                          stdout=subprocess.PIPE).stdout
    run = json.loads(text)
    interval = run["cells"][0]["time"]
    reached = (interval["high"] - interval["low"]) / 2 / interval["median"]
    return times, reached, run["blocks"]


def prepare(folder):
    """An interpreter that has pyperf: of a venv with it from PyPI, or PAYOFF_PYTHON if it does."""
    venv.create(os.path.join(folder, "venv"), with_pip=True)
    python = os.path.join(folder, "venv", "bin", "python")
    got = subprocess.run([python, "-m", "pip", "install", "-q", "pyperf"], check=False,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if got.returncode == 0:
        return python
    python = os.environ.get("PAYOFF_PYTHON")
    if python and subprocess.run([python, "-c", "import pyperf"], check=False,
                                 stderr=subprocess.DEVNULL).returncode == 0:
        return python
    print("pyperf cannot be installed: %s" % got.stderr.decode().strip().splitlines()[-1:])
    return None


def main():
    with tempfile.TemporaryDirectory(prefix="payoff-pyperf-") as folder:
        python = prepare(folder)
        if python is None:
            return 77
        with open(os.path.join(folder, "kernel.py"), "w", encoding="utf-8") as file:
            file.write(FUNCTION)
        head = "loop of|pyperf|CPU|±|payoff|CPU|±|blocks|payoff / pyperf|of CPU"
        print("| %s |" % head.replace("|", " | "))
        print("|--:" * 10 + "|")
        for size in SIZES * ROUNDS:
            slow, width = pyperf(python, folder, size)
            fast, reached, blocks = payoff(python, folder, size, width)
            cells = ["%d" % size, *("%.1f s" % one for one in slow), "%.2f %%" % (100 * width),
                     *("%.1f s" % one for one in fast), "%.2f %%" % (100 * reached), "%d" % blocks]
            if reached <= 1.02 * width:
                cells += ["**%.2f**" % (fast[0] / slow[0]), "%.2f" % (fast[1] / slow[1])]
            else:
                cells += ["not reached in %s s" % BUDGET, "—"]
            print("| %s |" % " | ".join(cells))
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
