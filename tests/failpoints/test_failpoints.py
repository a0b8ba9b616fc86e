#!/usr/bin/env python3
"""Every call that payoff makes of the system and of the allocator fails once, in small commands.

usage: test_failpoints.py [COMMAND…] [--each N] [--seed N] [--kind KIND] [--errors N] [--jobs N]
                          [--most N] [--shard K/N] [--done FILE] [--once] [--besides COMMAND,…]

Calls that come the same way (the same stack) fail alike, and are tried once. --each N takes at most
N of every kind (default 0: all), --errors N the first N errors of a kind (default 0: all), --most N
so many tries of a command, drawn by the seed, --kind system all but the allocator's. --shard 2/5
takes the second of five parts. --done FILE keeps what was tried and was right there; started again
with it, the rest is tried. --once tries an allocation in one command, and not in others that come
to it the same way: most are made while payoff reads its own Lua. --besides report,merge leaves out
the allocations that these come to in the same way, without trying them. Expected each time: the
command ends, by a documented status and with one clear line, or goes on and is right; no process,
no fd, no temporary file is left, and the store is whole.
"""

import argparse
import concurrent.futures
import errno
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
import uuid

import points

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from support import still_left  # noqa: E402

PAYOFF = os.environ.get("PAYOFF_BINARY", "payoff")
SUBJECT = os.environ.get("FAULTS_LIBRARY", "libfaults.so")
STATUSES = (0, 1, 2, 3, 4, 64, 65, 66, 69, 71, 74, 130)
TIMEOUT_S = 90

KERNEL = '''\
def total(n, steps):
    return sum(i * n for i in range(steps))
'''

EXPERIMENT = '''\
local payoff = require "payoff"
return payoff.experiment {
  name = "small",
  reference = payoff.native { name = "base", library = "%(library)s", symbol = "total",
    signature = "int64(int64, int64)" },
  subjects = {
    payoff.native { name = "so", library = "%(library)s", symbol = "total",
      signature = "int64(int64, int64)" },
    payoff.python { name = "python", file = "kernel.py", func = "total" },
  },
  check = { bits = 16 }, tasks = { {1, 100}, {2, 100} }, modes = { "serial", "process" },
  jobs = { 2 }, starts = { "warm" }, metrics = { "os" }, timeout = 20, blocks = 2, samples = 1,
}
'''

# name -> arguments, the files that must be there if it succeeded.
COMMANDS = {
    "run": ("run small.lua --no-verify --out out", ["out/small.csv", "out/small.html"]),
    "report": ("report small.payoff.db --html r.html --csv r.csv --json r.json",
               ["r.html", "r.csv", "r.json"]),
    "merge": ("merge small.payoff.db other.payoff.db", []),
    "verify": ("verify small.lua --inputs 3 --seed 1 --json v.json", ["v.json"]),
    "check": ("check small.lua --baseline small.baseline.json --only so/serial/* --junit j.xml",
              ["j.xml"]),
    "counters": ("counters", []),
    "doctor": ("doctor", []),
    "runs": ("runs small.payoff.db", []),
    "export": ("export small.payoff.db --out samples.csv", ["samples.csv"]),
}


def environment(folder, more):
    found = dict(os.environ, PAYOFF_PYTHON=sys.executable, XDG_CACHE_HOME=folder + "/cache",
                 TMPDIR=folder + "/temporary")
    found.update(more)
    return found


def samples(path):
    """How many samples each run of the store has, by the run's id; raises if it is damaged."""
    store = sqlite3.connect(path)
    try:
        verdict = store.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise ValueError(verdict)
        return dict(store.execute(
            "SELECT runs.name, count(samples.id) FROM runs LEFT JOIN cells ON cells.run = runs.id "
            "LEFT JOIN samples ON samples.cell = cells.id GROUP BY runs.id"))
    finally:
        store.close()


