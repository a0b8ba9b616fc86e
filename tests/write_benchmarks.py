#!/usr/bin/env python3
"""Runs payoff's own benchmarks on this machine and writes reports/BENCHMARKS.md.

    tests/write_benchmarks.py [--only NAME…] [--build DIR] [--out FILE]

All of them take some five minutes on a quiet machine. What --only leaves out keeps the text that
the page has of it, with the date and machine it was measured on; what cannot be measured says why.
"""

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
PAGE = """# What payoff itself costs, and how it compares

Measured and written by `tests/write_benchmarks.py`; nothing here is written by hand. Each section
is also a benchmark by itself: `meson test -C build --benchmark NAME`.
"""
# name -> title, words, command, seconds it may take, environment
SECTIONS = {
    "startup": ("Starting payoff", "Whole processes.", ["python", "bench_startup.py"], 60, {}),
    "runtimes": ("A worker and an empty bracket, per runtime",
                 "What the bracket takes is taken off each time. Start is from fork to the end of "
                 "the handshake.", ["python", "bench_runtimes.py"], 60, {"SECONDS_EACH": "10"}),
    "bracket": ("The empty bracket of the native worker", "Clocks and one group, around no work.",
                ["build", "bench_bracket"], 30, {}),
    "counters": ("Reading groups of counters", "One system call each.",
                 ["build", "bench_counters"], 30, {}),
    "share": ("The harness's share of a run", "Everything that a program would not take which "
              "starts the same processes and makes the same calls.",
              ["python", "bench_share.py"], 90, {"SECONDS_EACH": "10"}),
    "store": ("The store", "Samples with four readings, in and out.", ["build", "bench_store"], 60,
              {}),
    "million": ("Reports of up to a million samples", "Seconds of each command, its peak of "
                "memory, and the size of what it writes.", ["python", "bench_million.py"], 120, {}),
    "hyperfine": ("Beside hyperfine: whole commands", "The same two programs by both.",
                  ["python", "bench_hyperfine.py"], 90, {"SECONDS_EACH": "6"}),
    "googlebench": ("Beside Google Benchmark: a native function", "The same library by both.",
                    ["python", "bench_googlebench.py"], 90, {"SECONDS_EACH": "6"}),
    "pyperf": ("Beside pyperf: a Python function", "Seconds from command to prompt until payoff's "
               "95 % interval is as narrow as that of pyperf's defaults.",
               ["python", "bench_pyperf.py"], 150, {}),
}


def machine(payoff):
    text = subprocess.run([payoff, "doctor", "--json"], check=True, stdout=subprocess.PIPE).stdout
    facts = json.loads(text)["machine"]
    virtual = facts.get("virtual_machine")
    return "*%s, on %s, %s usable CPUs%s; load average %.1f before.*" % (
        datetime.date.today().isoformat(), (facts.get("cpu") or {}).get("model") or
        "an unknown processor", facts.get("cpus_usable", "?"),
        " of a virtual machine (%s)" % virtual if virtual else "", os.getloadavg()[0])


def measure(command, limit_s, more, build, payoff):
    """What the benchmark printed; one sentence where it could not measure."""
    kind, name = command
    argv = [sys.executable, os.path.join(HERE, name)] if kind == "python" else [
        os.path.join(build, "tests", name)]
    try:
        done = subprocess.run(argv, cwd=TOP, env=dict(os.environ, PAYOFF=payoff, **more),
                              stdout=subprocess.PIPE, timeout=limit_s, check=False)
    except FileNotFoundError:
        return "Not measured: %s is not built." % name
    except subprocess.TimeoutExpired as problem:
        rest = (problem.stdout or b"").decode().strip()
        return (rest + "\n\nNot measured further: it took longer than %d s." % limit_s).strip()
    text = done.stdout.decode().strip()
    if done.returncode == 77:
        return "Not measured: %s." % text.splitlines()[-1].rstrip(".")
    if done.returncode != 0:
        return "Not measured: %s ended with status %d." % (name, done.returncode)
    return text if "|--" in text else "```\n%s\n```" % text


def old_sections(path):
    try:
        with open(path, encoding="utf-8") as file:
            parts = re.split(r"^## (.*)$", file.read(), flags=re.M)
    except FileNotFoundError:
        return {}
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2])))


def write(path, page):
    text = PAGE
    for title, words, *_ in SECTIONS.values():
        text += "\n## %s\n\n%s\n" % (title, page.get(title, words + "\n\nNot measured yet."))
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--build", default=os.path.join(TOP, "build"))
    parser.add_argument("--out", default=os.path.join(TOP, "reports", "BENCHMARKS.md"))
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    payoff = os.path.join(build, "payoff")
    page = old_sections(options.out)
    for name, (title, words, command, limit_s, more) in SECTIONS.items():
        if name in options.only:
            about, began = machine(payoff), time.monotonic()
            found = measure(command, limit_s, more, build, payoff)
            page[title] = "%s\n\n%s\n\n%s" % (words, about, found)
            write(options.out, page)  # a page that is cut short keeps what was measured
            print("%s: %.0f s" % (name, time.monotonic() - began), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
