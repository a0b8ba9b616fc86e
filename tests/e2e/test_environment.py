#!/usr/bin/env python3
"""What a subject finds in its environment is what reports/REFERENCE.md says, to the variable."""

import os
import re
import shutil
import subprocess
import unittest

from support import Case

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "reports",
                    "REFERENCE.md")

SHOW_PY = '''\
import os

FOUND = dict(os.environb)


def show(n):
    with open("python.env", "wb") as file:
        for name, value in FOUND.items():
            file.write(name + b"=" + value + b"\\0")
    return n
'''

SHOW_C = '''\
#include <stdint.h>
#include <stdio.h>
extern char **environ;
int64_t show(int64_t n)
{
    FILE *file = fopen("native.env", "w");
    for (char **at = environ; file != NULL && *at != NULL; at++) {
        fputs(*at, file);
        fputc(0, file);
    }
    if (file != NULL)
        fclose(file);
    return n;
}
'''

SCRIPT = '''\
local payoff = require "payoff"
return payoff.experiment { name = "show", tasks = { {1} }, modes = { "serial" }, jobs = { 1 },
  reference = payoff.python { name = "python", file = "show.py", func = "show" },
  subjects = { payoff.native { name = "native", library = "libshow.so", symbol = "show",
    signature = "int64(int64)", env = { MINE = "1", LD_BIND_NOW = "subject" } } } }
'''

# Some that payoff, Python, the loader or nobody knows.
GIVEN = {
    "LD_LIBRARY_PATH": "/handed", "LD_BIND_NOW": "1", "LD_PRELOAD": "libm.so.6",
    "LD_OF_NOBODY": "x", "PYTHONPATH": "/handed", "PYTHONUNBUFFERED": "1", "PYTHONHASHSEED": "4",
    "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1",
    "PYTHON_OF_NOBODY": "x", "PAYOFF_COMMAND_FD": "99", "PAYOFF_COUNTER_FDS": "98",
    "HOME": "/handed", "LC_ALL": "C.UTF-8", "EMPTY": "", "OTHER": "a=b\nc",
}


def section(begin, end):
    """The names in backticks between two phrases of the page."""
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    part = text[text.index(begin):]
    return set(re.findall(r"`([A-Z_]+\*?)`", part[:part.index(end)]))


def covered(name, patterns):
    return any(name == one or one.endswith("*") and name.startswith(one[:-1]) for one in patterns)


class Environment(Case):
    def setUp(self):
        super().setUp()
        if shutil.which("cc") is None:
            self.skipTest("no C compiler")
        for name, text in (("show.py", SHOW_PY), ("show.c", SHOW_C), ("show.lua", SCRIPT)):
            self.write(name, text)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", "libshow.so", "show.c"], cwd=self.folder,
                       check=True)
        self.given = dict(os.environ, **GIVEN)
        self.given["PAYOFF_PYTHON"] = self.given.get("PAYOFF_PYTHON", "python3")

    def found(self, name):
        with open(os.path.join(self.folder, name + ".env"), encoding="utf-8",
                  errors="surrogateescape") as file:
            pairs = [one.partition("=") for one in file.read().split("\0")[:-1]]
        self.assertEqual(len({key for key, _, _ in pairs}), len(pairs), "a variable twice")
        return {key: value for key, _, value in pairs}

    def run_it(self, *arguments):
        result = self.payoff(*arguments, env=GIVEN)
        self.assertEqual(result.status, 0, result.err + result.out)

    def check(self, name, out, put):
        """All that differs is what the page says."""
        found = self.found(name)
        given = {key: value for key, value in self.given.items() if not key.startswith("PAYOFF_")}
        for key, value in given.items():
            if covered(key, out):
                self.assertNotIn(key, found)
            elif not covered(key, put):
                self.assertEqual(found.get(key), value, key)
        self.assertEqual([key for key in found if key not in given and not covered(key, put)], [])
        return found

    def test_measured(self):
        self.run_it("run", "show.lua", "--quick", "--no-verify", "--no-db", "--out", "out")
        out = section("**Taken out:**", "- **Set:**")
        put = section("- **Set:**", "- **A subject")
        self.assertEqual(out, {"PYTHONUNBUFFERED"})
        self.assertEqual(put, {"PYTHONHASHSEED", "PAYOFF_PADDING", "PAYOFF_*"})
        for name, more in (("python", set()), ("native", {"MINE", "LD_BIND_NOW"})):
            with self.subTest(name):
                found = self.check(name, out, put | more)
                self.assertNotEqual(found["PYTHONHASHSEED"], "4")
                self.assertNotEqual(found["PAYOFF_COMMAND_FD"], "99")
                self.assertNotEqual(found.get("PAYOFF_COUNTER_FDS"), "98")
        self.assertEqual((found["MINE"], found["LD_BIND_NOW"]), ("1", "subject"))

    @unittest.skipIf(shutil.which("valgrind") is None, "no valgrind")
    def test_simulated(self):
        self.run_it("baseline", "save", "show.lua", "--counts", "simulated")
        kept = section("There only these", "Set are")
        put = section("Set are", "GNU/Linux")
        self.assertEqual(kept - set(GIVEN) - set(os.environ) - {"VIRTUAL_ENV", "PYTHONHOME",
                                                                "VALGRIND_LIB"}, set())
        self.assertIn("LD_LIBRARY_PATH", kept)
        found = self.found("native")
        for key, value in found.items():
            if key in kept and not covered(key, put):
                # Debian starts Valgrind with a folder of its own at the end.
                self.assertEqual(value.replace(":/usr/lib/debug", ""), self.given.get(key), key)
            else:
                # PWD and its like are of the shell that Debian's script runs in.
                self.assertTrue(covered(key, put | {"MINE", "LD_BIND_NOW", "PWD", "OLDPWD", "SHLVL",
                                                    "_"}), key)
        self.assertNotIn("libm.so.6", found["LD_PRELOAD"])
        self.assertEqual({key for key in kept if key in self.given}, {
            key for key in kept if key in found})


if __name__ == "__main__":
    unittest.main()
