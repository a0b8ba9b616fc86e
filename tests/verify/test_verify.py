#!/usr/bin/env python3
"""`payoff verify` as a whole: ports in C, the article's variants, sums, crashes, corpora."""

import json
import os
import sys
import unittest

from support import HERE, Case

# As many inputs on a busy machine, too: the time is not what ends it.
FEW = ("--inputs", "120", "--budget", "120")


class Article(Case):
    """sqrt(i**3 + i**2 + i*n) in every width, judged and explained."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        self = cls("test_unsigned_32")
        names = ("roots_u32", "roots_double", "roots_right")
        ports = [self.native(name, "double(int64, int64)") for name in names]
        cls.result = self.verify(self.script(
            "roots", ports, more="check = { tolerance = { ulp = 4 } },", file="sums.py"), *FEW)

    def why(self, name):
        return self.result.worst(name)["why"]["sentence"]

    def test_unsigned_32(self):
        self.assertEqual(self.result.status, 2, self.result.text())
        self.assertEqual(self.result.ports["roots_u32"]["state"], "wrong")
        self.assertIn("`i**3 + i**2 + i * n` gives in unsigned 32-bit", self.why("roots_u32"))
        self.assertIn("first wraps at i = 1626", self.why("roots_u32"))
        self.assertIn("LLP64", self.why("roots_u32"))
        # The smallest failing input is one turn after the wrap.
        self.assertIn("for (0, 1627) instead of", self.result.worst("roots_u32")["text"])

    def test_right_and_rounding_ports_are_not_accused(self):
        for name in ("roots_right", "roots_double"):
            self.assertEqual(self.result.ports[name]["state"], "right", self.result.out)

    def test_what_c_cannot_do_is_told(self):
        said = {one["category"] for one in self.result.ports["roots_right"]["findings"]}
        self.assertLessEqual({"number", "noraise", "refused"}, said)

    def test_what_was_tried_is_told(self):
        self.assertIn("Branches of the reference reached: 2 of 2.", self.result.out)
        self.assertRegex(self.result.out, r"Tried \d+ inputs: 2 tasks of the experiment")


class Width64(Case):
    def test_both_signs(self):
        ports = [self.native(name, "double(int64, int64)") for name in ("roots_u64", "roots_i64")]
        script = self.script("roots", ports, tasks="{0, 2700000}", file="sums.py",
                             more="timeout = 300,")
        result = self.verify(script, "--inputs", "0")
        self.assertEqual(result.status, 2, result.text())
        why = result.worst("roots_u64")["why"]
        self.assertIn("unsigned 64-bit arithmetic; it first wraps at i = 2642246", why["sentence"])
        self.assertEqual(why["advice"], "Use 128-bit integers or double.")
        why = result.worst("roots_i64")["why"]
        self.assertIn(" signed 64-bit arithmetic; it first wraps at i = 2097", why["sentence"])


class Sums(Case):
    signature = "double(const double[n], size n)"

    def states(self, reference, more):
        names = ("total_right", "total_reversed", "total_lost", "total_float")
        ports = [self.native(name, self.signature) for name in names]
        script = self.script("total", ports, more=more, file="sums.py")
        return self.verify(script, *FEW)

    def test_bits(self):
        result = self.states("total", "")
        self.assertEqual(result.ports["total_right"]["state"], "right", result.out)
        for name in ("total_reversed", "total_lost", "total_float"):
            self.assertEqual(result.ports[name]["state"], "wrong", result.out)
        self.assertIn("last term to the first", result.worst("total_reversed")["why"]["sentence"])

    def test_another_order_passes_and_a_lost_term_fails(self):
        result = self.states("total", "check = { tolerance = { sum = true } },")
        for name in ("total_right", "total_reversed"):
            self.assertEqual(result.ports[name]["state"], "right", result.out)
        for name in ("total_lost", "total_float"):
            self.assertEqual(result.ports[name]["state"], "wrong", result.out)


class Worse(Case):
    def test_crash_hang_exit_and_growth(self):
        names = ("distance_crash", "distance_hang", "distance_exit", "distance_leak")
        # Only the one that hangs has so little time, which others may need on a busy machine.
        ports = [self.python("bugs.py", name) for name in names]
        ports[1] = ports[1].replace("},", ", timeout = 1 },")
        result = self.verify(self.script("distance", ports), *FEW)
        self.assertEqual(result.status, 2, result.text())
        found = {name: result.worst(name)["category"] for name in names}
        self.assertEqual(found, {"distance_crash": "crash", "distance_hang": "hang",
                                 "distance_exit": "exception", "distance_leak": "growth"})
        self.assertIn("SIGSEGV", result.out)

    def test_native_crash_and_leak(self):
        ports = [self.native(name, Sums.signature) for name in ("total_crash", "total_leak")]
        result = self.verify(self.script("total", ports, file="sums.py"), *FEW)
        self.assertEqual(result.worst("total_crash")["category"], "crash", result.out)
        self.assertIn("([],)", result.worst("total_crash")["text"])
        self.assertEqual(result.worst("total_leak")["category"], "growth", result.out)

    def test_a_crash_alone_is_status_4(self):
        ports = [self.native("total_crash", Sums.signature)]
        result = self.verify(self.script("total", ports, file="sums.py"), *FEW)
        self.assertEqual(result.status, 4, result.text())


class Corpus(Case):
    def test_failures_are_kept_and_replayed_first(self):
        script = self.script("bucket", [self.python("bugs.py", "bucket_division_1")])
        self.assertEqual(self.verify(script, *FEW).status, 2)
        with open(os.path.join(self.folder, "bucket.corpus.json"), encoding="utf-8") as file:
            kept = json.load(file)["entries"]
        self.assertEqual([one["kind"] for one in kept], ["failure"])
        result = self.verify(script, "--inputs", "0")
        self.assertEqual(result.status, 2, "the kept failure alone finds it again")
        self.assertIn("1 kept failure", result.out)

    def test_same_seed_same_inputs(self):
        script = self.script("parse", [self.python("right.py", "parse_2")])
        first, second = (self.verify(script, *FEW).report["inputs"] for _ in range(2))
        self.assertEqual(first, second)

    def test_no_corpus(self):
        with open(os.path.join(self.folder, "mean.corpus.json"), "w", encoding="utf-8") as file:
            file.write("[]")
        result = self.verify(self.script("mean", [self.python("right.py", "mean_1")]))
        self.assertEqual(result.status, 65)


class Record(Case):
    def test_calls_become_inputs(self):
        for name, text in (("library", "def area(w, h=2):\n    return w * h\n"),
                           ("port", "def area(w, h=2):\n    return (w * h) & 0xffff\n"),
                           ("app", "from library import area\nfor n in (1, 70000):\n"
                                   "    print(area(n, h=3))\narea(open('app.py').fileno and 2)\n")):
            with open(os.path.join(self.folder, name + ".py"), "w", encoding="utf-8") as file:
                file.write(text)
        done = self.payoff("record", "--func", "library:area", "--out", "kept.json", "--",
                           sys.executable, "app.py")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "3\n210000\n")
        self.assertIn("3 calls of library:area; 3 new ones kept", done.stderr)
        done = self.payoff("verify", "library.py:area", "port.py:area", "--corpus", "kept.json",
                           "--args", "[1, 1]", "--inputs", "0")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("3 recorded calls", done.stdout)
        self.assertIn("instead of", done.stdout)
        self.assertNotIn("has changed", done.stdout)
        self.reference_changes()

    def reference_changes(self):
        with open(os.path.join(self.folder, "library.py"), "w", encoding="utf-8") as file:
            file.write("def area(w, h=2):\n    return w * h + (w == 1)\n")
        done = self.payoff("verify", "library.py:area", "library.py:area", "--corpus", "kept.json",
                           "--args", "[5, 1]", "--inputs", "0")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"\(1, 3\) returned 3 on \d{4}-\d\d-\d\d and returns 4 now")
        self.assertNotIn("(70000, 3) returned", done.stdout)


class RecordMain(Case):
    """A function of the script itself, called from threads and pools."""

    program = """import concurrent.futures, multiprocessing, threading
