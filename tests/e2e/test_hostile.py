#!/usr/bin/env python3
"""Stores and baselines of strangers' making: refused in one line, or shown, and nothing else."""

import json
import os
import shutil
import sqlite3
import stat
import unittest

from support import Case

TWIN = 'payoff.python { name = "twin", file = "kernel.py", func = "total" },'
ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
EVIL = "\x1b[2J\x07\x9b31m\u202e\r\n<script>alert(1)</script>]]>"
READERS = ("runs x.db", "report x.db --html r.html --csv r.csv --json r.json", "report x.db",
           "export x.db --out e.csv", "history --db x.db", "merge good.db x.db --out new.db")
WRITERS = ("merge x.db other.db",)
RUN = ("run", "small.lua", "--quick", "--no-verify", "--out", "out", "--db")

# name, what a stranger did to the store, who must refuse it: everybody, or those that write
SCHEMAS = [
    ("a view in place of a table", ["ALTER TABLE samples RENAME TO s",
     "CREATE VIEW samples AS %s SELECT s.* FROM c, s" % ENDLESS], "all"),
    ("the list of runs never ends", ["ALTER TABLE runs RENAME TO r",
     "CREATE VIEW runs AS %s SELECT r.* FROM c, r" % ENDLESS], "all"),
    ("a virtual table", ["DROP TABLE warnings",
     "CREATE VIRTUAL TABLE warnings USING fts5(id, run, text)"], "all"),
    ("a table is gone", ["DROP TABLE readings"], "all"),
    ("a trigger", ["CREATE TRIGGER evil AFTER INSERT ON runs BEGIN"
     " DELETE FROM samples; SELECT load_extension('./evil.so'); END"], "writers"),
    ("a trigger under another type", ["PRAGMA writable_schema = ON",
     "CREATE TRIGGER evil AFTER INSERT ON samples BEGIN DELETE FROM runs; END",
     "UPDATE sqlite_master SET type = 'table', name = 'evil' WHERE type = 'trigger'"], "all"),
    ("a function in a column", ["PRAGMA writable_schema = ON",
     "UPDATE sqlite_master SET sql = replace(sql, 'experiment_file TEXT',"
     " 'experiment_file TEXT CHECK (load_extension(''./evil.so''))') WHERE name = 'runs'"],
     "writers"),
    ("tables of their own", ["CREATE TABLE notes (a)", "CREATE VIEW more AS SELECT * FROM runs",
     "CREATE INDEX fast ON samples (wall_ns)"], "none"),
]

# What values they put into the fields: shown, or refused in one line.
VALUES = [
    "UPDATE samples SET wall_ns = 9223372036854775807, cpu_ns = 9223372036854775807,"
    " loops = 9223372036854775807",
    "UPDATE samples SET wall_ns = -9223372036854775808, loops = 0",
    "UPDATE samples SET wall_ns = 'x', cpu_ns = x'00ff', loops = 1e308",
    "UPDATE samples SET block = -1, process_index = 'x', marked = 7, noise = '[1]', more = '{}'",
    "UPDATE cells SET jobs = 9223372036854775807, tasks = -1, size = x'ff', mode = 'x'",
    "UPDATE runs SET more = '{\"x\": 1}', machine = '[]', git = '3', seed = 'x', confidence = 7",
    "UPDATE runs SET more = '%s'" % ('{"a":' * 3000 + "1" + "}" * 3000),
    "UPDATE events SET name = NULL, source = 'x', state = 9, asked = x'00'",
    "UPDATE verdicts SET state = 'right', ulp = 'x', relative = -1, task = '{}', got = NULL",
    "UPDATE subjects SET kind = 'evil', runtime = '[]', reference = 7, more = '[[]]'",
]


