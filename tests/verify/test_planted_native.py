#!/usr/bin/env python3
"""Planted bugs in C and in Cython, as people make them; and right ports, which are not accused."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import unittest

from support import HERE, TASKS, Case

FEW = ("--inputs", "200", "--budget", "120")

C_SIGNATURES = {
    "half": "int64(int64)", "length": "size(string)", "added": "int64(int64, int64)",
    "mean": "double(const double[n], size n)", "largest": "double(const double[n], size n)",
}
C_TASKS = {"half": "{7}, {12}", "added": "{7, 12}", "length": '{"hello"}, {"two words"}',
           "mean": TASKS["mean"], "largest": "{ {0.5, 2.5, 1.0} }, { {3.0} }"}
REFERENCES = {"half": "sums.py", "added": "sums.py", "length": "sums.py", "mean": "reference.py",
              "largest": "reference.py"}


def functions(path, pattern):
    """{"mean": ["mean_1", "mean_float32", …], …} of a source file."""
    with open(path, encoding="utf-8") as file:
        names = re.findall(pattern, file.read(), re.M)
    found = {}
    for name in names:
        found.setdefault(name.partition("_")[0], []).append(name)
    return found


def is_right(name):
    return name[-1].isdigit() and not name.endswith("float32")


class Planted(Case):
    def check(self, func, names, script):
        result = self.verify(script, *FEW)
        self.assertEqual(result.status, 2, result.text())
        for name in names:
            with self.subTest(port=name):
                state = "right" if is_right(name) else "wrong"
                self.assertEqual(result.ports[name]["state"], state, result.out)
        return result


class C(Planted):
    source = os.path.join(HERE, "planted.c")
    found = functions(source, r"^(?:u?int64_t|size_t|double) (\w+)\(")

    def test_ports(self):
        if shutil.which("cc") is None:
            self.skipTest("no C compiler")
        library = os.path.join(self.folder, "libplanted.so")
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, self.source, "-lm"],
                       check=True)
        for func, names in self.found.items():
            lines = ['payoff.native { name = "%s", library = "%s", symbol = "%s", '
                     'signature = "%s" },' % (name, library, name,
                     C_SIGNATURES[func].replace("int64(", "uint64(")
                     if name == "half_sign" else C_SIGNATURES[func]) for name in names]
            script = self.script(func, lines, tasks=C_TASKS[func], file=REFERENCES[func])
            result = self.check(func, names, script)
            if func == "largest":
                self.assertEqual(result.worst("largest_mutated")["category"], "mutation",
                                 result.out)
            if func == "added":  # an end of 64 bits is told as a refusal
                self.assertEqual(result.worst("added_1")["category"], "refused", result.out)


def cythonize():
    """The command that translates, or None and why."""
    for command in ([sys.executable, "-m", "cython"], ["cython"], ["cython3"]):
        if shutil.which(command[0]) and subprocess.run(
                command + ["--version"], stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL).returncode == 0:
            break
    else:
        return None, "Cython is not installed: apt-get install cython3, or pip install Cython"
    header = os.path.join(sysconfig.get_paths()["include"], "Python.h")
    if not os.path.exists(header):
        return None, "no Python.h for %s: apt-get install python3-dev" % sys.executable
    return command, None


class Cython(Planted):
    source = os.path.join(HERE, "planted.pyx")
    found = functions(source, r"^def (\w+)\(")

    @classmethod
    def build(cls):
        command, why = cythonize()
        if command is None:
            raise unittest.SkipTest(why)
        made = os.path.join(cls.folder, "planted.c")
        subprocess.run(command + ["-3", "-o", made, cls.source], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        module = os.path.join(cls.folder, "planted" + sysconfig.get_config_var("EXT_SUFFIX"))
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-w", "-fwrapv",
                        "-I" + sysconfig.get_paths()["include"], "-o", module, made, "-lm"],
                       check=True)

    def test_ports(self):
        self.build()
        self.assertEqual(len(self.found), 9)
        for func, names in self.found.items():
            ports = ['payoff.python { name = "%s", module = "planted", path = "%s", '
                     'func = "%s" },' % (name, self.folder, name) for name in names]
            result = self.check(func, names, self.script(func, ports))
            if func == "bucket":
                self.assertIn("cuts toward zero",
                              result.worst("bucket_division")["why"]["sentence"])


class Count(unittest.TestCase):
    def test_enough_of_them(self):
        names = [name for found in (C.found, Cython.found) for list_ in found.values()
                 for name in list_]
        self.assertGreaterEqual(sum(not is_right(name) for name in names), 18)
        self.assertGreaterEqual(sum(is_right(name) for name in names), 15)


def main():
    program = unittest.main(exit=False)
    for _, why in program.result.skipped:
        print("SKIP: " + why)
    failed = not program.result.wasSuccessful()
    sys.exit(1 if failed else 77 if program.result.skipped else 0)


if __name__ == "__main__":
    main()
