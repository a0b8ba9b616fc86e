"""What the tests and the benchmark of kernel/cpu_intensive share: building a port, calling it.

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
KERNEL = os.path.join(ROOT, "kernel", "cpu_intensive")
BUILD = os.path.abspath(os.environ.get("PAYOFF_BUILD_DIR") or os.path.join(KERNEL, "build"))

sys.path[:0] = [KERNEL, BUILD]

# What the builds themselves say when something that they need is not there.
MISSING = re.compile(
    r"cargo is not installed.*|Cython is not installed.*|no Python\.h .*"
    r"|failed to (?:download|get) .*|.*attempting to make an HTTP request, but --offline.*"
)


def make(target, **variables):
    """Builds one target into BUILD for this interpreter; returns what make printed."""
    compiler = (os.environ.get("CC") or "cc").split()[0]
    for program in ("make", compiler):
        if not shutil.which(program):
            raise unittest.SkipTest(program + " is not installed")
    environment = dict(
        os.environ, PAYOFF_BUILD_DIR=BUILD, PAYOFF_PYTHON=sys.executable, LC_ALL="C", **variables
    )
    for name in ("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "CFLAGS", "LDFLAGS"):
        environment.pop(name, None)
    done = subprocess.run(
        ["make", target],
        cwd=KERNEL,
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


def file(name):
    return os.path.join(BUILD, name)


def module(target, name):
    """A Python-side port, built and imported."""
    make(target)
    return importlib.import_module(name)


def library(name):
    """A native port: cpu_intensive(n, multiplier) and cpu_intensive_steps(n, steps)."""
    port = ctypes.CDLL(file(name))
    for function in (port.cpu_intensive, port.cpu_intensive_steps):
        function.restype = ctypes.c_double
        function.argtypes = [ctypes.c_int64, ctypes.c_int64]
    return port


def variants(port):
    """The instruction sets that the exact port can use here: [(name, function of n and steps)]."""
    port.cpu_intensive_variant.restype = ctypes.c_char_p
    port.cpu_intensive_variant.argtypes = [ctypes.c_int64]
    port.cpu_intensive_with.restype = ctypes.c_double
    port.cpu_intensive_with.argtypes = [ctypes.c_int64] * 3

    def forced(index):
        return lambda n, steps: port.cpu_intensive_with(index, n, steps)

    names = [(index, port.cpu_intensive_variant(index)) for index in range(8)]
    return [(name.decode(), forced(index)) for index, name in names if name]


def ulps(a, b):
    """Distance of two positive doubles in units in the last place."""

    def ordinal(value):
        return ctypes.c_int64.from_buffer_copy(ctypes.c_double(value)).value

    return abs(ordinal(a) - ordinal(b))


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
