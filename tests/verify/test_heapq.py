#!/usr/bin/env python3
"""scripts/heapq.lua, a pair of the standard library, as a user would compare it."""

import importlib.util
import os
import unittest

from support import HERE, Case

SCRIPT = os.path.join(HERE, "..", "..", "scripts", "heapq.lua")


class Heapq(Case):
    def test_the_c_module_is_right(self):
        if importlib.util.find_spec("_heapq") is None:
            self.skipTest("this Python has no _heapq")
        result = self.verify(SCRIPT, "--corpus", "heapq.json", "--inputs", "150", "--budget", "80")
        self.assertEqual(result.status, 0, result.text())
        self.assertEqual(result.ports["c-module"]["state"], "right", result.out)
        self.assertGreater(result.report["inputs"]["total"], 50)

    def test_a_heap_that_is_left_as_it_was_is_found(self):
        for name, body in (
            ("ours", "import heapq\ndef f(heap: list):\n"
                     "    heapq.heapify(heap)\n    return heap[0]\n"),
            ("theirs", "def f(heap: list):\n    return sorted(heap)[0]\n"),
        ):
            with open(os.path.join(self.folder, name + ".py"), "w", encoding="utf-8") as file:
                file.write(body)
        done = self.payoff("verify", "ours.py:f", "theirs.py:f", "--args", "[[3, 1, 2]]",
                           "--inputs", "0")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("leaves its arguments as they are for ", done.stdout)


if __name__ == "__main__":
    unittest.main()
