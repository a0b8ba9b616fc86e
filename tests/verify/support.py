"""Runs `payoff verify` on subjects of this folder, in a folder of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PAYOFF = os.environ.get("PAYOFF_BINARY", "payoff")

# Tasks of each function of reference.py, as a user would give them, in Lua.
TASKS = {
    "polynomial": "{3, 4}, {10, -2}",
    "distance": "{5, 3}, {2, 9}",
    "windows": "{ {1, 2, 3, 4, 5}, 2 }, { {7}, 1 }",
    "parse": '{"a=1;b=2"}, {"key=value;other=;x=y=z"}',
    "distinct": "{ {3, 1, 2, 3} }, { {5, 4} }",
    "groups": '{ {"one", "three", "two", "four"} }',
    "mean": "{ {0.5, 1.5, 2.25} }, { {10.0, 20.5} }",
    "bucket": "{7, 2}, {9, 3}",
    "largest": "{ {0.5, 2.5, 1.0} }, { {3.0} }",
    "shout": '{"hello"}, {"World 9"}',
    "roots": "{0, 3000}, {1, 500}",
    "total": "{ {0.1, 0.2, 0.3, 1e6, -1e6, 7.7, 0.01} }",
}


class Result:
    def __init__(self, done, report):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.report = report
        self.ports = {port["name"]: port for port in report["ports"]} if report else {}

    def worst(self, name):
        findings = self.ports[name].get("findings") or []
        return findings[0] if findings else {"category": None, "failing": False, "text": ""}

    def text(self):
        return self.out + self.err


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    def payoff(self, *arguments):
        env = dict(os.environ, PAYOFF_PYTHON=sys.executable)
        return subprocess.run([PAYOFF] + list(arguments), cwd=self.folder, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")

    def library(self):
        """The C ports, compiled once; skips without a compiler."""
        path = os.path.join(self.folder, "libports.so")
        if not os.path.exists(path):
            cc = shutil.which("cc")
            if cc is None:
                self.skipTest("no C compiler")
            subprocess.run([cc, "-O2", "-shared", "-fPIC", "-o", path,
                            os.path.join(HERE, "ports.c"), "-lm"], check=True)
        return path

    def script(self, func, ports, tasks=None, more="", file="reference.py"):
        lines = ['local payoff = require "payoff"', "return payoff.experiment {",
                 'name = "%s",' % func,
                 'reference = payoff.python { name = "python", file = "%s/%s", func = "%s" },' % (
                     HERE, file, func), "subjects = {"]
        lines += ports
        lines += ["}, tasks = { %s }, %s }" % (tasks or TASKS[func], more)]
        with open(os.path.join(self.folder, func + ".lua"), "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
        return func + ".lua"

    def python(self, file, func):
        return 'payoff.python { name = "%s", file = "%s/%s", func = "%s" },' % (
            func, HERE, file, func)

    def native(self, symbol, signature):
        return 'payoff.native { name = "%s", library = "%s", symbol = "%s", signature = "%s" },' % (
            symbol, self.library(), symbol, signature)

    def verify(self, script, *arguments):
        report = os.path.join(self.folder, "report.json")
        if os.path.exists(report):
            os.remove(report)
        done = self.payoff("verify", script, "--seed", "1", "--json", report, *arguments)
        data = None
        if os.path.exists(report):
            with open(report, encoding="utf-8") as file:
                data = json.load(file)
        return Result(done, data)