def area(w, h=2):
    return w * h
if __name__ == "__main__":
    area(1)
    one = threading.Thread(target=area, args=(10,))
    one.start()
    one.join()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        list(pool.map(area, [100]))
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            print(pool.map(area, [len(method) * 1000]))
"""

    def test_threads_and_pools(self):
        with open(os.path.join(self.folder, "app.py"), "w", encoding="utf-8") as file:
            file.write(self.program)
        done = self.payoff("record", "--func", "__main__:area", "--out", "kept.json", "--",
                           sys.executable, "app.py")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "[8000]\n[10000]\n")
        with open(os.path.join(self.folder, "kept.json"), encoding="utf-8") as file:
            tasks = {entry["task"][1][1] for entry in json.load(file)["entries"]}
        self.assertEqual(tasks, {"1", "10", "100", "4000", "5000"})


class CommandLine(Case):
    def test_without_a_script(self):
        reference = os.path.join(HERE, "reference.py")
        done = self.payoff("verify", reference + ":bucket", os.path.join(HERE, "right.py:bucket_1"),
                           "--args", "[7, 2]", "--inputs", "50")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("no difference found in", done.stdout)

    def test_another_type_is_its_own_reason(self):
        with open(os.path.join(self.folder, "texts.py"), "w", encoding="utf-8") as file:
            file.write("def text(n):\n    return str(n)\n"
                       "def coded(n):\n    return str(n).encode()\n")
        done = self.payoff("verify", "texts.py:text", "texts.py:coded", "--args", "[7]",
                           "--inputs", "0")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"returns b'\d' for \(\d,\) instead of '\d'")
        self.assertNotIn("Why is not known", done.stdout)

    def test_ranges(self):
        sums = os.path.join(HERE, "sums.py")
        done = self.payoff("ranges", sums + ":roots", "--args", "[0, 2000]")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("leaves int32", done.stdout)
        self.assertEqual(self.payoff("ranges", sums + ":root").returncode, 4)
        self.assertEqual(self.payoff("ranges", "sums").returncode, 64)


if __name__ == "__main__":
    unittest.main()
