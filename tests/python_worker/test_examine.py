"""`examine`: what a call leaves behind, and which branches it took."""

import sys
import unittest

from driver import SUBJECTS, Worker, f, i, t


class Examine(unittest.TestCase):
    def setUp(self):
        self.worker = Worker()
        self.addCleanup(self.worker.end)

    def load(self, func, **more):
        subject = {"module": "examined", "path": [SUBJECTS], "func": func}
        return self.worker.good("load", subject=subject, **more)

    def one(self, func, *args, **fields):
        self.load(func)
        reply = self.worker.good("examine", tasks=[t(*args)], **fields)
        self.reply = reply
        return reply["outcomes"][0]

    def test_needs_a_subject_and_a_list(self):
        self.assertEqual(self.worker.error("examine", tasks=[])["kind"], "usage")
        self.load("kind")
        self.assertEqual(self.worker.error("examine")["kind"], "usage")
        self.assertEqual(self.worker.error("examine", tasks=[], limit_s=0)["kind"], "usage")

    def test_values_and_exceptions(self):
        self.assertEqual(self.one("kind", i(3)), {"value": t(["b", True], ["b", True])})
        outcome = self.one("fails", i(3))
        self.assertEqual(outcome["exception"], {"type": "KeyError", "message": "3"})
        self.assertIn("LookupError", outcome["lines"])

    def test_one_failure_does_not_stop_the_others(self):
        self.load("fails")
        outcomes = self.worker.good("examine", tasks=[t(i(1)), t(["q"]), t()])["outcomes"]
        self.assertEqual([sorted(one)[0] for one in outcomes],
                         ["exception", "argument", "exception"])

    def test_changed_arguments_and_identity(self):
        outcome = self.one("grows", ["l", i(1)])
        self.assertEqual(outcome["arguments"], [["l", i(1), i(2)]])
        self.assertEqual(outcome["is_argument"], 0)

    def test_aliases_and_derived_classes(self):
        self.assertEqual(self.one("same", ["l"], ["r", 0])["value"], ["b", True])
        self.assertEqual(self.one("same", ["l"], ["l"])["value"], ["b", False])
        self.assertEqual(self.one("kind", ["x", i(3)])["value"], t(["b", False], ["b", True]))

    def test_time_limit(self):
        self.assertEqual(self.one("spins", limit_s=0.2), {"timeout": True})
        self.assertEqual(self.one("fails", i(3), limit_s=5)["exception"]["type"], "KeyError")

    def test_swallowed(self):
        outcome = self.one("quiet")
        self.assertEqual(outcome["value"], f(0.0))
        self.assertEqual(outcome["unraisable"], ["ValueError: not heard"])

    def test_iterators_are_drained(self):
        outcome = self.one("numbers", i(3))
        self.assertEqual(outcome["value"], ["l", i(0), i(1), i(2)])
        self.assertTrue(outcome["iterator"])

    def test_signature(self):
        first, second, rest = self.load("numbers", signature=True)["signature"]
        self.assertEqual(first["annotation"], "int")
        self.assertEqual(second["annotation"], "str")
        self.assertEqual(second["default"], ["s", "x"])
        self.assertEqual(rest["kind"], "var_positional")

    @unittest.skipIf(sys.implementation.name != "cpython", "jumps are CPython's")
    def test_branches(self):
        self.load("branchy")
        seen = []
        for n, items in ((11, ["l", i(1)]), (11, ["l"]), (1, ["l", i(0), i(5)]), (-2, ["l"])):
            reply = self.worker.good("examine", tasks=[t(i(n), items)], coverage=True)
            seen.append(reply["coverage"])
        reached = [one["reached"] for one in seen]
        self.assertEqual(reached, sorted(reached))
        self.assertLess(reached[0], reached[-1])
        self.assertEqual(seen[-1]["reached"], seen[-1]["of"], seen)
        self.assertGreaterEqual(seen[-1]["of"], 10)
        self.assertIn(8, seen[0]["missing"])

    def test_sums(self):
        xs = ["l"] + [f(x) for x in (0.1, 0.2, 0.3)]
        found = self.one("total", xs, sums=True)["sum"]
        self.assertEqual(found["n"], 3)
        self.assertEqual(found["fsum"], f(0.6))
        self.assertNotIn("sum", self.one("product", xs, sums=True))


if __name__ == "__main__":
    unittest.main()
