"""The audit changes nothing, sees everything, and says what it must of the article's function."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
SOURCES = os.path.join(ROOT, "profiler", "workers", "python")
sys.path[:0] = [HERE, SOURCES]

import bundle  # noqa: E402
import corpus  # noqa: E402
import corpus_more  # noqa: E402
import oracle  # noqa: E402
from payoff_fault import Failure  # noqa: E402
from payoff_range_log import smallest_type  # noqa: E402
from payoff_range_text import render  # noqa: E402
from payoff_ranges import Audit, audit, read, to_json  # noqa: E402

CORPUS, MORE = corpus.__file__, corpus_more.__file__
PARTS = (corpus, corpus_more)
ARTICLE = os.path.join(ROOT, "kernel", "cpu_intensive", "reference.py")


def ranges(source, dotted, *tasks):
    """The report for a function given as text."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "subject.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)
        return audit(path, dotted, lambda: list(tasks))


def of(report, text, kind=None):
    """What the report says of the one expression with that source text."""
    found = [one for one in report["expressions"] if one["text"] == text]
    found = [one for one in found if kind in (None, one["kind"])]
    if len(found) != 1:
        raise AssertionError("%d times %r in %s" % (len(found), text, report["expressions"]))
    return found[0]


def outcome(function, text):
    """What a call does, as text: its value or exception, and what it did to its arguments."""
    task = eval(text)
    try:
        done = "returned %r" % (function(*task),)
    except Exception as error:
        done = "raised %s: %s" % (type(error).__name__, error)
    return "%s, arguments %r" % (done, task)


class NothingChanges(unittest.TestCase):
    def test_corpus(self):
        self.assertGreater(sum(len(part.CALLS) for part in PARTS), 45)
        for part in PARTS:
            source = read(part.__file__)
            plain = Audit(part.__file__, source, watched=False)
            watched = Audit(part.__file__, source)
            for dotted, tasks in part.CALLS.items():
                for task in tasks:
                    with self.subTest(function=dotted, task=task):
                        expected = outcome(plain.find(dotted), task)
                        self.assertEqual(outcome(watched.find(dotted), task), expected)

    def test_line_of_an_exception(self):
        source = "def f(x):\n    y = x * 2\n    return (y +\n            1 / x)\n"
        raised = ranges(source, "f", (0,))["calls"][0]["raised"]
        self.assertEqual(raised["type"], "ZeroDivisionError")
        self.assertRegex(raised["trace"], r"line [34], in f")

    @unittest.skipIf(sys.implementation.name == "pypy", "PyPy always copies the string")
    def test_strings_grow_in_place(self):
        """A million appended letters take a moment only if nothing holds the old string."""
        source = "def f(n):\n  s = ''\n  t = ''\n  for i in range(n):\n    s += 'ab'\n"
        source += "    t = t + 'cd'\n  return len(s) + len(t)\n"
        report = ranges(source, "f", (200000,))
        self.assertEqual(report["calls"][0]["returned"], 800000)
        self.assertLess(report["calls"][0]["seconds"], 5)


class EverythingIsSeen(unittest.TestCase):
    def test_against_the_oracle(self):
        compared = 0
        for part in PARTS:
            source = read(part.__file__)
            space, seen = oracle.load(source, part.__file__)
            watched = Audit(part.__file__, source)
            for dotted, tasks in part.CALLS.items():
                seen.clear()
                for log in watched.logs:
                    log.reset()
                top, _, rest = dotted.partition(".")
                function = getattr(space[top], rest) if rest else space[top]
                for task in tasks:
                    outcome(function, task)
                    outcome(watched.find(dotted), task)
                compared += self.compare(dotted, watched, seen)
        self.assertGreater(compared, 100)

    def compare(self, dotted, watched, seen):
        found = {}
        for one in watched.results():
            key = one["line"], one["column"], one["end_line"], one["end_column"]
            if "min" in one and one["kind"] in ("operator", "argument"):
                first = {event["type"]: event["value"] for event in one["leaves"]}
                found[key] = int(one["min"]), int(one["max"]), first
        for key, (low, high, first) in seen.items():
            with self.subTest(function=dotted, place=key):
                self.assertIn(key, found)
                self.assertEqual(found[key][:2], (low, high))
                for name in oracle.Seen.LIMITS:
                    said = found[key][2].get(name)
                    if name not in first:
                        self.assertIsNone(said)
                    elif abs(first[name]) < 10**60:
                        self.assertEqual(said, str(first[name]))
                    else:
                        self.assertIn("about", said)
        return len(seen)