class Hostile(Case):
    def setUp(self):
        super().setUp()
        self.experiment(TWIN)

    def make_store(self):
        for name in ("good.db", "other.db"):
            result = self.run_small("--no-verify", "--db", name)
            self.assertEqual(result.status, 0, result.err)

    def path(self, name):
        return os.path.join(self.folder, name)

    def edited(self, *statements):
        for ending in ("", "-wal", "-shm", "-journal"):
            if os.path.lexists(self.path("x.db" + ending)):
                os.unlink(self.path("x.db" + ending))
        shutil.copy(self.path("good.db"), self.path("x.db"))
        store = sqlite3.connect(self.path("x.db"), isolation_level=None)
        store.execute("PRAGMA legacy_alter_table = ON")
        try:
            for statement in statements:
                store.execute(statement)
        except sqlite3.OperationalError as problem:
            if "no such module" in str(problem):
                self.skipTest(str(problem))
            raise
        finally:
            store.close()

    def clean(self, result):
        """One clear line at most, and nothing that a terminal would obey."""
        self.assertIn(result.status, (0, 1, 2, 3, 4, 64, 65, 66, 69, 74), result.err)
        self.assertNotIn("internal error", result.err)
        self.assertLessEqual(len(result.err.splitlines()), 1, result.err)
        for text in (result.out, result.err):
            self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")
        return result

    def test_schemas(self):
        self.make_store()
        for name, statements, who in SCHEMAS:
            for words in READERS + WRITERS:
                refused = who == "all" or who == "writers" and words in WRITERS
                with self.subTest(name, words=words):
                    self.edited(*statements)
                    result = self.clean(self.payoff(*words.split(), timeout=60))
                    self.assertEqual(result.status == 65, refused, result.err)
        # A run goes on without a store that it cannot use, leaves it alone, and says so.
        self.edited(*SCHEMAS[4][1])
        with open(self.path("x.db"), "rb") as file:
            before = file.read()
        result = self.clean(self.payoff(*RUN, "x.db"))
        self.assertEqual(result.status, 0, result.err)
        self.assertIn("x.db is not complete", " ".join(result.out.split()))
        with open(self.path("x.db"), "rb") as file:
            self.assertEqual(file.read(), before)

    def test_values(self):
        self.make_store()
        for statement in VALUES:
            for words in READERS[:5]:
                with self.subTest(statement[:80], words=words):
                    self.edited(statement)
                    self.clean(self.payoff(*words.split(), timeout=60))

    def test_names(self):
        self.make_store()
        self.edited(
            *("UPDATE %s SET %s = '%s'" % (table, column, EVIL) for table, column in (
                ("runs", "experiment_title"), ("subjects", "teaches"), ("verdicts", "text"),
                ("warnings", "text"), ("cells", "start"), ("samples", "marked"),
                ("events", "reason"), ("events", "asked"), ("runs", "command"),
                ("runs", "experiment_file"))),
            "UPDATE subjects SET name = name || '%s'" % EVIL,
            "UPDATE cells SET name = name || '%s'" % EVIL)
        for words in READERS[:5]:
            result = self.clean(self.payoff(*words.split()))
            self.assertEqual(result.status, 0, result.err)
        with open(self.path("r.html"), encoding="utf-8") as file:
            self.assertNotIn("<script>alert", file.read())

    def test_what_is_no_store(self):
        self.make_store()
        os.mkdir(self.path("folder.db"))
        os.mkfifo(self.path("fifo.db"))
        os.symlink("loop.db", self.path("loop.db"))
        for name in ("folder.db", "fifo.db", "loop.db", os.devnull, "/dev/zero"):
            for words in ("runs %s", "report %s --html r.html", "merge good.db %s",
                          "merge %s good.db"):
                with self.subTest(words % name):
                    result = self.clean(self.payoff(*(words % name).split(), timeout=60))
                    self.assertGreaterEqual(result.status, 64)

    def test_a_journal_of_a_stranger(self):
        """It would have a file removed that it names: see tests/test_store_companion.c."""
        self.make_store()
        self.edited()
        magic = bytes.fromhex("d9d505f920a163d7")
        name = self.path("kernel.py").encode()
        with open(self.path("x.db-journal"), "wb") as file:
            file.write(magic.ljust(512, b"\0") + name + len(name).to_bytes(4, "big")
                       + sum(name).to_bytes(4, "big") + magic)
        open(self.path("x.db-wal"), "w", encoding="utf-8").close()
        for words in READERS + WRITERS:
            result = self.clean(self.payoff(*words.split()))
            self.assertEqual(result.status, 65, words)
            self.assertTrue(os.path.exists(self.path("kernel.py")), words)

    def test_links_beside_a_store(self):
        self.make_store()
        for ending in ("-wal", "-shm", "-journal"):
            self.edited()
            self.write("victim", "precious")
            os.symlink("victim", self.path("x.db" + ending))
            self.assertEqual(self.clean(self.payoff("merge", "x.db", "good.db")).status, 65)
            with open(self.path("victim"), encoding="utf-8") as file:
                self.assertEqual(file.read(), "precious")

    def test_links_in_place_of_reports(self):
        """As with a shell's `>`, what a link points to is written, whole, with its permissions."""
        self.make_store()
        self.write("kept", "old")
        os.chmod(self.path("kept"), 0o640)
        os.symlink("kept", self.path("link.csv"))
        os.symlink("nowhere/else", self.path("dangling.csv"))
        for name in ("link.csv", "dangling.csv"):
            result = self.clean(self.payoff("report", "good.db", "--csv", name))
            self.assertEqual(result.status, 0, result.err)
        self.assertTrue(os.path.islink(self.path("link.csv")))
        self.assertEqual(stat.S_IMODE(os.stat(self.path("kept")).st_mode), 0o640)
        with open(self.path("kept"), encoding="utf-8") as file:
            self.assertTrue(file.read().startswith("run"))
        self.assertFalse(os.path.lexists(self.path("nowhere")))

    def test_prices_of_calls(self):
        self.make_store()
        result = self.payoff("report", "good.db", "--json", "-")
        made = json.loads(result.out)
        cpu = made["machine"].get("cpu", {})
        of = {"processor": cpu.get("model"), "threads": cpu.get("threads"),
              "python": made["subjects"][0]["runtime"]}
        good = {"case": "calls", "binding": "python", "per": "call", "price": {"median": 1.0}}
        for entries, known in (
                ([good], True), ("x", False), ([1], False), ([dict(good, case=7)], False),
                ([dict(good, price="x")], False), ([dict(good, price={"median": EVIL})], False),
                ([dict(good, price={"median": 1, "low": []})], False)):
            with self.subTest(str(entries)):
                self.write("b.json", json.dumps({"format": 1, "of": of, "entries": entries}))
                result = self.clean(self.run_small("--no-verify", "--db", "x.db", "--boundary",
                                                   "b.json"))
                self.assertEqual(result.status, 0, result.err)
                told = json.loads(self.payoff("report", "x.db", "--json", "-").out)["boundary"]
                self.assertEqual(bool(told["entries"]), known, told)

    def baseline(self, **fields):
        row = {"instructions": 980, "source": "simulated", "spread": 0,
               "work": {"digest": "0"}, "plan": {"way": "bracket", "warm": 1, "loops": 1}}
        made = {"payoff_baseline": 1, "experiment": "small", "saved": "now", "rows":
                {"twin/serial/1/warm/1": row}, "fingerprint": {"version": 1, "subjects": []}}
        made.update(fields)
        return json.dumps(made)

    def test_baselines(self):
        good = self.baseline()
        number = '"instructions": 980'
        for name, text, status in (
                ("as it should be", good, 3),
                ("huge", good.replace(number, '"instructions": 1' + "0" * 400), 65),
                ("a whole number too large", good.replace(number, '"instructions": 1e300'), 65),
                ("NaN", good.replace(number, '"instructions": NaN'), 65),
                ("infinite", good.replace(number, '"instructions": 1e999'), 65),
                ("negative", good.replace(number, '"instructions": -1'), 65),
                ("deep", "[" * 200000 + "]" * 200000, 65),
                ("deep within", good[:-1] + ', "x": ' + "[" * 1500 + "]" * 1500 + "}", 65),
                ("large", good[:-1] + ', "x": "' + "a" * (17 << 20) + '"}', 65),
                ("names", self.baseline(saved=EVIL, payoff=EVIL, fingerprint={
                    "version": 1, "kernel": EVIL, "libc": EVIL, "cpu": {"model": EVIL},
                    "subjects": [{"name": EVIL, "interpreter": EVIL}]}), 3),
                ("orders to CI", self.baseline(fingerprint={
                    "version": 1, "kernel": "::error::x " * 30, "subjects": []}), 3),
                ("an experiment", self.baseline(experiment=EVIL), 65),
                ("rows", self.baseline(rows={EVIL: {"instructions": EVIL}}), 65)):
            with self.subTest(name):
                self.write("b.json", text)
                result = self.clean(self.payoff(
                    "check", "small.lua", "--baseline", "b.json", "--junit", "j.xml", "--github",
                    "--summary", "s.md"))
                self.assertEqual(result.status, status, result.err)
                orders = [line for line in result.out.splitlines() if line.strip().startswith("::")]
                self.assertEqual([line for line in orders if "file=small.lua" not in line], [])
        self.assertEqual(self.payoff("check", "small.lua", "--baseline", "/dev/zero").status, 65)
        self.assertEqual(self.payoff("run", "/dev/zero").status, 65)


if __name__ == "__main__":
    unittest.main()
