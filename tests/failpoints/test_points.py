#!/usr/bin/env python3
"""What was tried is known again, as long as the programs are the same; the parts make the whole."""

import os
import tempfile
import unittest

import points
import test_failpoints

FIRST, SECOND = points.Point("read", 3, 0xabc), points.Point("child-write", 1, 0xdef)


class Points(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.program, self.kept = folder.name + "/program", folder.name + "/done"
        self.build("one")

    def build(self, text):
        with open(self.program, "w", encoding="utf-8") as file:
            file.write(text)

    def known(self, *what):
        done = points.Done(self.kept, [self.program])
        try:
            return done.has(*what)
        finally:
            done.close()

    def test_goes_on(self):
        done = points.Done(self.kept, [self.program])
        self.assertFalse(done.has("run", FIRST, "EIO", 1))
        done.add("run", FIRST, "EIO", 1)
        done.add("run", SECOND, points.SHORT, 1)
        done.close()
        # Its number may be another in the next run; the way to it is not.
        self.assertTrue(self.known("run", FIRST._replace(number=4), "EIO", 1))
        self.assertTrue(self.known("run", SECOND, points.SHORT, 1))
        for other in (("runs", FIRST, "EIO", 1), ("run", FIRST, "EINTR", 1),
                      ("run", FIRST._replace(stack=1), "EIO", 1)):
            self.assertFalse(self.known(*other))

    def test_an_allocation_once(self):
        done = points.Done(None, [])
        allocation = points.Point("realloc", 9, 7)
        for point, error in ((FIRST, "EIO"), (allocation, "ENOMEM")):
            done.add("run", point, error, 1)
        self.assertTrue(done.has("report", allocation, "ENOMEM", 1, True))
        self.assertFalse(done.has("report", allocation, "ENOMEM", 1, False))
        self.assertFalse(done.has("report", allocation._replace(stack=8), "ENOMEM", 1, True))
        self.assertFalse(done.has("report", FIRST, "EIO", 1, True), "no allocation")

    def test_another_build_begins_anew(self):
        done = points.Done(self.kept, [self.program])
        done.add("run", FIRST, "EIO", 1)
        done.close()
        self.build("two")
        self.assertFalse(self.known("run", FIRST, "EIO", 1))
        self.build("one")
        self.assertFalse(self.known("run", FIRST, "EIO", 1))

    def test_nothing_is_kept_unasked(self):
        done = points.Done(None, [self.program])
        done.add("run", FIRST, "EIO", 1)
        self.assertFalse(done.has("run", FIRST, "EIO", 1))
        self.assertFalse(os.path.exists(self.kept))

    def test_shards(self):
        self.assertEqual(test_failpoints.shard("2/5"), (2, 5))
        for text in ("0/5", "6/5", "2", "a/b"):
            with self.assertRaises(ValueError):
                test_failpoints.shard(text)
        parts = [list(range(23))[test_failpoints.slice_of((part, 5))] for part in range(1, 6)]
        self.assertEqual(sorted(sum(parts, [])), list(range(23)))


if __name__ == "__main__":
    unittest.main()
