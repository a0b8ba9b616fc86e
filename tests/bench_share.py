#!/usr/bin/env python3
"""What the wall time of a run goes into, and how much of it is not the subjects' running.

    meson test -C build --benchmark share         (or PAYOFF=build/payoff tests/bench_share.py)

A subject's process is part of the measurement: a fresh process per block is what makes an interval
hold. So "running subjects" is what any program would take that starts the same processes and runs
the same calls in them: the interpreter's bare start and end (measured here, by itself), the
subject's import, finding the loops, and the samples inside their own clocks. All the rest is the
harness: its worker program, commands and replies, noise, the control kernel, the store, results,
planning, reports. Waiting until nobody else uses the core is neither: the wall time here is
without it. "Outside the clocks" is stricter: everything outside the samples' clocks, the
interpreter's start included.

The last column is in CPU time, which says the same on a busy machine: of all that the run and its
processes used, what was used neither inside the samples' clocks nor by the bare starts.

A run lasts 60 seconds, as long as one without --budget (SECONDS_EACH says otherwise): starting
payoff, the reports and other things that are done once take some 0.3 s of it.

Runs are made with --no-verify: the check of inputs before a run runs subjects too, for another
question, and takes half a second for each port whatever the budget is. The interpreter is one of an
environment without packages: what they have started with it (.pth files) can be most of a process
(25 of 36 ms on the machine where this was written), and would hide what payoff adds.
"""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time

PAYOFF = os.path.abspath(os.environ.get("PAYOFF", "build/payoff"))
SECONDS = os.environ.get("SECONDS_EACH", "60")  # payoff's own default
LAPS = ("start", "load", "bracket", "calibrate", "clock", "handshake", "store", "results", "stop",
        "control")
FUNCTION = """
def f(n):
    total = 0
    for i in range(n):
        total += i * i % 7
    return total
"""
# As often as makes a call last about as long as Python's.
NATIVE = """
long f(long n)
{
    volatile long total = 0;
    for (int again = 0; again < 40; again++) {
        long sum = 0;
        for (long i = 0; i < n; i++) sum += i * i % 7;
        total = sum;
    }
    return total;
}
"""


def bare_interpreter(folder):
    """Of an empty environment in the folder; this one where none can be made."""
    made = subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=False,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    return os.path.join(folder, "bin", "python3") if made else sys.executable


def used_cpu_s():
    """CPU seconds of the processes that have ended and were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def bare_start(argv):
    """Median seconds and CPU seconds of a process that does nothing, from start to end."""
    walls, cpus = [], []
    for _ in range(15):
        began, used = time.monotonic(), used_cpu_s()
        subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        walls.append(time.monotonic() - began)
        cpus.append(used_cpu_s() - used)
    return statistics.median(walls), statistics.median(cpus)


def measure(folder, python, ports, size):
    """The run, its seconds and its CPU seconds."""
    store = os.path.join(folder, "store.db")
    for leftover in (store, store + "-wal", store + "-shm"):
        if os.path.exists(leftover):
            os.remove(leftover)
    began, used = time.monotonic(), used_cpu_s()
    subprocess.run(
        [PAYOFF, "try", "kernel.py:f", *ports, "--args", "[%d]" % size, "--budget", SECONDS,
         "--precision", "0.01", "--no-verify", "--db", store, "--out", "out",
         "--python", python],
        cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall_s, cpu_s = time.monotonic() - began, used_cpu_s() - used
    text = subprocess.run([PAYOFF, "export", store, "--format", "json"], cwd=folder, check=True,
                          stdout=subprocess.PIPE).stdout
    return json.loads(text), wall_s, cpu_s


def processes_of(run):
    """Python's and the native worker's: of checks, of studies of warm-up, of blocks."""
    counts = []
    for kind in ("python", "native"):
        names = {one["name"] for one in run["subjects"] if one["kind"] == kind}
        cells = [cell for cell in run["cells"] if cell["subject"] in names]
        counts.append(len(names) + len({(cell["id"], one["block"], one["process"])
                                        for cell in cells
                                        for one in cell["samples"] + (cell.get("warming") or [])}))
    return counts


def samples_cpu_s(run):
    """CPU seconds inside the samples' clocks, of the record alone."""
    return sum(one.get("cpu_ns") or one["wall_ns"]
               for cell in run["cells"]
               for one in cell["samples"] + (cell.get("warming") or [])) / 1e9


def report(name, run, wall_s, cpu_s, starts):
    spent, counts = run["spent"], processes_of(run)
    waited_s = spent.pop("waiting", 0)
    wall_s -= waited_s
    bare_s = sum(count * one[0] for count, one in zip(counts, starts))
    # A busy moment beside the run may have met the bare starts alone: no more than the run's own
    # starts and ends.
    bare_s = min(bare_s, spent.get("start", 0) + spent.get("stop", 0))
    bare_cpu_s = sum(count * one[1] for count, one in zip(counts, starts))
    subject_s = bare_s + sum(spent.get(lap, 0) for lap in ("load", "calibrate", "clock"))
    cells = [name, "%.1f s" % wall_s, "%.1f s" % waited_s]
    cells += ["%.1f" % (100 * spent.get(lap, 0) / wall_s) for lap in LAPS]
    cells += ["%.1f" % (100 * (wall_s - sum(spent.values())) / wall_s),
              "%.1f" % (100 * bare_s / wall_s), "**%.1f**" % (100 * (wall_s - subject_s) / wall_s),
              "%.1f" % (100 * (wall_s - spent["clock"]) / wall_s),
              "%.1f" % (100 * (cpu_s - samples_cpu_s(run) - bare_cpu_s) / cpu_s)]
    print("| %s |" % " | ".join(cells))
    sys.stdout.flush()


def starts_now(python):
    """Of an interpreter, and of a small program."""
    return [bare_start([python, "-c", "pass"]), bare_start(["/bin/true"])]


def mean_of(before, after):
    return [[(one + other) / 2 for one, other in zip(*pair)] for pair in zip(before, after)]


def main():
    with tempfile.TemporaryDirectory(prefix="payoff-share-") as folder:
        python = bare_interpreter(os.path.join(folder, "venv"))
        starts = starts_now(python)
        print("bare start and end of Python %s%s: %.1f ms, of a small program: %.1f ms, as it was "
              "before and after each run; shares in %% of the wall time\n" % (
                  platform.python_version(), " with its packages" * (python == sys.executable),
                  1e3 * starts[0][0], 1e3 * starts[1][0]))
        head = ["run", "wall", "waited", *LAPS, "other", "(bare)", "**harness**",
                "outside the clocks", "harness, CPU"]
        print("| %s |\n|---%s|" % (" | ".join(head), "|--:" * (len(head) - 1)))
        with open(os.path.join(folder, "kernel.py"), "w", encoding="utf-8") as file:
            file.write(FUNCTION)
        with open(os.path.join(folder, "twin.py"), "w", encoding="utf-8") as file:
            file.write(FUNCTION)
        source = os.path.join(folder, "f.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write(NATIVE)
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", "libf.so", source], cwd=folder,
                       check=True)
        native = ["libf.so:f:int64(int64)"]
        for name, ports, size in (("Python twice, 10 ms", ["twin.py:f"], 220000),
                                  ("Python and C, 10 ms", native, 220000),
                                  ("Python twice, 100 ms", ["twin.py:f"], 1500000)):
            measured, after = measure(folder, python, ports, size), starts_now(python)
            report(name, *measured, mean_of(starts, after))
            starts = after
    return 0


if __name__ == "__main__":
    sys.exit(main())
