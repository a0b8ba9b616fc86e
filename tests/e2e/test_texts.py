#!/usr/bin/env python3
"""The manual page and the completions: whole, and what their readers take."""

import shutil
import subprocess
import unittest

from support import PAYOFF, Case

COMPLETE = '''source <("$0" completions bash)
COMP_WORDS=(payoff "${@:1}"); COMP_CWORD=$#
_payoff
printf '%s\\n' "${COMPREPLY[@]}"
'''


class Texts(Case):
    def commands(self):
        return [line.split()[0] for line in self.payoff("--help").out.split("Commands:")[1]
                .splitlines() if line.startswith("   ") and line[3] != " "]

    def test_the_manual_names_every_command(self):
        page = self.payoff("man")
        self.assertEqual(page.status, 0, page.err)
        self.assertGreater(len(self.commands()), 12)
        for name in self.commands():
            self.assertIn(".SS payoff " + name, page.out)
        self.assertIn("EXIT STATUS", page.out)

    def test_troff_takes_the_manual(self):
        if not shutil.which("groff"):
            self.skipTest("groff is not installed")
        process = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-Kutf8"],
                                 input=self.payoff("man").out, capture_output=True,
                                 encoding="utf-8", timeout=60, check=False)
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEqual(process.stderr, "")

    def complete(self, *words):
        process = subprocess.run(["bash", "-c", COMPLETE, PAYOFF, *words], capture_output=True,
                                 encoding="utf-8", timeout=60, check=False)
        self.assertEqual(process.stderr, "")
        return process.stdout.split()

    def test_bash_completes(self):
        self.assertEqual(self.complete("run", "--budg"), ["--budget"])
        self.assertIn("report", self.complete("re"))
        self.assertEqual(set(self.complete("completions", "")) & {"bash", "zsh"}, set())
        self.assertIn("--html", self.complete("report", "--h"))

    def test_other_shells_take_theirs(self):
        for shell, check in (("zsh", ["-n"]), ("fish", ["--no-execute"])):
            text = self.payoff("completions", shell)
            self.assertEqual(text.status, 0, text.err)
            self.assertIn("budget", text.out)
            if shutil.which(shell):
                path = self.write("completions." + shell, text.out)
                subprocess.run([shell, *check, path], timeout=60, check=True)

    def test_an_unknown_shell(self):
        result = self.payoff("completions", "csh")
        self.assertEqual(result.status, 64)
        self.assertIn("bash", result.err)


if __name__ == "__main__":
    unittest.main()
