#!/usr/bin/env python3
"""The HTML report in a browser: drawn, silent, honest, safe, readable everywhere.

usage: test_browser.py NATIVE_MAIN RENDER_LUA       (run by the build; 77 without a browser)
"""

import collections
import contextlib
import csv
import os
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from webdriver import Browser, find_programs

UNITS = {"s": 1e9, "ms": 1e6, "µs": 1e3, "ns": 1, "\u00d7": 1}  # the times sign
READY = ("return document.readyState == 'complete' && (!document.getElementById('charts') || "
         "document.documentElement.dataset.charts == 'drawn')")


def luminance(color):
    channels = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG 2.2, contrast ratio of two colours as #rrggbb."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def blocks_of(path):
    """(subject, mode, jobs, start) -> {block: fastest ns of the block} from the CSV report."""
    cells = collections.defaultdict(dict)
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["wall_ns"]:
                cell = cells[row["subject"], row["mode"], row["jobs"], row["start"]]
                wall_ns = int(row["wall_ns"]) / int(row["loops"])
                cell[row["block"]] = min(wall_ns, cell.get(row["block"], wall_ns))
    return cells


def parse(text):
    """'10.25 ms' -> (value, half of its last digit), both in ns or as a ratio."""
    number, unit = re.match(r"([\d.,]+)\s*(\D+)$", text).groups()
    number = number.replace(",", "")
    decimals = len(number.partition(".")[2])
    return float(number) * UNITS[unit.strip()], 0.5 * 10 ** -decimals * UNITS[unit.strip()]


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.keep = contextlib.ExitStack()
        cls.addClassCleanup(cls.keep.close)
        cls.folder = tempfile.mkdtemp(prefix="payoff-report-")
        cls.keep.callback(shutil.rmtree, cls.folder, ignore_errors=True)
        subprocess.run(PROGRAM, check=True, stdout=subprocess.DEVNULL, timeout=120,
                       env=dict(os.environ, REPORT_OUT=cls.folder))
        cls.browser = cls.keep.enter_context(Browser())

    def open(self, name, width=1280, dark=False, script=True):
        browser = self.browser
        browser.messages()
        browser.requests()
        browser.resize(width, 900)
        browser.color_scheme("dark" if dark else "light")
        browser.allow_scripts(script)
        browser.open("file://%s/%s.html" % (self.folder, name), READY)
        return browser

    def assert_silent(self, name):
        self.assertEqual(self.browser.messages(), [])
        self.assertEqual(self.browser.requests(), ["file://%s/%s.html" % (self.folder, name)])

    def test_charts_are_drawn(self):
        browser = self.open("article")
        figures = browser.script(
            "return [...document.querySelectorAll('figure')].map((f) => [f.id, "
            "f.querySelectorAll('.live svg .mark-symbol.role-mark path, "
            ".live svg .mark-rect.role-mark path').length, "
            "f.querySelectorAll('.bars').length, f.querySelector('.export').hidden])")
        self.assertEqual([figure[0] for figure in figures],
                         ["speedup-1", "decomposition", "time-1", "samples", "history-runs"])
        for figure, marks, plain, hidden in figures:
            with self.subTest(figure=figure):
                self.assertGreaterEqual(marks, 7 if figure == "history-runs" else 40)
                self.assertEqual(plain, 0)
                self.assertFalse(hidden)
        self.assert_silent("article")

    def test_every_fixture_is_silent(self):
        for name in ("nopmu", "empty", "nasty", "sizes", "nasty_sizes"):
            with self.subTest(report=name):
                self.open(name)
                self.assert_silent(name)

    def test_numbers_on_screen_are_those_of_the_csv(self):
        browser = self.open("article")
        cells = blocks_of(os.path.join(self.folder, "article.csv"))
        base = cells["python", "serial", "1", "warm"]
        rows = browser.script("""
            const rows = [];
            for (const body of document.querySelectorAll('table.cells tbody')) {
              const subject = body.querySelector('.group bdi').textContent;
              for (const row of body.querySelectorAll('tr:not(.group)')) {
                const texts = [...row.cells].map((cell) => cell.querySelector('.v')?.textContent);
                rows.push([subject, row.cells[0].textContent, row.cells[1].textContent,
                           texts[3], texts[4]]);
              }
            }
            return rows;""")
        checked = 0
        for subject, workers, start, time_text, speedup_text in rows:
            jobs, _, mode = workers.partition(" ")
            mode = {"processes": "process", "threads": "thread"}.get(mode, "serial")
            key = (subject, mode, jobs if mode != "serial" else "1", start or "warm")
            with self.subTest(cell=key):
                if not time_text:
                    self.assertNotIn(key, cells)
                    continue
                shown, half = parse(time_text)
                blocks = cells[key]
                self.assertAlmostEqual(shown, statistics.median(blocks.values()), delta=half * 1.01)
                if speedup_text:
                    shown, half = parse(speedup_text)
                    ratio = statistics.median(base[b] / blocks[b] for b in base)
                    self.assertAlmostEqual(shown, ratio, delta=half * 1.01)
                    checked += 1
        self.assertGreater(checked, 40)
        self.assertEqual(len([row for row in rows if row[3]]), len(cells))

    def test_a_name_runs_no_script(self):
        browser = self.open("nasty")
        self.assertEqual(browser.script("return document.images.length"), 0)
        self.assertTrue(browser.script("return document.title").startswith("</script><img"))
        self.assertEqual(browser.script("return document.querySelectorAll('script').length"), 6)
        names = browser.script("return [...document.querySelectorAll('.live text')]"
                               ".map((t) => t.textContent)")
        self.assertTrue([name for name in names if name.startswith("</script><img")])

    def test_the_policy_stops_what_is_not_of_the_report(self):
        browser = self.open("article")
        browser.script("""
            const script = document.createElement('script');
            script.textContent = 'window.intruder = true';
            document.body.append(script);
            const image = document.createElement('img');
            image.setAttribute('onerror', 'window.intruder = true');
            image.src = 'file:///nowhere.png';
            document.body.append(image);""")
        time.sleep(0.3)
        self.assertIsNone(browser.script("return window.intruder ?? null"))
        refused = [line for line in browser.messages() if "Content Security Policy" in line]
        self.assertGreaterEqual(len(refused), 2)

    def test_nothing_scrolls_sideways(self):
        for name in ("article", "nasty", "sizes", "nasty_sizes", "empty"):
            browser = self.open(name)
            for width in (1280, 768, 390, 320):
                with self.subTest(report=name, width=width):
                    browser.resize(width, 900)
                    browser.wait("return innerWidth == %d" % width)
                    browser.wait("return document.documentElement.scrollWidth <= innerWidth", 5)

    def test_without_scripts_it_is_readable(self):
        browser = self.open("article", script=False)
        browser.allow_scripts(True)  # for the questions alone: the page has not run any
        text = browser.script("return document.body.innerText")
        self.assertIn("9 of 12 ports return what python, the reference, returns.", text)
        self.assertNotIn("The chart needs JavaScript", text)
        self.assertEqual(browser.script("return document.querySelectorAll('.bars').length"), 3)
        self.assertEqual(browser.script("return document.querySelectorAll('.live').length"), 0)
        self.assertFalse(browser.script(
            "return document.querySelector('.export').checkVisibility()"))
        self.assert_silent("article")

    def test_time_by_size(self):
        browser = self.open("sizes")
        self.assertGreaterEqual(browser.script(
            "return document.querySelectorAll("
            "'#by-size .live .mark-symbol.role-mark path').length"), 12)
        self.assertIn("from", browser.script(
            "return document.querySelector('#by-size .live').textContent"))
        with open(os.path.join(self.folder, "sizes.csv"), encoding="utf-8", newline="") as file:
            sizes = {row["size"] for row in csv.DictReader(file)}
        self.assertEqual(sizes, set(browser.script(
            "return [...document.querySelectorAll('#by-size tbody tr')]"
            ".map((row) => row.cells[1].textContent)")))
        places = browser.script("return document.querySelector('#places').textContent")
        self.assertRegex(places, r"from 10\d \[\d+, \d+\]")  # whole sizes, no fractions
        self.assert_silent("sizes")

    def test_every_chart_has_a_figure_without_scripts(self):
        for name in ("article", "sizes", "nasty_sizes"):
            browser = self.open(name, script=False)
            browser.allow_scripts(True)
            charts = browser.script(
                "return [...document.querySelectorAll('figure')].map((f) => [f.id, "
                "f.querySelectorAll('.plot svg').length, f.querySelectorAll('table').length, "
                "f.querySelectorAll('a[download$=\".csv\"]').length])")
            for chart, drawn, tables, links in charts:
                with self.subTest(report=name, chart=chart):
                    self.assertGreaterEqual(drawn, 1)
                    self.assertEqual((tables, links), (1, 1))
            self.assertEqual(browser.script("return document.images.length"), 0)

    def test_charts_are_saved(self):
        browser = self.open("article")
        for kind, start in (("svg", b"<svg"), ("png", b"\x89PNG\r\n\x1a\n")):
            with self.subTest(kind=kind):
                name, content = browser.script_async("""
                    const done = arguments[arguments.length - 1];
                    const make = URL.createObjectURL;
                    URL.createObjectURL = (blob) => { window.saved = blob; return make(blob); };
                    HTMLAnchorElement.prototype.click = function () {
                      const reader = new FileReader();
                      reader.onload = () => done([this.download, reader.result]);
                      reader.readAsBinaryString(window.saved);
                    };
                    document.querySelector('#speedup-1 [data-save=%s]').click();""" % kind)
                content = content.encode("latin-1")
                self.assertEqual(name, "speedup-1." + kind)
                self.assertTrue(content.startswith(start))
                if kind == "svg":
                    self.assertIn(b"rust-ext", content)
                    self.assertIn(b"#ffffff", content)
                else:
                    width, height = struct.unpack(">II", content[16:24])
                    self.assertGreater(width, 1500)
                    self.assertGreater(height, 500)
        self.assert_silent("article")

    def test_the_pointer_is_told_what_it_is_over(self):
        browser = self.open("article")
        text = browser.script("""
            const mark = document.querySelector('#speedup-1 .mark-symbol.role-mark path');
            mark.scrollIntoView({block: 'center'});
            const box = mark.getBoundingClientRect();
            const where = {bubbles: true, clientX: box.x + box.width / 2,
                           clientY: box.y + box.height / 2};
            mark.dispatchEvent(new PointerEvent('pointermove', where));
            mark.dispatchEvent(new MouseEvent('mousemove', where));
            const tip = document.querySelector('.tip');
            return tip.hidden ? '' : tip.innerText;""")
        self.assertRegex(text, r"(?s)subject.*where.*speed-up.*\u00d7")

    def test_dark_and_print(self):
        browser = self.open("article")
        ink = "return getComputedStyle(document.body).color"
        label = ("return document.querySelector('#time-1 .live text').getAttribute('fill')"
                 ".toLowerCase()")
        light = browser.script(ink), browser.script(label)
        browser.color_scheme("dark")
        browser.wait("return document.querySelector('#time-1 .live text')?.getAttribute('fill')"
                     ".toLowerCase() != '%s'" % light[1])
        self.assertNotEqual(browser.script(ink), light[0])
        browser.script("dispatchEvent(new Event('beforeprint'))")
        browser.wait("return document.querySelector('#time-1 .live text')?.getAttribute('fill')"
                     ".toLowerCase() == '%s'" % light[1])
        self.assertEqual(browser.script("return document.querySelectorAll("
                                        "'details.printed:not([open])').length"), 0)
        browser.script("dispatchEvent(new Event('afterprint'))")
        self.assertEqual(browser.script("return document.querySelectorAll("
                                        "'details.printed[open]').length"), 0)
        self.assertTrue(browser.pdf(os.path.join(self.folder, "article.pdf")) > 20000)
        self.assertEqual(browser.messages(), [])

    def test_contrast(self):
        for dark in (False, True):
            browser = self.open("article", dark=dark)
            names = ["paper", "alert", "wash", "ink", "muted", "accent", "good", "bad",
                     "serial", "process", "thread"]
            colors = dict(zip(names, browser.script(
                "const style = getComputedStyle(document.documentElement);"
                "return arguments[0].map((n) => style.getPropertyValue('--' + n).trim())", names)))
            for name in ("ink", "muted", "accent", "good", "bad"):
                with self.subTest(dark=dark, text=name):
                    self.assertGreaterEqual(contrast(colors[name], colors["paper"]), 4.5)
                    self.assertGreaterEqual(contrast(colors[name], colors["wash"]), 4.5)
            self.assertGreaterEqual(contrast(colors["ink"], colors["alert"]), 4.5)
            for name in ("serial", "process", "thread"):
                with self.subTest(dark=dark, mark=name):
                    self.assertGreaterEqual(contrast(colors[name], colors["paper"]), 3)
            lines = browser.script("return theme.config(theme.palette()).range.category")
            self.assertGreaterEqual(len(lines), 8)
            for color in lines:
                with self.subTest(dark=dark, line=color):
                    self.assertGreaterEqual(contrast(color, colors["paper"]), 3)

    def test_structure(self):
        browser = self.open("article")
        levels = browser.script("return [...document.querySelectorAll('h1,h2,h3,h4')]"
                                ".map((h) => Number(h.tagName[1]))")
        self.assertEqual(levels.count(1), 1)
        for before, after in zip(levels, levels[1:]):
            self.assertLessEqual(after, before + 1)
        self.assertEqual(browser.script(
            "return [...document.querySelectorAll('table')].filter((t) => !t.caption).length"), 0)
        self.assertEqual(browser.script(
            "return [...document.querySelectorAll('th')].filter((t) => !t.scope && "
            "!t.ariaHidden).length"), 0)
        self.assertEqual(browser.script(
            "return [...document.querySelectorAll('.scroll, pre')].filter((box) => "
            "box.tabIndex != 0).length"), 0)
        self.assertEqual(browser.script(
            "return [...document.querySelectorAll('[role=img]')].filter((box) => "
            "!box.ariaLabel).length"), 0)

    def test_pictures(self):
        folder = os.environ.get("REPORT_PICTURES", self.folder)
        os.makedirs(folder, exist_ok=True)
        for width, dark in ((1280, False), (1280, True), (390, False), (390, True)):
            browser = self.open("article", width=width, dark=dark)
            path = os.path.join(folder, "%d-%s.png" % (width, "dark" if dark else "light"))
            browser.screenshot(path)
            with open(path, "rb") as file:
                content = file.read()
            self.assertEqual(struct.unpack(">II", content[16:24]), (width, 900))
            self.assertGreater(len(content), 20000, "an empty picture")


if __name__ == "__main__":
    if not find_programs():
        print("no Chromium or no chromedriver here")
        sys.exit(77)
    PROGRAM, sys.argv[1:] = sys.argv[1:3], sys.argv[3:]
    unittest.main()
