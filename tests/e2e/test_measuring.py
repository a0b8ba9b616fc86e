#!/usr/bin/env python3
"""How a run measures: noise, placement, scaling, the plan."""

import os
import subprocess
import sys
import unittest

from support import Case


class Noise(Case):
    def test_a_disturbed_run_says_so_and_still_shows_times(self):
        self.experiment(more="blocks = 3")
        # One spinning process more than there are CPUs.
        hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
                for _ in range((os.cpu_count() or 1) + 1)]
        try:
            result = self.payoff("run", "small.lua", "--out", "out", "--no-db")
        finally:
            for hog in hogs:
                hog.kill()
                hog.wait()
        self.assertEqual(result.status, 0, result.err)
        rows = result.rows()
        self.assertTrue(all(row["waited_ns"] for row in rows), rows)
        self.assertTrue(any(row["wall_ns"] for row in rows))
        if any(row["marked"] for row in rows):
            self.assertIn("taken in a bad moment", " ".join(result.out.split()))


if __name__ == "__main__":
    unittest.main()
