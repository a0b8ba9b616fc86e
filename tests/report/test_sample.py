#!/usr/bin/env python3
"""The sample report of reports/sample is what today's payoff makes of the run that lies beside it.

What is compared: headings, tables with their columns and the number of their rows, charts, every
figure that stands in a table, and the CSV to the byte. After a change of the report that is meant,
`scripts/sample --render` makes it anew.
"""

import html.parser
import os
import re
import struct
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "reports", "sample")
STORE = os.path.join(SAMPLE, "cpu_intensive.db")
FIRST_SCREEN = ("port", "right?", "how much?", "where?", "why?")


class Outline(html.parser.HTMLParser):
    """A page as a list of words: what there is, and the figures in it."""

    KEPT = {"h1", "h2", "h3", "h4", "caption", "th", "figure", "section"}

    def __init__(self, path):
        super().__init__()
        self.words, self.open, self.text, self.skip = [], [], "", 0
        with open(path, encoding="utf-8") as file:
            self.content = file.read()
        self.feed(self.content)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in ("script", "style"):
            self.skip += 1
        if tag in ("section", "figure", "table", "tr"):
            self.words.append(tag + " " + attributes.get("id", ""))
        if tag in self.KEPT or "v" in (attributes.get("class") or "").split():
            self.open.append((tag, len(self.text)))

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self.skip -= 1
        if self.open and self.open[-1][0] == tag:
            _, start = self.open.pop()
            if tag not in ("section", "figure"):
                self.words.append(tag + ": " + " ".join(self.text[start:].split()))

    def handle_data(self, data):
        if not self.skip:
            self.text += data


class Sample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        made = [os.path.join(cls.folder.name, "cpu_intensive" + end) for end in (".html", ".csv")]
        subprocess.run([os.environ.get("PAYOFF", "payoff"), "report", STORE, "--html", made[0],
                        "--csv", made[1]], check=True, timeout=60)
        cls.made = Outline(made[0])
        cls.kept = Outline(os.path.join(SAMPLE, "cpu_intensive.html"))
        with open(made[1], "rb") as file:
            cls.csv = file.read()

    def test_the_page_is_that_of_the_run(self):
        self.assertGreater(len(self.kept.words), 500)
        self.assertEqual(self.kept.words, self.made.words,
                         "if it is meant: scripts/sample --render")

    def test_the_csv_is_that_of_the_run(self):
        with open(os.path.join(SAMPLE, "cpu_intensive.csv"), "rb") as file:
            self.assertTrue(file.read() == self.csv, "if it is meant: scripts/sample --render")

    def test_it_answers_what_it_must(self):
        heads = [word[4:].lower() for word in self.kept.words if word.startswith("th: ")]
        for name in FIRST_SCREEN:
            self.assertIn(name, heads[:8])
        # Right ports and wrong ones, intervals, a reason for the speed-up.
        for part in ("2 are wrong", "first wraps at i = 1626", "less CPU time"):
            self.assertIn(part, self.kept.text)
        self.assertRegex(self.kept.text, r"× faster *\[[\d.]+, [\d.]+\]")

    def test_it_tells_nothing_of_the_place_where_it_was_made(self):
        with open(STORE, "rb") as file:
            stored = file.read().decode("latin-1")
        for name, text in (("page", self.kept.text), ("store", stored)):
            with self.subTest(of=name):
                self.assertEqual(re.findall(
                    r"(?<![\w.<])/(?:home|root|tmp|work|Users|mnt|opt)/\w.{,40}", text), [])

    def test_the_picture_is_shown(self):
        with open(os.path.join(SAMPLE, "cpu_intensive.png"), "rb") as file:
            picture = file.read()
        self.assertEqual(struct.unpack(">I", picture[16:20]), (1200,))
        self.assertLess(len(picture), 300000)
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            start = "".join(file.readlines()[:30])
        found = re.search(r"!\[([^\]]+)\]\(reports/sample/cpu_intensive\.png\)", start)
        self.assertTrue(found, "README.md shows it on its first screen")
        self.assertGreater(len(found.group(1)), 60)


if __name__ == "__main__":
    unittest.main()
