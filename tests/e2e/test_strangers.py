#!/usr/bin/env python3
"""What comes from strangers runs nothing and writes nowhere; names are never a shell's words."""

import os
import shutil
import sqlite3
import unittest

from support import Case

TWIN = 'payoff.python { name = "twin", file = "kernel.py", func = "total" },'
EVIL = "$(touch pwned);touch pwned2;`touch pwned3`&'\"|x"

SEEN = '''\
import os


def seen(name):
    return os.environ.get(name, "unset")
'''


class Strangers(Case):
    def test_names_are_no_shell_words(self):
        folder = os.path.join(self.folder, EVIL)
        os.mkdir(folder)
        for name in ("kernel.py", EVIL + ".py"):
            shutil.copy(os.path.join(self.folder, "kernel.py"), os.path.join(folder, name))
        result = self.payoff(
            "try", EVIL + "/kernel.py:total", "%s/%s.py:total" % (EVIL, EVIL), "--args", "[1, 50]",
            "--quick", "--db", EVIL + "/s.db", "--out", EVIL + "/out", "--save", EVIL + "/e.lua")
        self.assertIn(result.status, (0, 64, 65), result.err)
        again = self.payoff("report", EVIL + "/s.db", "--html", EVIL + "/r.html")
        self.assertEqual((result.status, again.status), (0, 0), result.err + again.err)
        found = [name for _, folders, names in os.walk(self.folder) for name in folders + names]
        self.assertEqual([name for name in found if name.startswith("pwned")], [])

    def made_by_a_stranger(self, *statements):
        self.experiment(TWIN)
        self.assertEqual(self.run_small("--no-verify").status, 0)
        store = sqlite3.connect(os.path.join(self.folder, "small.payoff.db"))
        for statement in statements:
            store.execute(statement)
        store.commit()
        store.close()
        shutil.copy(os.path.join(self.folder, "small.payoff.db"),
                    os.path.join(self.folder, "strange.db"))

    def test_a_store_runs_no_code(self):
        self.made_by_a_stranger(
            "CREATE TRIGGER evil AFTER INSERT ON runs BEGIN"
            " SELECT load_extension('./evil.so'); END",
            "CREATE VIEW evil_view AS SELECT load_extension('./evil.so') FROM runs",
            "UPDATE runs SET experiment_name = '../../evil', experiment_file = '../../evil.lua'")
        before = set(os.listdir(os.path.dirname(self.folder)))
        for words in ("runs strange.db", "report strange.db --html r.html --csv r.csv",
                      "export strange.db --out x.csv", "merge new.db strange.db --out new.db",
                      "merge strange.db small.payoff.db"):
            with self.subTest(words):
                result = self.payoff(*words.split())
                self.assertIn(result.status, (0, 64, 65, 66), result.err)
                self.assertNotIn("internal error", result.err)
                self.assertNotIn("evil.so", result.err)
        left = set(os.listdir(os.path.dirname(self.folder))) - before
        self.assertEqual([name for name in left if "evil" in name], [])

    def test_readers_leave_nothing_beside_the_store(self):
        self.made_by_a_stranger()
        for words in ("runs", "report --html r.html", "export --out x.csv"):
            command, *rest = words.split()
            self.assertEqual(self.payoff(command, "strange.db", *rest).status, 0)
            self.assertEqual([name for name in os.listdir(self.folder)
                              if name.startswith("strange.db-")], [], command)

    @unittest.skipIf(shutil.which("valgrind") is None, "no valgrind")
    def test_a_cache_of_a_stranger(self):
        """Libraries are loaded from there: not where somebody else may put some."""
        self.experiment(TWIN)
        cache = os.path.join(self.folder, "cache", "payoff")
        os.makedirs(cache)
        for mode, used in ((0o777, False), (0o755, True)):
            os.chmod(cache, mode)
            result = self.payoff("baseline", "save", "small.lua", "--counts", "simulated", "--out",
                                 "b.json", env={"XDG_CACHE_HOME": self.folder + "/cache"})
            self.assertEqual(result.status, 0, result.err)
            self.assertEqual(bool(os.listdir(cache)), used)

    def test_the_environment_of_a_worker(self):
        for name, given, expected in (
                ("LD_LIBRARY_PATH", "/handed", "/handed"), ("PYTHONPATH", "/handed", "/handed"),
                ("LD_BIND_NOW", "1", "1"), ("PYTHONUNBUFFERED", "1", "unset"),
                ("PAYOFF_COMMAND_FD", "99", "3"), ("HOME", "/handed", "/handed")):
            with self.subTest(name):
                self.write("seen.py", SEEN)
                self.write("twin.py", "def seen(name):\n    return %r\n" % expected)
                result = self.payoff("try", "seen.py:seen", "twin.py:seen", "--args",
                                     '["%s"]' % name, "--quick", "--no-verify", "--no-db", "--out",
                                     "out", env={name: given})
                self.assertEqual(result.status, 0, result.out + result.err)
                self.assertIn("identical", result.out)


if __name__ == "__main__":
    unittest.main()
