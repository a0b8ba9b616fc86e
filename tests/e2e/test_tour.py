#!/usr/bin/env python3
"""A tour: several experiments in one script, their reports and the landscape over them."""

import csv
import os
import unittest

from support import Case

MEMBER = '''\
local payoff = require "payoff"
return payoff.experiment {
  name = "%s", title = "%s",
  reference = payoff.python { name = "python", file = "kernel.py", func = "total" },
  subjects = { payoff.python { name = "port", file = "kernel.py", func = "%s" } },
  tasks = { {0, payoff.setting("steps", 2000)} }, metrics = { "os" }, blocks = 6,
}
'''
TOUR = '''\
local payoff = require "payoff"
return payoff.tour {
  name = "tour", title = "Three of them", budget = 6,
  payoff.load "members/twin.lua",
  payoff.load("members/quick.lua", { steps = 3000 }),
  payoff.load "members/off.lua",
}
'''


class Tour(Case):
    def setUp(self):
        super().setUp()
        os.mkdir(os.path.join(self.folder, "members"))
        kernel = self.path("kernel.py")
        with open(kernel, "a", encoding="utf-8") as file:
            file.write("\n\ndef total_kept(n, steps, _known={}):\n"
                       "    if (n, steps) not in _known:\n"
                       "        _known[n, steps] = total(n, steps)\n"
                       "    return _known[n, steps]\n")
        os.replace(kernel, self.path("members/kernel.py"))
        for name, func in (("twin", "total"), ("quick", "total_kept"), ("off", "total_off")):
            self.write("members/%s.lua" % name, MEMBER % (name, "the " + name, func))
        self.write("tour.lua", TOUR)

    def path(self, name):
        return os.path.join(self.folder, name)

    def test_the_landscape(self):
        result = self.payoff("run", "tour.lua", "--out", "out")
        self.assertEqual(result.status, 2, result.err)  # one port is wrong
        self.assertIn("3 of 3: the off", result.err)
        rows = [line.split() for line in result.out.splitlines()]
        order = [row[0] for row in rows if row and row[0] in ("twin", "quick", "off")][:3]
        self.assertEqual(order, ["off", "twin", "quick"], result.out)
        self.assertIn("no right port", result.out)
        for name in ("tour", "twin", "quick", "off"):
            for extension in (".html", ".csv"):
                self.assertTrue(os.path.exists(self.path("out/" + name + extension)), name)
        with open(self.path("out/tour.csv"), encoding="utf-8", newline="") as file:
            table = {row["kernel"]: row for row in csv.DictReader(file)}
        self.assertNotIn("off", table)
        self.assertGreater(float(table["quick"]["speedup"]), 5)
        with open(self.path("out/tour.html"), encoding="utf-8") as file:
            page = file.read()
        self.assertIn('href="quick.html"', page)
        listed = self.payoff("runs", "tour.payoff.db").out
        self.assertEqual(len(listed.splitlines()), 4, listed)

    def test_some_of_it(self):
        result = self.payoff("run", "tour.lua", "--only", "tw*", "--out", "out", "--no-db")
        self.assertEqual(result.status, 0, result.err)
        self.assertIn("1 of 1: the twin", result.err)
        self.assertFalse(os.path.exists(self.path("tour.payoff.db")))
        result = self.payoff("run", "tour.lua", "--only", "none", "--out", "out")
        self.assertEqual(result.status, 64, result.err)
        self.assertIn("there are: twin, quick, off", result.err)

    def test_mistakes(self):
        for text, words in [
            ('return require("payoff").tour { name = "t" }', "a tour needs experiments"),
            ('local p = require "payoff"\nreturn p.tour { name = "t", 5 }',
             "t.lua:2: experiment 1"),
            ('local p = require "payoff"\nreturn p.tour { name = "t", bugdet = 3, '
             'p.load "members/twin.lua" }', "did you mean 'budget'?"),
            ('local p = require "payoff"\nreturn p.tour { name = "t", p.load "members/none.lua" }',
             "members/none.lua"),
            ('local p = require "payoff"\nreturn p.tour { name = "t",\n'
             'p.load("members/twin.lua", { setps = 3 }) }', "did you mean 'steps'?"),
            ('local p = require "payoff"\nreturn p.tour { name = "t", p.load "members/twin.lua", '
             'p.load "members/twin.lua" }', "two experiments are called 'twin'"),
        ]:
            with self.subTest(words):
                self.write("t.lua", text)
                result = self.payoff("run", "t.lua")
                self.assertIn(result.status, (64, 65, 66), result.err)
                self.assertIn(words, result.err)
                self.assertEqual(len(result.err.splitlines()), 1, result.err)
        result = self.payoff("verify", "tour.lua")
        self.assertEqual(result.status, 65, result.err)
        self.assertIn("this is a tour", result.err)


if __name__ == "__main__":
    unittest.main()