class Place:
    """A folder as each command finds it, made once and copied for each try."""

    def __init__(self, wanted):
        self.top = tempfile.mkdtemp(prefix="payoff-failpoints-")
        self.folder = os.path.join(self.top, "model")
        os.makedirs(self.folder + "/temporary")
        for name, text in (("kernel.py", KERNEL),
                           ("small.lua", EXPERIMENT % {"library": SUBJECT})):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        self.must("run", "small.lua", "--no-verify", "--db", "other.payoff.db")
        self.must("run", "small.lua", "--no-verify")
        if "check" in wanted:
            self.must("baseline", "save", "small.lua", "--only", "so/serial/*")
        self.samples = samples(self.folder + "/small.payoff.db")

    def must(self, *arguments):
        status, out, err = points.run([PAYOFF, *arguments], self.folder,
                                      environment(self.folder, {}), TIMEOUT_S)
        if status != 0:
            sys.exit("failpoints: payoff %s: %s\n%s%s" % (" ".join(arguments), status, out, err))

    def copy(self):
        folder = os.path.join(self.top, uuid.uuid4().hex)
        shutil.copytree(self.folder, folder)
        return folder


class Try:
    """One command with one call that fails; self.faults says what was not as it should be."""

    def __init__(self, place, command, point=None, error=None, times=1):
        self.place, self.command, self.point, self.error = place, command, point, error
        self.times, self.faults, self.fired = times, [], 0
        self.folder = place.copy()
        try:
            self.go()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def go(self):
        log = points.Log(self.folder + "/failpoint.log")
        log.clear()
        mark = "PAYOFF_FAILPOINTS_" + uuid.uuid4().hex
        how = points.failing(log, self.point, self.times, self.error) if self.point \
            else points.counted(log)
        arguments = COMMANDS[self.command][0].split()
        self.status, self.out, self.err = points.run(
            [PAYOFF, *arguments], self.folder, environment(self.folder, dict(how, **{mark: "1"})),
            TIMEOUT_S)
        if self.point:
            self.fired = log.fired()
        else:
            self.calls = points.distinct(log.calls())
        self.check_end()
        if log.left():
            self.fault("left open: %s" % ", ".join(log.left()))
        self.check_left(mark)
        self.check_store()

    def fault(self, text):
        self.faults.append(text)

    def check_end(self):
        if self.status is None:
            return self.fault("did not end")
        if self.status not in STATUSES:
            self.fault("ended by status %d" % self.status)
        if "internal error" in self.err or "traceback" in self.err:
            self.fault("an internal error")
        said = [line for line in self.err.splitlines() if line.startswith("payoff: ")]
        if self.status >= 64 and len(said) != 1:
            self.fault("%d clear lines" % len(said))
        if self.status in (64, 65) and not self.names_the_error():
            self.fault("blamed on the user")
        if self.status >= 64 and self.error in (points.SHORT, "EINTR"):
            self.fault("not repeated")
        if self.status == 0:
            for name in COMMANDS[self.command][1]:
                if not os.path.exists(os.path.join(self.folder, name)):
                    self.fault("no " + name)
        return None

    def names_the_error(self):
        return bool(self.error) and os.strerror(getattr(errno, self.error)) in self.err

    def check_left(self, mark):
        if left := still_left(mark, 10):
            self.fault("left the processes %s" % left)
        names = os.listdir(self.folder + "/temporary")
        for _, _, files in os.walk(self.folder):
            names += [name for name in files if ".tmp" in name or name.endswith("~")]
        # What cannot be looked into or removed stays: that is what was made to fail.
        if names and (not self.point or self.point.kind not in ("opendir", "unlink")):
            self.fault("left the files %s" % names)

    def check_store(self):
        try:
            there = samples(self.folder + "/small.payoff.db")
        except (sqlite3.Error, ValueError) as problem:
            return self.fault("the store is damaged: %s" % problem)
        for name, count in self.place.samples.items():
            if there.get(name) != count:
                self.fault("%s of %d samples are there" % (there.get(name), count))
        if self.command == "run" and self.status == 0 and "is not complete" not in self.out:
            new = sum(count for name, count in there.items() if name not in self.place.samples)
            if new < max(self.place.samples.values()) / 2: # how many there are depends on times
                self.fault("only %d samples were stored, and nothing was said" % new)
        return None

    def __str__(self):
        return "%s: %s %d of %s x%d: status %s: %s\n    %s" % (
            self.command, self.point.kind, self.point.number, self.error, self.times, self.status,
            "; ".join(self.faults), "\n    ".join((self.err or "").splitlines()[:5]))


