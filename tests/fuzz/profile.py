#!/usr/bin/env python3
"""Fuzzes the reader of profiles (profiler/workers/python/payoff_profile.py), guided by its lines.

usage: profile.py [--rounds N | --seconds S] [--seed N] [--keep FOLDER]

A profile is read in a process of its own, with limits; so it is here. A finding is an exit that is
neither 0 with one JSON object nor 3 with one printable line, or a signal outside of marshal, which
may crash on malformed data and is why that process is there. Status 1 on a finding.
"""

import argparse
import glob
import importlib.util
import json
import marshal
import os
import random
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
READER = os.path.join(HERE, "..", "..", "profiler", "workers", "python", "payoff_profile.py")
WORDS = [b"f", b";", b" ", b"\n", b"3", b"0", b"#", b"\0", b"main", b"99999999999999999", b"\xff",
         b"{", b"(\x03\0\0\0", b"\xe2\x80\xae", b"\x1b[2J", b"N", b"0\n"]


def load():
    spec = importlib.util.spec_from_file_location("payoff_profile", READER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def mutate(data, other, dice):
    data = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at = dice.randint(0, len(data))
        kind = dice.randrange(5)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            data[at:at] = dice.choice(WORDS)
        elif kind == 2:
            del data[at:at + dice.randint(1, 8)]
        elif kind == 3:
            start = dice.randint(0, len(other))
            data[at:at + 8] = other[start:start + dice.randint(1, 40)]
        elif at < len(data):
            data[at] = dice.randrange(256)
    return bytes(data[:1 << 16])


class Child:
    """One reading in a forked process; its lines, its exit and what it wrote."""

    def __init__(self, module, folder):
        self.module, self.folder = module, folder
        self.path = os.path.join(folder, "input")

    def read(self, data):
        with open(self.path, "wb") as file:
            file.write(data)
        pid = os.fork()
        if pid == 0:
            self.inside()
        status = os.waitpid(pid, 0)[1]
        said = []
        for name in ("out", "err", "lines"):
            with open(os.path.join(self.folder, name), "rb") as file:
                said.append(file.read())
        return status, said[0], said[1], set(said[2].split())

    def inside(self):
        for number, name in ((1, "out"), (2, "err")):
            fd = os.open(os.path.join(self.folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(fd, number)
        file = open(os.path.join(self.folder, "lines"), "wb", buffering=0)
        seen, code = {None}, 70

        def trace(frame, event, _):
            if os.path.basename(frame.f_code.co_filename) != "payoff_profile.py":
                return None
            if frame.f_lineno not in seen:
                seen.add(frame.f_lineno)
                file.write(b"%d " % frame.f_lineno)
            return trace

        try:
            sys.settrace(trace)
            code = self.module.main([self.path, "f", "app.py"])
            sys.settrace(None)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def finding(data, status, out, err):
    """Why this is not how a profile should be taken, or None."""
    if os.WIFSIGNALED(status):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return None  # marshal's: payoff says that reading it crashed Python
        return None if b"\0" in data else "signal %d" % os.WTERMSIG(status)
    code = os.WEXITSTATUS(status)
    if code == 0:
        answer = json.loads(out.decode())
        if not 0 < answer["share"] <= 1 and answer["kind"] == "stacks":
            return "a share of %r" % answer["share"]
        return None if 0 <= answer["share"] <= 1 else "a share of %r" % answer["share"]
    text = err.decode("utf-8", "replace").rstrip("\n")
    if code != 3 or not text or not text.isprintable():
        return "status %d, stderr %r" % (code, text)
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    options = parser.parse_args()
    dice, began = random.Random(options.seed), time.monotonic()
    inputs = []
    for path in sorted(glob.glob(os.path.join(HERE, "corpus", "profile", "*"))):
        with open(path, "rb") as file:
            inputs.append(file.read())
    inputs.append(marshal.dumps({("app.py", 1, "f"): (1, 1, 0.5, 1.0, {}),
                                 ("app.py", 9, "g"): (1, 2, 0.5, 0.5, {})}))
    given, lines, rounds = list(inputs), set(), 0
    with tempfile.TemporaryDirectory() as folder:
        module = load()
        module.LIMIT_BYTES, module.LIMIT_SECONDS = 256 << 20, 20
        module.LARGEST_FILE = 1 << 20
        child = Child(module, folder)
        while given or (rounds < options.rounds if options.rounds is not None
                        else time.monotonic() - began < options.seconds):
            data = given.pop() if given else mutate(dice.choice(inputs), dice.choice(inputs), dice)
            status, out, err, seen = child.read(data)
            rounds += 1
            why = finding(data, status, out, err)
            if why:
                said = err.decode("utf-8", "replace")
                print("finding: %s\ninput: %r\n%s" % (why, data[:2000], said))
                if options.keep:
                    with open(os.path.join(options.keep, "profile-%d" % rounds), "wb") as file:
                        file.write(data)
                return 1
            if not seen <= lines and len(data) < 4096:
                inputs.append(data)
            lines |= seen
    print("%d inputs, %d lines of the reader" % (rounds, len(lines)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
