#!/usr/bin/env python3
"""The real command over interpreters: `payoff try` and `verify` with each as the reference's.

usage: test_pythons.py [--all] [--list]

By default the oldest and the newest that the machine has; --all takes each, PyPy as well, and
prints one line for each. Where they are looked for, tests/python_worker/run.py says."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "python_worker"))

import run  # noqa: E402

PAYOFF = os.environ.get("PAYOFF_BINARY", "payoff")

KERNEL = '''\
def total(n, steps):
    result = 0
    for i in range(steps):
        result += i % 7 + (n & 1)
    return result


def wrong(n, steps):
    return total(n, steps) + (steps > 9)
'''

C_PORT = '''\
#include <stdint.h>
int64_t total(int64_t n, int64_t steps)
{
    int64_t result = 0;
    for (int64_t i = 0; i < steps; i++)
        result += i % 7 + (n & 1);
    return result;
}
'''


def payoff(folder, python, *arguments):
    """Its status, and what it said."""
    process = subprocess.run(
        [PAYOFF, *arguments], cwd=folder, timeout=300, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", errors="replace", check=False,
        env=dict(os.environ, PAYOFF_PYTHON=python, XDG_CACHE_HOME=folder + "/cache"))
    return process.returncode, process.stdout


def check(title, python):
    """What is wrong, or None."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("kernel.py", KERNEL), ("total.c", C_PORT)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", "libtotal.so", "total.c"],
                       cwd=folder, check=True)
        status, said = payoff(
            folder, python, "try", "kernel.py:total", "libtotal.so:total:int64(int64, int64)",
            "kernel.py:wrong", "--args", "[1, 20000]", "--args", "[2, 20000]",
            "--modes", "serial,process,thread", "--jobs", "2", "--blocks", "2", "--db", "s.db",
            "--out", "out")
        if status != 2: # one port is wrong
            return "try: status %d\n%s" % (status, said)
        status, text = payoff(folder, python, "report", "s.db", "--json", "-")
        if status != 0:
            return "report: status %d\n%s" % (status, text)
        found = json.loads(text)
        runtimes = {subject["name"]: subject.get("runtime") for subject in found["subjects"]}
        if not runtimes["total"].startswith(title):
            return "it was run by %s" % runtimes
        modes, states = set(), {}
        for cell in found["cells"]:
            modes.add((cell["subject"], cell["mode"]))
            states.setdefault(cell["subject"], set()).add(cell["verdict"]["state"])
        if states != {"total": {"identical"}, "total-2": {"identical"}, "wrong": {"wrong"}}:
            return "verdicts: %s\n%s" % (states, said)
        if {mode for name, mode in modes if name == "total"} != {"serial", "process", "thread"}:
            return "modes: %s\n%s" % (sorted(modes), said)
    return None


def main():
    wanted = set(sys.argv[1:])
    if wanted - {"--all", "--list"}:
        sys.exit(__doc__)
    if shutil.which("cc") is None:
        print("skipped: no C compiler")
        return 77
    found = sorted(run.found(), key=lambda one: [
        int(part) if part.isdigit() else part for part in one[0].replace(" ", ".").split(".")])
    if "--list" in wanted:
        print("\n".join("%s: %s" % one for one in found))
        return 0
    if "--all" not in wanted and len(found) > 2:
        found = [found[0], found[-1]]
    failed = 0
    for title, path in found:
        problem = check(title, path)
        failed += problem is not None
        print("%s: %s" % (title, problem or "ok"), flush=True)
    if not found:
        print("skipped: no Python of 3.8 or newer")
        return 77
    print("%d interpreters, %d failed" % (len(found), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
