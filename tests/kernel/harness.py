"""What the tests of all kernels share: a kernel's folder, building its ports, importing them.

A port whose toolchain is missing raises unittest.SkipTest with the reason; one whose toolchain is
there and whose build fails is a failure.
"""

import ctypes
import importlib
import os
import re
import shutil
import subprocess
import sys
import threading
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# What the builds themselves say when something that they need is not there.
MISSING = re.compile(
    r"cargo is not installed.*|rustc is not installed.*|Cython is not installed.*"
    r"|no Python\.h .*|failed to (?:download|get) .*"
    r"|.*attempting to make an HTTP request, but --offline.*"
)


class Kernel:
    """One folder of kernel/. Its reference is `reference`; its modules become importable, so a
    process tests one kernel."""

    def __init__(self, name):
        self.name = name
        self.folder = os.path.join(ROOT, "kernel", name)
        self.build = os.path.abspath(
            os.environ.get("PAYOFF_BUILD_DIR") or os.path.join(self.folder, "build")
        )
        sys.path[:0] = [self.folder, self.build]

    @property
    def reference(self):
        return self.import_module("reference")

    def import_module(self, name):
        """What needs no build: the reference, or a port in Python."""
        return importlib.import_module(name)

    def make(self, target, **variables):
        """Builds one target for this interpreter; returns what make printed."""
        compiler = (os.environ.get("CC") or "cc").split()[0]
        for program in ("make", compiler):
            if not shutil.which(program):
                raise unittest.SkipTest(program + " is not installed")
        environment = dict(
            os.environ,
            PAYOFF_BUILD_DIR=self.build,
            PAYOFF_PYTHON=sys.executable,
            LC_ALL="C",
            **variables,
        )
        for name in ("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "CFLAGS", "LDFLAGS"):
            environment.pop(name, None)
        done = subprocess.run(
            ["make", target],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            missing = MISSING.search(done.stdout)
            if missing:
                raise unittest.SkipTest(missing.group(0).strip())
            raise AssertionError(f"make {target} failed:\n{done.stdout}")
        return done.stdout

    def file(self, name):
        return os.path.join(self.build, name)

    def module(self, target, name):
        """A Python-side port, built and imported."""
        self.make(target)
        importlib.invalidate_caches()
        return self.import_module(name)

    def function(self, target, library, name, result, *arguments):
        """A function of a native port, built and opened; types are those of ctypes."""
        self.make(target)
        function = getattr(ctypes.CDLL(self.file(library)), name)
        function.restype = result
        function.argtypes = list(arguments)
        return function


def releases_gil(call):
    """Whether another thread gets to run Python code while `call` runs. Nobody is asked to hand the
    GIL over within the time that this takes: it only moves when it is released."""
    ran, gate = [], threading.Lock()
    interval = sys.getswitchinterval()
    gate.acquire()
    other = threading.Thread(target=lambda: ran.append(gate.acquire()))
    other.start()
    sys.setswitchinterval(600)
    try:
        gate.release()
        for _ in range(100):  # the other thread may take its time to wake up
            call()
            if ran:
                return True
        return False
    finally:
        sys.setswitchinterval(interval)
        other.join()


class Case(unittest.TestCase):
    def same(self, got, expected, **where):
        """Identical bits; a failure says where."""
        with self.subTest(**where):
            self.assertEqual(float(got).hex(), float(expected).hex())

    def alike(self, got, expected, **where):
        """Equal, and of the same types; a failure says where."""
        with self.subTest(**where):
            self.assertIs(type(got), type(expected))
            self.assertEqual(got, expected)


class Result(unittest.TextTestResult):
    successes = 0

    def addSuccess(self, test):
        self.successes += 1
        super().addSuccess(test)


def main():
    """unittest.main, and exit status 77 with the reason where nothing could be tested."""
    runner = unittest.TextTestRunner(stream=sys.stdout, resultclass=Result, verbosity=1)
    result = unittest.main(testRunner=runner, exit=False).result
    reasons = sorted({reason for _, reason in result.skipped})
    for reason in reasons:
        print("skipped:", reason)
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(0 if result.successes else 77)