def plan(calls, options):
    for point in points.some(calls, options.each or len(calls), options.seed):
        kind = point.kind.replace("child-", "")
        if options.kind == "system" and kind in points.MEMORY:
            continue
        if options.kind not in (None, "system", point.kind):
            continue
        if (point.kind, point.stack) in options.shared:
            continue
        # Lua asks again after it has collected its garbage: two in a row, for it to give up.
        times = 2 if kind in points.MEMORY else 1
        for error in points.ERRORS[kind][:options.errors or None]:
            yield point, error, times


def try_command(place, command, options):
    usual = Try(place, command)
    if usual.faults or usual.status != 0:
        print("%s does not work: %s %s\n%s" % (command, usual.status, usual.faults, usual.err))
        return 1
    began, wrong, fired, ends = time.monotonic(), 0, 0, {}
    todo = list(plan(usual.calls, options))
    if options.most:
        todo = random.Random(options.seed).sample(todo, min(options.most, len(todo)))
    todo = todo[slice_of(options.shard)]
    before = len(todo)
    todo = [item for item in todo if not options.done.has(command, *item, options.once)]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for done in pool.map(lambda item: Try(place, command, *item), todo):
            fired += done.fired > 0
            ends[done.status] = ends.get(done.status, 0) + 1
            if done.faults:
                wrong += 1
                print(done, flush=True)
            else:
                options.done.add(command, done.point, done.error, done.times)
    print("%s: %d ways to %d kinds of calls; %d tries%s, %d of which failed a call; ends %s; "
          "%d wrong; %.0f s" % (
              command, len(usual.calls), len({call.kind for call in usual.calls}), len(todo),
              " after %d done before" % (before - len(todo)) if before > len(todo) else "", fired,
              {key: ends[key] for key in sorted(ends, key=str)}, wrong,
              time.monotonic() - began), flush=True)
    return wrong


def allocations(place, commands):
    """The ways to the allocator of these commands."""
    found = set()
    for command in commands:
        found.update((call.kind, call.stack) for call in Try(place, command).calls
                     if call.kind.replace("child-", "") in points.MEMORY)
    return found


def shard(text):
    part, _, parts = text.partition("/")
    if not 1 <= int(part) <= int(parts):
        raise ValueError(text)
    return int(part), int(parts)


def slice_of(part_of):
    part, parts = part_of
    return slice(part - 1, None, parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("commands", nargs="*", metavar="COMMAND", default=["all"],
                        help="all, " + ", ".join(COMMANDS))
    parser.add_argument("--kind", choices=[
        "system", *points.KINDS, *("child-" + kind for kind in points.KINDS)])
    parser.add_argument("--shard", type=shard, default=(1, 1), metavar="K/N")
    parser.add_argument("--done", metavar="FILE")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--besides", type=lambda text: text.split(","), default=[])
    for name, default in (("each", 0), ("errors", 0), ("most", 0), ("jobs", 1), ("seed", 1)):
        parser.add_argument("--" + name, type=int, default=default)
    options = parser.parse_intermixed_args()
    commands = list(COMMANDS) if "all" in options.commands else options.commands
    options.done = points.Done(options.done, (PAYOFF, points.LIBRARY))
    place = Place(commands + options.besides)
    try:
        options.shared = allocations(place, options.besides)
        wrong = sum(try_command(place, command, options) for command in commands)
    finally:
        options.done.close()
        shutil.rmtree(place.top, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
