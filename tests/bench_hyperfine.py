#!/usr/bin/env python3
"""Whole commands by hyperfine and by payoff: the same two programs, one run after the other.

    meson test -C build --benchmark hyperfine     (or PAYOFF=build/payoff tests/bench_hyperfine.py)

hyperfine starts each program without a shell (-N), as payoff's subject does: a C function that
starts the program by posix_spawn and waits for it. Times are medians of all that was measured
(what payoff itself reports is steadier: the fastest sample of each process). The ratio beside a
time is payoff's over hyperfine's; the speed-up is that of the second program over the first, as
each tool finds it. Seconds are from command to prompt. Status 77: hyperfine or a C compiler is not
here.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PAYOFF = os.path.abspath(os.environ.get("PAYOFF", "build/payoff"))
SECONDS = os.environ.get("SECONDS_EACH", "8")
PROGRAM = """
#include <stdlib.h>
int main(int argc, char **argv)
{
    long n = argc > 1 ? atol(argv[1]) : 0, total = 0;
    for (volatile long i = 0; i < n; i++)
        total += i * i % 7;
    return total == 42;
}
"""
STARTER = """
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
extern char **environ;
static long start(char *size)
{
    char *argv[] = {"./work", size, NULL};
    pid_t pid;
    int status = 0;
    if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) != 0)
        abort();
    while (waitpid(pid, &status, 0) < 0)
        ;
    return status;
}
long slow(long unused) { return start("%d") + 0 * unused; }
long fast(long unused) { return start("%d") + 0 * unused; }
"""
SIZES = ((400000, 200000), (8000000, 4000000))  # loops: some ms and some tens of ms


def timed(argv, folder):
    began = time.monotonic()
    subprocess.run(argv, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   check=True)
    return time.monotonic() - began


def by_hyperfine(folder, sizes):
    """Median seconds of each program, and what finding them took."""
    took = timed(["hyperfine", "-N", "--export-json", "h.json",
                  *("./work %d" % size for size in sizes)], folder)
    with open(os.path.join(folder, "h.json"), encoding="utf-8") as file:
        return [one["median"] for one in json.load(file)["results"]], took


def by_payoff(folder, sizes):
    with open(os.path.join(folder, "starter.c"), "w", encoding="utf-8") as file:
        file.write(STARTER % sizes)
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", "libstarter.so", "starter.c"],
                   cwd=folder, check=True)
    took = timed([PAYOFF, "try", "libstarter.so:slow:int64(int64)",
                  "libstarter.so:fast:int64(int64)", "--args", "[0]", "--budget", SECONDS,
                  "--no-verify", "--db", "store.db", "--out", "out"], folder)
    text = subprocess.run([PAYOFF, "export", "store.db", "--format", "json"], cwd=folder,
                          check=True, stdout=subprocess.PIPE).stdout
    cells = json.loads(text)["cells"]  # the slow one is the reference, and comes first
    os.remove(os.path.join(folder, "store.db"))
    return [statistics.median(one["wall_ns"] / one["loops"] for one in cell["samples"]) / 1e9
            for cell in cells if cell["mode"] == "serial"], took


def main():
    for tool in ("hyperfine", "cc"):
        if not shutil.which(tool):
            print("%s is not installed" % tool)
            return 77
    print("| program | hyperfine | payoff | payoff / hyperfine | hyperfine took | payoff took |")
    print("|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory(prefix="payoff-hyperfine-") as folder:
        with open(os.path.join(folder, "work.c"), "w", encoding="utf-8") as file:
            file.write(PROGRAM)
        subprocess.run(["cc", "-O2", "-o", "work", "work.c"], cwd=folder, check=True)
        for sizes in SIZES:
            theirs, their_s = by_hyperfine(folder, sizes)
            ours, our_s = by_payoff(folder, sizes)
            for size, their, our in zip(sizes, theirs, ours):
                print("| %d loops | %.2f ms | %.2f ms | %.3f | | |" % (
                    size, 1e3 * their, 1e3 * our, our / their))
            a, b = theirs[0] / theirs[1], ours[0] / ours[1]
            print("| speed-up of the second | %.3f× | %.3f× | %.3f | %.1f s | %.1f s |" % (
                a, b, b / a, their_s, our_s))
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
