#!/usr/bin/env python3
"""Each kernel's script with the real command: one block of its smallest size, every port right.

And the shelf itself: a kernel has a reference, a README, a script and a test of its ports.
"""

import csv
import os
import re
import subprocess
import sys
import tempfile

import harness

PAYOFF = os.environ.get("PAYOFF", "payoff")
KERNELS = sorted(
    name
    for name in os.listdir(os.path.join(harness.ROOT, "kernel"))
    if os.path.isdir(os.path.join(harness.ROOT, "kernel", name))
)
# The smallest size of its script, and the ports that may differ within the stated tolerance.
SCRIPTS = {
    "clamp": (1, ()),
    "dot_product": (100, ("c-lanes",)),
    "escape_html": (10, ()),
    "pointer_chase": (256, ()),
    "sieve": (10, ()),
    "trimmed_sum": (100, ()),
    "wait_reply": (200, ()),
    "word_count": (10, ()),
}
TESTED_ELSEWHERE = {"boundary", "cpu_intensive"}


def read(*path):
    with open(os.path.join(harness.ROOT, *path), encoding="utf-8") as file:
        return file.read()


class Shelf(harness.Case):
    def test_no_kernel_is_left_out(self):
        self.assertEqual(set(KERNELS), set(SCRIPTS) | TESTED_ELSEWHERE)

    def test_what_belongs_to_a_kernel(self):
        for name in SCRIPTS:
            with self.subTest(kernel=name):
                self.assertIn("import", read("tests", "kernel", f"test_{name}.py"))
                self.assertTrue(read("kernel", name, "reference.py").startswith('"""'))
                self.assertIn("What to learn", read("kernel", name, "README.md"))

    def test_readmes_name_what_is_there(self):
        """Each target of the Makefile has its row, and no row is without its target."""
        for name in SCRIPTS:
            make, readme = (read("kernel", name, file) for file in ("Makefile", "README.md"))
            targets = re.search(r"^all: (.*)$", make, re.M).group(1).split()
            rows = re.findall(r"^\| `([\w-]+)` \|", readme, re.M)
            self.assertEqual(sorted(rows), sorted(targets), name)

    def test_index(self):
        index = read("kernel", "README.md")
        for name in KERNELS:
            self.assertIn(f"]({name})", index)


class Scripts(harness.Case):
    def run_script(self, name, size):
        """The rows of the CSV."""
        with tempfile.TemporaryDirectory() as out:
            command = [PAYOFF, "run", f"scripts/{name}.lua", "--blocks", "1", "--out", out,
                       "--python", sys.executable, "--set", f"size={size}"]
            done = subprocess.run(command, cwd=harness.ROOT, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, done.stdout)
            with open(os.path.join(out, name + ".csv"), newline="", encoding="utf-8") as file:
                return list(csv.DictReader(file))

    def check(self, name):
        size, tolerated = SCRIPTS[name]
        rows = self.run_script(name, size)
        declared = re.findall(r'\bname = "([^"]+)"', read("scripts", name + ".lua"))
        self.assertEqual({row["subject"] for row in rows}, set(declared) - {name})
        for row in rows:
            if row["state"] == "missing":  # a tool that the port needs is, and that was said
                self.assertIn("not installed", row["verdict"])
                continue
            allowed = ("identical", "within") if row["subject"] in tolerated else ("identical",)
            self.assertIn(row["state"], allowed, row["subject"] + ": " + row["verdict"])


def add_tests():
    for name in SCRIPTS:
        setattr(Scripts, "test_" + name, lambda self, name=name: self.check(name))


add_tests()

if __name__ == "__main__":
    harness.main()