class Article(unittest.TestCase):
    def test_steps(self):
        report = audit(ARTICLE, "cpu_intensive_steps", lambda: [(0, 2700000)])
        cube = of(report, "i**3")
        found = {event["type"]: event["at"]["i"] for event in cube["leaves"]}
        self.assertEqual(found["int32"], "1291")
        self.assertEqual(found["uint32"], "1626")
        self.assertEqual(found["double"], "208064")
        self.assertEqual(found["int64"], "2097152")
        self.assertEqual(found["uint64"], "2642246")
        self.assertNotIn("int128", found)
        self.assertEqual(cube["max"], str(2699999**3))
        self.assertEqual(cube["type"], "int128")
        self.assertEqual(of(report, "i", "loop")["max"], "2699999")
        text = render(report)
        self.assertIn("uint32 at i = 1,626", text)
        self.assertIn("uint64 at i = 2,642,246", text)
        whole = of(report, "i**3 + i**2 + i * n")
        # i²(i + 1) is even, and a double holds even numbers up to 2^54.
        self.assertEqual(whole["rounds"]["at"], {"i": "262145"})

    def test_cut_off_at_the_wrap(self):
        report = audit(ARTICLE, "cpu_intensive_steps", lambda: [(0, 1626)])
        self.assertNotIn("uint32", [one["type"] for one in of(report, "i**3")["leaves"]])


