#!/usr/bin/env python3
"""scripts/setup on machines that lack something, seen through a PATH of chosen programs."""

import os
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHELL = ["bash", "cat", "cut", "date", "dirname", "env", "find", "grep", "head", "mkdir", "mktemp",
         "pwd", "realpath", "rm", "sed", "sleep", "tail", "tr", "uname"]
BUILD = ["as", "cc", "gcc", "ld", "collect2", "meson", "ninja", "pkg-config", "python3"]


class Setup(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="payoff-setup-")
        self.addCleanup(shutil.rmtree, self.top)
        self.bin = os.path.join(self.top, "bin")
        os.makedirs(os.path.join(self.top, "scripts"))
        os.mkdir(self.bin)
        shutil.copy(os.path.join(ROOT, "scripts", "setup"), os.path.join(self.top, "scripts"))
        for name in SHELL + BUILD:
            path = shutil.which(name)
            if path:
                self.program(name, 'exec "%s" "$@"' % path)
        self.program("id", "echo 1000")  # nobody in particular, without sudo

    def program(self, name, body):
        path = os.path.join(self.bin, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!%s\n%s\n" % (shutil.which("bash"), body))
        os.chmod(path, 0o755)

    def remove(self, name):
        os.unlink(os.path.join(self.bin, name))

    def setup(self, *arguments):
        environment = {"PATH": self.bin, "HOME": self.top, "LC_ALL": "C"}
        # A chosen python3 may be a shim that asks for its own home.
        environment.update({name: os.environ[name] for name in ("PYENV_ROOT", "PYENV_VERSION")
                            if name in os.environ})
        return subprocess.run([os.path.join(self.top, "scripts", "setup"), *arguments],
                              env=environment, capture_output=True, encoding="utf-8",
                              timeout=120, check=False)

    def test_quiet_when_all_is_there(self):
        done = self.setup("build")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_names_what_is_missing_and_the_command(self):
        self.remove("ninja")
        done = self.setup("build")
        self.assertEqual(done.returncode, 69)
        self.assertIn("apt-get install --no-install-recommends ninja-build\n",
                      done.stderr.replace(" \n", "\n"))
        self.assertNotIn("libpfm4-dev", done.stderr)

    def test_an_old_meson_is_a_missing_one(self):
        self.program("meson", "echo 0.61.2")
        done = self.setup("--check", "build")
        self.assertEqual(done.returncode, 69)
        self.assertIn("meson", done.stderr)

    def test_a_compiler_that_cannot_link_is_a_missing_one(self):
        self.program("cc", "exit 1")
        done = self.setup("build")
        self.assertEqual(done.returncode, 69)
        self.assertIn("gcc libc6-dev", done.stderr)

    def test_optional_things_do_not_fail(self):
        done = self.setup("--check", "build", "guest", "all")
        self.assertEqual(done.returncode, 0)
        self.assertIn("cppcheck", done.stderr)

    def test_root_installs_only_what_is_missing_once(self):
        self.remove("ninja")
        calls = os.path.join(self.top, "calls")
        self.program("id", "echo 0")
        self.program("apt-get", 'echo "$*" >>"%s"\ncase "$*" in *install*) '
                     'printf "#!/bin/sh\\n" >"%s/ninja"; chmod +x "%s/ninja";; esac'
                     % (calls, self.bin, self.bin))
        self.program("chmod", 'exec "%s" "$@"' % shutil.which("chmod"))
        done = self.setup("build")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(calls, encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertTrue(lines[0].endswith(" update"), lines)
        self.assertTrue(lines[1].endswith("install --no-install-recommends ninja-build"), lines)

    def test_root_without_network_is_told_what_to_type(self):
        self.remove("ninja")
        self.program("id", "echo 0")
        self.program("apt-get", "exit 100")
        done = self.setup("build")
        self.assertEqual(done.returncode, 69)
        self.assertIn("apt-get update failed", done.stderr)
        self.assertIn("ninja-build", done.stderr)

    def test_unknown_purpose(self):
        done = self.setup("tea")
        self.assertEqual(done.returncode, 64)
        self.assertIn("tea", done.stderr)


if __name__ == "__main__":
    unittest.main()
