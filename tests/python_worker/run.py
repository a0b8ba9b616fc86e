#!/usr/bin/env python3
"""Run a folder's unittest files under the oldest and the newest interpreter that can be found, and
the default one; with --all under every one.

usage: run.py [--all] FOLDER [options of unittest]

Interpreters are looked for as python3, python3.8 … and pypy3 in PATH, in the folders of a version
manager (PYENV_ROOT, or ~/.pyenv), and in PAYOFF_TEST_PYTHONS (paths, separated by colons).
"""

import glob
import json
import os
import shutil
import subprocess
import sys

ASK = """
import json, os, sys
print(json.dumps([sys.implementation.name, sys.version_info[:3], os.path.realpath(sys.executable)]))
"""


def candidates():
    yield from os.environ.get("PAYOFF_TEST_PYTHONS", "").split(":")
    names = ["python3"] + ["python3.%d" % minor for minor in range(8, 20)] + ["pypy3"]
    for name in names: # one may hide another of the same name, as a version manager's does
        for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
            yield shutil.which(name, path=folder)
    root = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    for name in ("python3", "pypy3"):
        yield from sorted(glob.glob(root + "/versions/*/bin/" + name))


def found():
    """Interpreters of 3.8 or newer that start, each once: its name, version and path."""
    seen = set()
    for path in filter(None, candidates()):
        try:
            said = subprocess.check_output([path, "-c", ASK], stderr=subprocess.DEVNULL)
            name, version, real = json.loads(said.decode())
        except (OSError, ValueError, subprocess.CalledProcessError):
            continue  # a version manager's stand-in for a version that is not selected
        if tuple(version) >= (3, 8) and real not in seen:
            seen.add(real)
            yield "%s %s" % (name, ".".join(map(str, version))), path


def version_of(one):
    return [int(part) for part in one[0].split()[1].split(".")]


def chosen(every):
    """Of all of one kind the first (the default), the oldest and the newest."""
    listed = list(found())
    if every:
        return listed
    kept = []
    for kind in sorted({title.split()[0] for title, _ in listed}):
        own = [one for one in listed if one[0].split()[0] == kind]
        by_version = sorted(own, key=version_of)
        kept += [one for one in own if one in (own[0], by_version[0], by_version[-1])]
    return kept


def main():
    failed, tried = [], 0
    every = "--all" in sys.argv
    if every:
        sys.argv.remove("--all")
    for title, path in chosen(every):
        tried += 1
        print("# %s: %s" % (title, path), flush=True)
        command = [path, "-W", "ignore", "-m", "unittest", "discover", "-s"] + sys.argv[1:]
        if subprocess.call(command, stderr=subprocess.STDOUT) != 0:
            failed.append(title)
    if tried == 0:
        print("skipped: no Python of 3.8 or newer")
        return 77
    print("# %d interpreters, failed: %s" % (tried, ", ".join(failed) or "none"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
