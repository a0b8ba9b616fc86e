#!/usr/bin/env python3
"""What starting a worker, talking to it and an empty bracket cost, per runtime: only figures.

    meson test -C build --benchmark runtimes      (or PAYOFF=build/payoff tests/bench_runtimes.py)

One small function in each runtime, measured by `payoff run` in many short processes. Start: from
fork to the end of the handshake. Load: until the function could be called. Bracket: clock and CPU
time around no work, which payoff takes off. Handshake and the like are the run's own stopwatch
(lua/payoff/run/stopwatch.lua), all runtimes together, per process.
"""

import json
import os
import subprocess
import sys
import tempfile

PAYOFF = os.path.abspath(os.environ.get("PAYOFF", "build/payoff"))
SECONDS = os.environ.get("SECONDS_EACH", "12")
WORKER = os.path.join(os.path.dirname(PAYOFF), "profiler", "workers", "python", "python_worker.py")
EXPERIMENT = """
local payoff = require "payoff"
return payoff.experiment {
  name = "runtimes",
  reference = payoff.python { name = "Python", file = "kernel.py", func = "f" },
  subjects = {
    payoff.native { name = "native", library = "libf.so", symbol = "f",
      signature = "int64(int64)" },
    payoff.executable { name = "executable", command = { "%s", "%s" },
      subject = { file = "kernel.py", func = "f" } },
  },
  tasks = { {1000} }, modes = { "serial" },
}
"""


def prepare(folder):
    texts = {"kernel.py": "def f(n):\n    return sum(range(n))\n",
             "f.c": "long f(long n) { long t = 0; for (long i = 0; i < n; i++) t += i; return t; }",
             "runtimes.lua": EXPERIMENT % (sys.executable, os.path.realpath(WORKER))}
    for name, text in texts.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", "libf.so", "f.c"], cwd=folder,
                   check=True)


def ms(value):
    return "%.2f ms" % (value["median"] / 1e6) if value and value.get("median") else "not known"


def main():
    with tempfile.TemporaryDirectory(prefix="payoff-runtimes-") as folder:
        prepare(folder)
        subprocess.run([PAYOFF, "run", "runtimes.lua", "--no-verify", "--budget", SECONDS, "--out",
                        "out", "--python", sys.executable], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        text = subprocess.run([PAYOFF, "export", "runtimes.payoff.db", "--format", "json"],
                              cwd=folder, check=True, stdout=subprocess.PIPE).stdout
    run = json.loads(text)
    print("| runtime | start | load | bracket, clock | bracket, CPU |\n|---|--:|--:|--:|--:|")
    for subject in run["subjects"]:
        bracket = subject.get("bracket") or {}
        print("| %s | %s | %s | %s | %s |" % (
            subject["name"], ms(subject.get("start")), ms(subject.get("load")),
            *("%d ns" % bracket[key] if bracket.get(key) is not None else "not known"
              for key in ("wall_ns", "cpu_ns"))))
    processes = sum(len({(one["block"], one["process"]) for one in cell["samples"]})
                    for cell in run["cells"])
    laps = ", ".join("%s %.2f ms" % (name, 1e3 * run["spent"][name] / processes)
                     for name in sorted(run["spent"]) if name != "clock")
    print("\nPer process (%d of them), on the average: %s." % (processes, laps))
    return 0


if __name__ == "__main__":
    sys.exit(main())
