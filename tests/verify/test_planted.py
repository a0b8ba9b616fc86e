#!/usr/bin/env python3
"""Thirty planted bugs of ten kinds are all found, and none of thirty right ports is accused."""

import re
import unittest

import bugs
import reference
import right
from support import Case

KINDS = {"width", "sign", "off_by_one", "swallowed", "mutated", "reordered", "float32", "division",
         "nan", "encoding"}


def of(module, func):
    return [name for name in vars(module) if re.match(func + r"_(\w+_)?\d$", name)]


FUNCTIONS = [name for name, thing in vars(reference).items() if callable(thing)]


class Planted(Case):
    def test_there_are_thirty_of_each(self):
        wrong = [name for func in FUNCTIONS for name in of(bugs, func)]
        self.assertEqual(len(wrong), 30)
        self.assertEqual({re.sub(r"^[a-z]+_|_\d$", "", name) for name in wrong}, KINDS)
        self.assertEqual(len([name for func in FUNCTIONS for name in of(right, func)]), 30)

    def check(self, func):
        wrong, good = of(bugs, func), of(right, func)
        ports = [self.python("bugs.py", name) for name in wrong]
        ports += [self.python("right.py", name) for name in good]
        result = self.verify(self.script(func, ports), "--inputs", "250", "--budget", "120")
        self.assertEqual(result.status, 2, result.text())
        for name in wrong:
            with self.subTest(port=name):
                self.assertEqual(result.ports[name]["state"], "wrong", result.out)
        for name in good:
            with self.subTest(port=name):
                self.assertEqual(result.ports[name]["state"], "right", result.out)
        self.expect(result)

    # What is said of some of them.
    categories = {
        "windows_swallowed_1": "exception", "mean_swallowed_3": "exception",
        "distinct_mutated_1": "mutation", "groups_reordered_1": "order",
        "parse_reordered_3": "order", "polynomial_width_1": "value", "shout_encoding_3": "value",
    }
    words = {
        "polynomial_width_1": "signed 32-bit arithmetic",
        "polynomial_width_2": "signed 64-bit arithmetic",
        "distance_sign_2": "unsigned 64-bit arithmetic",
        "bucket_division_1": "cuts toward zero",
        "mean_float32_1": "single precision",
        "windows_off_by_one_1": "one turn early",
    }

    def expect(self, result):
        for name in result.ports:
            worst = result.worst(name)
            if name in self.categories:
                self.assertEqual(worst["category"], self.categories[name], result.out)
            if name in self.words:
                self.assertIn(self.words[name], worst["why"].get("sentence", ""), result.out)


for one in FUNCTIONS:
    setattr(Planted, "test_" + one, lambda self, func=one: self.check(func))

if __name__ == "__main__":
    unittest.main()
