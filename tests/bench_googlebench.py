#!/usr/bin/env python3
"""One native function, in one process, by Google Benchmark and by payoff: the same library.

    meson test -C build --benchmark googlebench   (or tests/bench_googlebench.py)

Both call the function through a pointer, payoff by libffi as it does every native subject. Times
are medians: of repetitions there, of all samples in fresh processes here. Instructions are counted
by libpfm there, and by payoff here, where there is a counter; else the reason is told. Status 77:
Google Benchmark (libbenchmark-dev) or a C++ compiler is not here.
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
FUNCTION = """
long f(long n)
{
    long total = 0;
    for (long i = 0; i < n; i++)
        total += i * i % 7;
    return total;
}
"""
BENCHMARK = """
#include <benchmark/benchmark.h>
#include <cstdlib>
extern "C" long f(long);
static void run(benchmark::State &state)
{
    long n = state.range(0);
    for (auto _ : state)
        benchmark::DoNotOptimize(f(n));
}
BENCHMARK(run)->Arg(%s);
BENCHMARK_MAIN();
"""
SIZES = (100, 10000, 1000000)  # some 0.2 µs, 20 µs and 2 ms


def by_google(folder):
    """size -> (median ns of wall time, instructions per call or None), and what it took."""
    began = time.monotonic()
    text = subprocess.run(
        ["./bench", "--benchmark_repetitions=10", "--benchmark_min_time=0.1",
         "--benchmark_format=json", "--benchmark_perf_counters=INSTRUCTIONS"],
        cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    took = time.monotonic() - began
    found = {}
    for one in json.loads(text)["benchmarks"]:
        if one.get("run_type") == "iteration":
            found.setdefault(int(one["name"].split("/")[1]), []).append(one)
    return {size: (statistics.median(one["real_time"] for one in all_of),
                   statistics.median(one["INSTRUCTIONS"] for one in all_of)
                   if all("INSTRUCTIONS" in one for one in all_of) else None)
            for size, all_of in found.items()}, took


def instructions(cell, run):
    """Per call, with the reason where there are none."""
    for position, event in enumerate(run["events"]):
        if event["asked"] == "instructions" or event.get("name") == "instructions":
            got = cell["per_task"][position]
            return got.get("median"), got.get("reason") or event.get("reason") or "not counted"
    return None, "not asked for"


def by_payoff(folder, size):
    began = time.monotonic()
    subprocess.run([PAYOFF, "try", "libf.so:f:int64(int64)", "libg.so:f:int64(int64)", "--args",
                    "[%d]" % size, "--budget", SECONDS, "--no-verify", "--db", "%d.db" % size,
                    "--out", "out"], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    took = time.monotonic() - began
    text = subprocess.run([PAYOFF, "export", "%d.db" % size, "--format", "json"], cwd=folder,
                          check=True, stdout=subprocess.PIPE).stdout
    run = json.loads(text)
    cell = run["cells"][0]
    time_ns = statistics.median(one["wall_ns"] / one["loops"] for one in cell["samples"])
    return time_ns, instructions(cell, run), took


def build(folder):
    """The reason why it cannot be built, or None."""
    for name, text in (("f.c", FUNCTION),
                       ("bench.cc", BENCHMARK % ")->Arg(".join(map(str, SIZES)))):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    for library in ("libf.so", "libg.so"):
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, "f.c"], cwd=folder,
                       check=True)
    done = subprocess.run(["c++", "-O2", "-o", "bench", "bench.cc", "./libf.so", "-lbenchmark",
                           "-lpthread"], cwd=folder, check=False, stderr=subprocess.PIPE)
    return None if done.returncode == 0 else "Google Benchmark (libbenchmark-dev) is not installed"


def main():
    if not shutil.which("c++"):
        print("there is no C++ compiler")
        return 77
    with tempfile.TemporaryDirectory(prefix="payoff-google-") as folder:
        reason = build(folder)
        if reason:
            print(reason)
            return 77
        theirs, their_s = by_google(folder)
        print("| loops | Google Benchmark | payoff | payoff / Google | instructions, Google "
              "| instructions, payoff | payoff took |\n|--:|--:|--:|--:|--:|--:|--:|")
        why = None
        for size in SIZES:
            ours, (counted, reason), took = by_payoff(folder, size)
            their_ns, their_count = theirs[size]
            why = why or (reason if counted is None else None)
            print("| %d | %.4g ns | %.4g ns | %.3f | %s | %s | %.1f s |" % (
                size, their_ns, ours, ours / their_ns,
                "not counted" if their_count is None else "%.0f" % their_count,
                "not counted" if counted is None else "%.0f" % counted, took))
            sys.stdout.flush()
        print("\nGoogle Benchmark took %.1f s for all of them." % their_s)
        if why:
            print("payoff counted no instructions: %s." % why.rstrip("."))
        if all(count is None for _, count in theirs.values()):
            print("Google Benchmark counted none: no counter here, or built without libpfm.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
