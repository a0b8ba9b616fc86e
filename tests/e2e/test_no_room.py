#!/usr/bin/env python3
"""A disk that is full, and one that may only be read: one clear line, status 74, nothing damaged.

The disks are small ones in memory, in a namespace that nobody else sees; exit status 77 where this
user may make none.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import unittest

from support import Case
from test_check import KERNEL, SOURCE, SPIN

NAMESPACE = ["unshare", "--map-root-user", "--mount"]
SLICES = 4096


class Disk(Case):
    def setUp(self):
        super().setUp()
        self.top = self.folder
        self.disk = os.path.join(self.top, "disk")
        os.mkdir(self.disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=False)
        self.folder = os.path.join(self.disk, "work")
        os.mkdir(self.folder)
        self.write("spin.py", KERNEL)
        self.write("spin.c", SOURCE % (0, 0))
        self.write("spin.lua", SPIN % {"name": "spin", "subject": '"c"', "more": "",
                                       "steps": "100"})
        self.write("built.lua", (SPIN % {"name": "built", "subject": '"c"', "more": "",
                                         "steps": "100"}).replace(", build = ", ", teaches = "))
        for words in (["init", "-q", "."], ["add", "-A"], ["commit", "-qm", "one"]):
            subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words],
                           cwd=self.folder, check=True)
        for name in ("a.db", "b.db"):
            result = self.payoff("run", "spin.lua", "--blocks", "1", "--no-verify", "--db", name,
                                 "--out", self.top)
            self.assertEqual(result.status, 0, result.err)
        with sqlite3.connect(os.path.join(self.folder, "a.db")) as database:
            database.execute("UPDATE runs SET state = 'interrupted'")
        database.close()
        for name in os.listdir(self.folder):
            if name.endswith(("-wal", "-shm")):
                os.remove(os.path.join(self.folder, name))
        os.mkdir(os.path.join(self.disk, "tmp"))

    def digests(self):
        found = {}
        for name in ("a.db", "b.db", "spin.lua", "spin.c", "libspin.so"):
            with open(os.path.join(self.folder, name), "rb") as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
        return found

    def refused(self, part, *arguments, status=74):
        result = self.payoff(*arguments, env={"TMPDIR": os.path.join(self.disk, "tmp")})
        self.assertEqual(result.status, status, result.err + result.out)
        self.assertIn(part, result.err)
        self.assertEqual(len(result.err.strip().splitlines()), 1, result.err)
        self.assertNotIn("No such file", result.err)
        return result

    def commands(self, part):
        """What writes is refused, what reads goes on."""
        before = self.digests()
        self.refused(part, "merge", "a.db", "b.db")
        self.refused(part, "merge", "a.db", "b.db", "--out", "c.db")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "c.db")))
        self.refused(part, "run", "spin.lua", "--db", "a.db", "--resume", "last")
        self.refused(part, "check", "spin.lua", "--base-ref", "HEAD")
        self.refused(part, "bisect", "--good", "HEAD", "--bad", "HEAD", "spin.lua")
        self.refused(part, "export", "a.db", "--out", "x.csv")
        for words in (["runs", "a.db"], ["show", "a.db"], ["history", "--db", "a.db"]):
            result = self.payoff(*words)
            self.assertEqual(result.status, 0, (words, result.err))
        self.assertEqual(self.digests(), before)
        for name in ("a.db", "b.db"):
            database = sqlite3.connect("file:%s/%s?immutable=1" % (self.folder, name), uri=True)
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            database.close()
        self.assertEqual(os.listdir(os.path.join(self.disk, "tmp")), [])

    def test_full(self):
        with open(os.path.join(self.disk, "fill"), "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(SLICES))
            except OSError:
                pass
        self.commands("No space left on device")
        if shutil.which("valgrind"):
            self.refused("No space left on device", "baseline", "save", "built.lua", "--counts",
                         "simulated", status=69)

    def test_read_only(self):
        if shutil.which("valgrind"):
            kept = os.path.join(self.top, "kept.json")
            saved = self.payoff("baseline", "save", "built.lua", "--counts", "simulated", "--out",
                                kept)
            self.assertEqual(saved.status, 0, saved.err)
        subprocess.run(["mount", "-o", "remount,ro", self.disk], check=True)
        self.commands("Read-only file system")
        if shutil.which("valgrind"):
            env = {"TMPDIR": self.top}
            refused = self.payoff("baseline", "save", "built.lua", "--counts", "simulated", env=env)
            self.assertEqual(refused.status, 74, refused.err)
            self.assertIn("the baseline cannot be written", refused.err)
            # The verdict is printed all the same.
            told = self.payoff("check", "built.lua", "--baseline", kept, "--junit", "x.xml",
                               "--summary", os.path.join(self.top, "s.md"), env=env)
            self.assertEqual(told.status, 74, told.err + told.out)
            self.assertIn("cannot write x.xml: Read-only file system", told.err)
            self.assertIn("1 row: 1 not slower", told.out)
            self.assertTrue(os.path.getsize(os.path.join(self.top, "s.md")))


if __name__ == "__main__":
    if "--inside" in sys.argv:
        unittest.main(argv=[arg for arg in sys.argv if arg != "--inside"])
    try:
        subprocess.run([*NAMESPACE, "mount", "-t", "tmpfs", "none", "/tmp"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        print("no disk can be mounted here: no user namespaces (unshare)")
        sys.exit(77)
    sys.exit(subprocess.call([*NAMESPACE, sys.executable, os.path.abspath(__file__), "--inside",
                              *sys.argv[1:]]))