class Kinds(unittest.TestCase):
    def test_smallest_type(self):
        for low, high, name in [
            (0, 0, "int8"), (0, 127, "int8"), (0, 128, "uint8"), (-128, 127, "int8"),
            (-129, 0, "int16"), (-1, 255, "int16"), (0, 2**16 - 1, "uint16"), (0, 2**31, "uint32"),
            (0, 2**63 - 1, "int64"), (0, 2**64 - 1, "uint64"), (-1, 2**63, "int128"),
            (0, 2**128 - 1, "uint128"), (0, 2**128, "129 bits"), (-(2**127) - 1, 0, "129 bits"),
        ]:  # fmt: skip
            self.assertEqual(smallest_type(low, high), name, (low, high))

    def test_leaves_at_the_very_value(self):
        source = "def f(values):\n    for v in values:\n        w = v + 0\n"
        for name, bits in (("int32", 31), ("int64", 63), ("int128", 127)):
            for inside, outside in ((2**bits - 1, 2**bits), (-(2**bits), -(2**bits) - 1)):
                report = ranges(source, "f", ([0, inside],))
                self.assertNotIn(name, [e["type"] for e in of(report, "v + 0")["leaves"]])
                report = ranges(source, "f", ([0, inside, outside, 0, outside * 2],))
                leaves = {e["type"]: e["value"] for e in of(report, "v + 0")["leaves"]}
                self.assertEqual(leaves[name], str(outside))

    def test_divisions(self):
        source = "def f(a, b):\n    q = a // b\n    r = a % b\n    a //= 4\n    return q, r, a\n"
        report = ranges(source, "f", (6, 3), (-6, 3), (-7, 2), (7, -2))
        floor = of(report, "a // b")["floor"]
        self.assertEqual((floor["left"], floor["python"], floor["c"]), ("-7", "-4", "-3"))
        rest = of(report, "a % b")["floor"]
        self.assertEqual((rest["python"], rest["c"]), ("1", "-1"))
        self.assertEqual(of(report, "a //= 4")["floor"]["left"], "-6")
        self.assertIn("differs from C first at a = -7, b = 2", render(report))
        report = ranges(source, "f", (6, 3), (-6, 3), (-8, -3))
        self.assertNotIn("floor", of(report, "a // b"))
        report = ranges("def f(a):\n    return a % 3.0, a % -2\n", "f", (-1.5,), (3,))
        self.assertEqual(of(report, "a % 3.0")["floor"]["python"], "1.5")
        self.assertEqual(of(report, "a % -2")["floor"]["c"], "1")

    def test_shifts(self):
        source = "def f(a, n):\n    return (a << n), a >> 40\n"
        report = ranges(source, "f", (1, 31), (1, 32), (-1, 64), (1, 200))
        shift = of(report, "a << n")
        self.assertEqual(shift["shift32"]["right"], "32")
        self.assertEqual(shift["shift64"]["right"], "64")
        self.assertEqual(shift["shift128"]["right"], "200")
        self.assertEqual(shift["negative_shift"]["left"], "-1")
        self.assertIn("shift32", of(report, "a >> 40"))
        self.assertNotIn("shift32", of(ranges(source, "f", (1, 31)), "a << n"))

    def test_conversions(self):
        source = "import math\ndef f(n, x):\n    return n * x, math.sqrt(n), float(n + 1), n / 3\n"
        report = ranges(source, "f", (2**53, 0.5), (2**53 + 2, 0.5), (2**54 + 2, 1.0))
        self.assertEqual(of(report, "n + 1")["rounds"]["value"], str(2**53 + 1))
        for text in ("n * x", "n / 3"):
            self.assertEqual(of(report, text)["rounds"]["value"], str(2**54 + 2))
        self.assertEqual(of(report, "n", "argument")["rounds"]["value"], str(2**54 + 2))
        report = ranges(source, "f", (2**60, 0.5), (-(2**53), 2))
        for one in report["expressions"]:
            if one["text"] != "n + 1":
                self.assertNotIn("rounds", one)
        report = ranges("def f(n):\n    return float(n)\n", "f", (10**400,))
        self.assertIn("too large", of(report, "n", "argument")["rounds"]["to"])

    def test_rounding_found_late(self):
        source = "import math\ndef f(n):\n    for i in range(n):\n"
        source += "        math.sqrt(2**60 + i * 256 + (i == 50))\n"
        report = ranges(source, "f", (100,))
        self.assertEqual(of(report, "2**60 + i * 256 + (i == 50)")["rounds"]["at"], {"i": "50"})

    def test_floats(self):
        source = "def f(x, n):\n    for i in range(n):\n        x = x * 1e-20\n"
        source += "    y = 1 / x * 1e300\n    return y - y\n"
        report = ranges(source, "f", (1e-300, 1))
        self.assertEqual(of(report, "x * 1e-20")["denormal"]["at"], {"i": "0"})
        self.assertEqual(of(report, "1 / x * 1e300")["inf"]["value"], "inf")
        self.assertIn("nan", of(report, "y - y"))
        report = ranges(source, "f", (-1.0, 0), (0.5, 0))
        for one in report["expressions"]:
            self.assertFalse({"inf", "nan", "denormal"} & set(one), one)

    def test_shapes(self):
        source = """
class C:
    def __init__(self): self.n = 1
    def grow(self, by):
        self.n *= by
        return self.n
def f(n):
    c = C()
    table = {}
    def inner(k):
        return k * 1000
    def numbers():
        for k in range(n):
            yield k * 100
    for i in range(n):
        c.grow(i + 1)
        table[i % 2] = i
        table[i % 2] -= 5
    total = sum([j * j for j in range(n)])
    picked = max(k + 7 for k in numbers())
    key = sorted(range(n), key=lambda v: v * -3)
    return inner(n), [m for m in range(n * 4)], total, picked, key, -n
"""
        report = ranges(source, "f", (10,))
        for text, low, high in [
            ("self.n *= by", 1, 3628800), ("k * 1000", 10000, 10000), ("k * 100", 0, 900),
            ("table[i % 2] -= 5", -5, 4), ("j * j", 0, 81), ("k + 7", 7, 907),
            ("v * -3", -27, 0), ("n * 4", 40, 40), ("-n", -10, -10),
            ("sum([j * j for j in range(n)])", 285, 285),
        ]:  # fmt: skip
            one = of(report, text)
            self.assertEqual((one["min"], one["max"]), (str(low), str(high)), text)
        self.assertEqual(of(report, "k * 100")["function"], "f.numbers")
        self.assertEqual(of(report, "self.n *= by")["function"], "C.grow")
        self.assertEqual(of(report, "by", "parameter")["max"], "10")


    def test_names_that_mean_something_else(self):
        source = "from math import *\ndef abs(x):\n    return 'abs'\n"
        source += "def f(len, sqrt):\n    return abs(1), len('x') + sqrt(2)\n"
        report = ranges(source, "f", (str, lambda x: "y"))
        self.assertEqual(report["calls"][0]["returned"], ("abs", "xy"))

    def test_long_expressions(self):
        source = "def f(x):\n    return %s\n" % " + ".join(["x * 3"] * 100)
        self.assertEqual(ranges(source, "f", (2,))["calls"][0]["returned"], 600)
        source = "def f(x):\n    return %s\n" % " + ".join(["x"] * 20000)
        with self.assertRaises(Failure):
            ranges(source, "f", (2,))


