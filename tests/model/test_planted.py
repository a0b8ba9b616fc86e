#!/usr/bin/env python3
"""Where planted costs cross, payoff finds it: at given sizes, and at sizes that it chose itself.

planted.c has the costs: `port` meets the reference at 120, `always` and `never` do not, and `bent`
meets it twice. Its functions take their time asleep, so that a busy machine spoils little; a run
that was spoilt all the same is repeated.
"""

import json
import os
import subprocess
import tempfile
import unittest

PAYOFF, PLANTED = os.environ["PAYOFF"], os.environ["PLANTED"]
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "planted.lua")
ATTEMPTS = 3


def measure(folder, *more):
    """The run model of one run of planted.lua."""
    store = os.path.join(folder, "planted.db")
    if os.path.exists(store):
        os.unlink(store)
    subprocess.run(
        [PAYOFF, "run", SCRIPT, "--set", "library=" + PLANTED, "--db", store, "--out", folder,
         "--no-pin", "--no-verify", *more],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    done = subprocess.run([PAYOFF, "export", store, "--format", "json"], check=True,
                          stdout=subprocess.PIPE)
    return json.loads(done.stdout.decode("utf-8"))


class Planted(unittest.TestCase):
    def attempt(self, check, *more):
        problem = None
        for _ in range(ATTEMPTS):
            with tempfile.TemporaryDirectory() as folder:
                run = measure(folder, *more)
            try:
                return check({entry["subject"]: entry for entry in run["break_even"]}, run)
            except AssertionError as error:
                problem = error
        raise problem

    def found(self, entry, state, at):
        self.assertEqual(entry["state"], state, entry["text"])
        self.assertLess(abs(entry["at"]["median"] / at - 1), 0.1, entry["text"])

    def test_given_sizes(self):
        def check(found, run):
            self.found(found["port"], "from", 120)
            self.assertLess(abs(found["port"]["port"]["per_size"]["median"] / 25e3 - 1), 0.1)
            self.assertLess(abs(found["port"]["port"]["call"]["median"] / 4500e3 - 1), 0.1)
            self.assertEqual(found["always"]["state"], "always")
            self.assertEqual(found["never"]["state"], "never")
            self.assertFalse(found["bent"]["straight"])
            self.assertLess(abs(found["bent"]["earlier"][0]["at"]["median"] / 120 - 1), 0.1)
            self.assertEqual(found["bent"]["state"], "up to")
            for cell in run["cells"]:
                self.multiplies(cell)
        self.attempt(check)

    def multiplies(self, cell):
        """The terms of a decomposition multiply to the speed-up that is shown."""
        parts = cell.get("decomposition")
        if not parts:
            return
        product = 1.0
        for term in parts["terms"]:
            product *= term["ratio"]["median"]
        self.assertAlmostEqual(product / cell["speedup"]["median"], 1, places=9)

    def test_sizes_of_its_own(self):
        def check(found, run):
            self.found(found["port"], "from", 120)
            sizes = [size["size"] for size in run["sizes"]]
            self.assertTrue(any(70 < size < 200 for size in sizes), sizes)
            self.assertEqual(sizes[0], 1)
            self.assertIn("pilot", run["sizing"])
        self.attempt(check, "--set", "auto=true", "--only", "port", "--budget", "40")


if __name__ == "__main__":
    unittest.main()
