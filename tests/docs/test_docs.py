#!/usr/bin/env python3
"""Every command that the docs show is run, and prints what they show (see console.py).

usage: test_docs.py PAGE.md      one page, run from top to bottom in a folder of its own
       test_docs.py              what holds for all pages
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import console

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUN = ["README.md", "reports/TUTORIAL.md"]


def pages():
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True,
                            encoding="utf-8", check=False)
    if listed.returncode == 0:
        return listed.stdout.split()
    return [os.path.relpath(os.path.join(folder, name), ROOT)
            for folder, _, names in os.walk(ROOT) for name in names
            if name.endswith(".md") and "/build" not in folder]


def read(page):
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return file.read()


class Page(unittest.TestCase):
    page = ""
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="payoff-docs-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        program = os.path.join(self.folder, ".bin")
        os.mkdir(program)
        os.symlink(os.environ.get("PAYOFF_BINARY", "payoff"), os.path.join(program, "payoff"))
        self.environment = dict(
            os.environ, PATH=program + os.pathsep + os.environ["PATH"], LC_ALL="C.UTF-8",
            PAYOFF_PYTHON=os.environ.get("PAYOFF_PYTHON", sys.executable),
            GIT_AUTHOR_NAME="you", GIT_AUTHOR_EMAIL="you@example.org", GIT_COMMITTER_NAME="you",
            GIT_COMMITTER_EMAIL="you@example.org", GIT_CONFIG_GLOBAL=os.devnull)

    def write(self, name, lines):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def run_command(self, where, command, expected, status):
        process = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, encoding="utf-8", timeout=300, check=False)
        told = "%s:%d: $ %s" % (self.page, where, command)
        self.assertEqual(process.returncode, status, told + "\n" + process.stdout + process.stderr)
        if not console.matches(expected, process.stdout.splitlines()):
            self.assertEqual([console.plain(line) for line in expected],
                             [console.plain(line) for line in process.stdout.splitlines()], told)

    def test_page(self):
        for block in console.blocks(read(self.page)):
            name = re.fullmatch(r"(?:hidden )?file: (\S+)", block.comment)
            if name:
                self.write(name.group(1), block.lines)
            elif block.kind == "console" and not block.comment.startswith("not run: "):
                for command in console.commands(block):
                    self.run_command(*command)


class Pages(unittest.TestCase):
    def test_no_command_escapes(self):
        """A block that shows commands is a console block, run by this test or said not to be."""
        shown = re.compile(r"^(\$ |payoff |\./scripts/|build/payoff )")
        for page in pages():
            for block in console.blocks(read(page)):
                is_command = block.kind in ("", "sh", "shell", "bash", "console") and any(
                    shown.match(line) for line in block.lines)
                if is_command and not block.comment.startswith("not run: "):
                    where = "%s:%d" % (page, block.line)
                    self.assertEqual(block.kind, "console", where)
                    self.assertIn(page, RUN, where + " is in a page that is not run")

    def test_links_lead_somewhere(self):
        for page in pages():
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", read(page)):
                if not re.match(r"[a-z]+:", target):
                    path = os.path.join(ROOT, os.path.dirname(page), target)
                    self.assertTrue(os.path.exists(path), "%s: %s" % (page, target))

    def test_the_comparison_can_fail(self):
        shown = ["row  time", "a  1.5 ms [1.2, 1.9]  ███", "…", "end … x"]
        self.assertTrue(console.matches(shown, ["row time", "a 31 µs", "b", "c", "end of 3 x"]))
        self.assertFalse(console.matches(shown, ["row time", "b 31 µs", "end of x"]))
        self.assertFalse(console.matches(shown, ["row time", "a 31 µs", "end of y"]))
        self.assertFalse(console.matches(["a"], ["a", "b"]))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Page.page = sys.argv.pop()
        sys.argv.append("Page")
    else:
        sys.argv.append("Pages")
    unittest.main()