class Command(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.program = os.environ.get("PAYOFF_PYTHON_RANGES")
        if cls.program is None:
            cls.program = os.path.join(cls.folder.name, "python_ranges.py")
            names = ["payoff_ranges.py", "payoff_fault.py", "payoff_json.py",
                     "payoff_library.py", "payoff_values.py"]
            names += [one for one in os.listdir(SOURCES) if one.startswith("payoff_range_")]
            bundle.main(["", cls.program] + [os.path.join(SOURCES, one) for one in names])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_it(self, *arguments):
        command = [sys.executable, self.program] + list(arguments)
        return subprocess.run(command, capture_output=True, check=False, text=True)

    def test_text_and_json(self):
        name = CORPUS + ":cubes"
        done = self.run_it(name, "--args", "[3000]", "--compare")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("uint32 at i = 1,626", done.stdout)
        done = self.run_it(name, "--args", "(3000,)", "--json")
        report = json.loads(done.stdout)
        self.assertEqual(report["calls"][0]["returned"][0], "f")
        self.assertEqual(report["function"], "cubes")
        with tempfile.TemporaryDirectory() as folder:
            tasks, out = os.path.join(folder, "tasks"), os.path.join(folder, "out")
            with open(tasks, "w", encoding="utf-8") as file:
                file.write('[["t", ["i", "7"]], ["t", ["f", "4000000000000000"]]]')
            done = self.run_it(CORPUS + ":Point.triple", "--tasks", tasks, "--json", "--out", out)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
            with open(out, encoding="utf-8") as file:
                report = json.load(file)
            self.assertEqual(report["calls"][0]["returned"], ["i", "21"])

    def test_exceptions_are_part_of_the_report(self):
        done = self.run_it(MORE + ":factorial", "--args", "[-5]")
        self.assertEqual(done.returncode, 0)
        self.assertIn("raised ValueError: negative: -10", done.stdout)

    def test_bad_input(self):
        for arguments, status, text in [
            ([CORPUS], 2, "FILE.py:FUNC"),
            ([CORPUS + ":cubes", "--args", "{"], 2, "no list"),
            ([CORPUS + ":cubes", "--args", "5"], 2, "no list"),
            ([CORPUS + ":cubes", "--tasks", "/nowhere"], 2, "no list"),
            ([CORPUS + ":nothing"], 1, "no function nothing"),
            ([CORPUS + ":CALLS"], 1, "is no function"),
            (["/nowhere.py:f"], 1, "nowhere.py"),
        ]:
            with self.subTest(arguments=arguments):
                done = self.run_it(*arguments)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(text, done.stderr)

    def test_source_that_does_not_load(self):
        for source, text in [("def f(:\n", "SyntaxError"), ("1 / 0\n", "ZeroDivisionError")]:
            with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
                file.write(source)
                file.flush()
                done = self.run_it(file.name + ":f")
                self.assertEqual(done.returncode, 1)
                self.assertIn(text, done.stderr)

    def test_json_of_what_cannot_be_encoded(self):
        report = ranges("def f():\n    a = []\n    a.append(a)\n    return a\n", "f", ())
        self.assertIn("holds itself", json.loads(to_json(report))["calls"][0]["reason"])


if __name__ == "__main__":
    unittest.main()
