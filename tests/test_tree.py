#!/usr/bin/env python3
"""The house rules of CONTRIBUTING.md that a program can check, over the source tree."""

import ast
import hashlib
import os
import re
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SKIPPED_FOLDERS = re.compile(
    r"^(\..*|build.*|target|out|payoff-reports|__pycache__|node_modules|.*\.egg-info)$")
MAX_LINES = 400

# What each wing of profiler/ may include of ours: itself and what lies below it.
BELOW = {
    "base": {"base"},
    "machine": {"machine", "base"},
    "counters": {"counters", "machine", "base"},
    "workers": {"workers", "counters", "machine", "base"},
    "store": {"store", "machine", "base"},
    "lua": {"lua", "store", "workers", "counters", "machine", "base"},
    "": {"lua", "store", "workers", "counters", "machine", "base"},  # main.c
}
# The native worker is a program of its own: it shares leaves with payoff and opens no counters.
BELOW["workers/native"] = {"workers", "machine", "base"}


def tree_files(root=ROOT):
    """Paths of our files, relative to the root; vendored ones too."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not SKIPPED_FOLDERS.match(name))
        found += [os.path.relpath(os.path.join(folder, name), root) for name in sorted(names)
                  if not name.startswith(".") and ".payoff.db" not in name]
    return found


def is_vendored(path):
    return "vendor" in path.split("/")


def read(path, root=ROOT):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)


FILES = tree_files()
OURS = [path for path in FILES if not is_vendored(path)]
C_FILES = [path for path in OURS if path.startswith("profiler/") and path.endswith((".c", ".h"))]


def wing_of(path):
    parts = path.split("/")[1:-1]
    if parts[:2] == ["workers", "native"]:
        return "workers/native"
    return parts[0] if parts else ""


def includes(path, quoted):
    pattern = r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"' if quoted \
        else r"^[ \t]*#[ \t]*include[ \t]*<([^>]+)>"
    return re.findall(pattern, read(path), flags=re.M)


class Includes(unittest.TestCase):
    def test_there_is_something_to_check(self):
        self.assertGreater(len(C_FILES), 10)

    def test_includes_point_down(self):
        for path in C_FILES:
            wing = wing_of(path)
            self.assertIn(wing, BELOW, path + " is in a wing that CONTRIBUTING.md does not know")
            for name in includes(path, quoted=True):
                with self.subTest(file=path, include=name):
                    self.assertTrue(os.path.exists(os.path.join(ROOT, "profiler", name)),
                                    "our includes are written from profiler/ down")
                    self.assertIn(name.split("/")[0], BELOW[wing])

    def check_private(self, pattern, allowed, why):
        for path in C_FILES:
            for name in includes(path, quoted=False):
                if re.match(pattern, name):
                    with self.subTest(file=path, include=name):
                        self.assertRegex(path, allowed, why)

    def test_libraries_stay_in_their_rooms(self):
        self.check_private(r"perfmon/", r"^profiler/counters/event", "libpfm4 is for event.c")
        self.check_private(r"(lua|lauxlib|lualib)\.h$", r"^profiler/lua/", "Lua is for lua/")
        self.check_private(r"sqlite3\.h$", r"^profiler/store/", "SQLite is for profiler/store")
        self.check_private(r"ffi\.h$", r"^profiler/workers/native/", "libffi is for native/")

    def test_one_caller_of_perf_event_open(self):
        for path in C_FILES:
            if path != "profiler/counters/source_perf.c":
                with self.subTest(file=path):
                    self.assertNotRegex(without_comments(read(path)),
                                        r"__NR_perf_event_open|SYS_perf_event_open")


class Programs(unittest.TestCase):
    def test_no_shell_starts_anything(self):
        """But for the one word of an experiment that is a shell's command line: build."""
        for path in OURS:
            if path.startswith(("profiler/", "lua/")) and not is_vendored(path):
                with self.subTest(file=path):
                    text = without_comments(read(path))
                    self.assertNotRegex(text, r"\b(popen|wordexp|os\.execute|os\.system|shell=True)"
                                              r"|(?<![\w.])system\(|\bexec[lv]p|spawnp\(")
                    if path != "lua/payoff/run/build.lua":
                        self.assertNotIn("/bin/sh", text)


