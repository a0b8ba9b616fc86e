"""What the tests and the benchmark of kernel/cpu_intensive share: building a port, calling it.

A port whose toolchain is missing raises unittest.SkipTest with the reason; one whose toolchain is
there and whose build fails is a failure.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KERNEL = os.path.join(ROOT, "kernel", "cpu_intensive")
BUILD = os.path.abspath(os.environ.get("PAYOFF_BUILD_DIR") or os.path.join(KERNEL, "build"))


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise unittest.SkipTest(program + " is not installed")


def make(target, **variables):
    """Builds one target into BUILD for this interpreter; returns what make printed."""
    need("make", (os.environ.get("CC") or "cc").split()[0])
    environment = dict(os.environ, PAYOFF_BUILD_DIR=BUILD, PAYOFF_PYTHON=sys.executable,
                       **variables)
    for name in ("MAKEFLAGS", "MAKELEVEL", "CFLAGS", "LDFLAGS"):
        environment.pop(name, None)
    done = subprocess.run(["make", target], cwd=KERNEL, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise AssertionError("make {} failed:\n{}".format(target, done.stdout))
    return done.stdout


def file(name):
    return os.path.join(BUILD, name)


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
    found = []
    for index in range(8):
        name = port.cpu_intensive_variant(index)
        if name:
            found.append((name.decode(), lambda n, steps, index=index:
                          port.cpu_intensive_with(index, n, steps)))
    return found


def ulps(a, b):
    """Distance of two positive doubles in units in the last place."""
    def ordinal(value):
        return ctypes.c_int64.from_buffer_copy(ctypes.c_double(value)).value
    return abs(ordinal(a) - ordinal(b))