class Files(unittest.TestCase):
    def test_length(self):
        for path in OURS:
            if path.endswith((".c", ".h", ".lua", ".py", ".rs", ".sh", ".css", ".js")):
                with self.subTest(file=path):
                    self.assertLessEqual(read(path).count("\n"), MAX_LINES,
                                         "one noun per file: split it")

    def test_each_c_has_its_header(self):
        for path in C_FILES:
            name = os.path.basename(path)
            alone = name in ("main.c", "payoff_simulator.c") or name.startswith("lua_")
            if path.endswith(".c") and not alone:
                with self.subTest(file=path):
                    self.assertIn(path[:-2] + ".h", C_FILES)

    def test_each_header_explains_itself(self):
        for path in C_FILES:
            if path.endswith(".h"):
                with self.subTest(file=path):
                    self.assertRegex(read(path), r"^/\* \w", "a header opens with what it is for")

    def test_each_lua_module_is_embedded_and_explained(self):
        listed = re.findall(r"'(payoff/[\w/]+\.lua)'", read("lua/meson.build"))
        there = [path[len("lua/"):] for path in OURS
                 if path.startswith("lua/payoff/") and path.endswith(".lua")]
        self.assertEqual(sorted(set(there) - set(listed)), [], "not in lua/meson.build")
        self.assertEqual(sorted(set(listed) - set(there)), [], "in lua/meson.build, but not there")
        self.assertEqual(listed, sorted(listed), "the order of the alphabet")
        for path in there:
            with self.subTest(file=path):
                self.assertRegex(read("lua/" + path), r"\A--", "a module opens with what it is for")

    def test_each_python_file_explains_itself(self):
        for path in OURS:
            if path.endswith(".py") and path.startswith(("lua/", "profiler/", "tests/test_")):
                with self.subTest(file=path):
                    self.assertTrue(ast.get_docstring(ast.parse(read(path))))

    def test_scripts_can_be_run(self):
        for path in OURS + [".ci/run"]:
            if read(path).startswith("#!"):
                with self.subTest(file=path):
                    self.assertTrue(os.access(os.path.join(ROOT, path), os.X_OK))

    def test_top_level(self):
        allowed = {"README.md", "LICENSE", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff",
                   "SECURITY.md", "meson.build", "meson_options.txt", "ruff.toml", "pyproject.toml",
                   "action.yml", "profiler", "kernel", "scripts", "lua", "reports", "tests"}
        self.assertEqual({path.split("/")[0] for path in FILES} - allowed, set())


class Text(unittest.TestCase):
    def each_text(self):
        for path in OURS:
            text = read(path)
            if "\0" not in text and path != "tests/test_tree.py":
                yield path, text

    def test_no_unfinished_marks(self):
        for path, text in self.each_text():
            with self.subTest(file=path):
                self.assertNotRegex(text, r"\b(TODO|FIXME|XXX|HACK)\b")

    def test_no_paths_of_one_machine(self):
        for path, text in self.each_text():
            with self.subTest(file=path):
                self.assertNotRegex(text, r"(?<![\w.])/(home/\w|root/|work/|Users/\w)")

    def test_white_space(self):
        for path, text in self.each_text():
            if path.endswith((".c", ".h", ".lua", ".py", ".rs", ".build", ".toml")):
                with self.subTest(file=path):
                    self.assertNotRegex(text, r"[ \t]+\n|\r|\t", "trailing blanks or tabs")
                    self.assertTrue(text == "" or text.endswith("\n"))


class Linted(unittest.TestCase):
    def test_every_file_of_c(self):
        """Those that Meson does not compile as well."""
        listed = subprocess.run([os.path.join(ROOT, "tests", "lint"), "tidy", "--list"], check=True,
                                stdout=subprocess.PIPE, encoding="utf-8").stdout.split()
        self.assertEqual(sorted(listed), sorted(
            path for path in OURS if re.match(r"(profiler|tests)/.*\.c$", path)))
        self.assertIn("tests/verify/ports.c", listed)


class Vendored(unittest.TestCase):
    """Each vendor folder has a SHA256SUMS, as sha256sum writes it, and its licences."""

    def folders(self):
        return sorted({re.match(r"(.*?\bvendor)/", path).group(1)
                       for path in FILES if is_vendored(path)})

    def test_checksums(self):
        for folder in self.folders():
            sums_path = folder + "/SHA256SUMS"
            self.assertIn(sums_path, FILES, folder + " has no SHA256SUMS")
            sums = dict(reversed(line.split(None, 1)) for line in read(sums_path).splitlines())
            sums = {name.lstrip("*"): digest for name, digest in sums.items()}
            for path in FILES:
                if path.startswith(folder + "/") and path != sums_path:
                    name = path[len(folder) + 1:]
                    with self.subTest(file=path):
                        self.assertIn(name, sums)
                        with open(os.path.join(ROOT, path), "rb") as file:
                            digest = hashlib.sha256(file.read()).hexdigest()
                        self.assertEqual(digest, sums[name])
            for name in sums:
                with self.subTest(listed=name):
                    self.assertIn(folder + "/" + name, FILES)

    def test_licences(self):
        for folder in self.folders():
            with self.subTest(folder=folder):
                self.assertTrue([path for path in FILES if path.startswith(folder + "/")
                                 and re.search(r"LICEN[CS]E|COPYING", path, re.I)])


if __name__ == "__main__":
    unittest.main()
