#!/usr/bin/env python3
"""The manual page and the completions: whole, and what their readers take."""

import os
import re
import shutil
import subprocess
import sys
import unittest

from support import PAYOFF, Case

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import write_commands  # noqa: E402

COMPLETE = '''source <("$0" completions bash)
COMP_WORDS=(payoff "${@:1}"); COMP_CWORD=$#
_payoff
printf '%s\\n' "${COMPREPLY[@]}"
'''


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


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

    def section(self, page, name):
        return page.split(".SS payoff %s\n" % name)[1].split("\n.S")[0].replace("\\-", "-")

    def test_every_option_is_in_all_texts(self):
        """The page of the commands is that of this build; the others name each option."""
        os.environ["PAYOFF"] = PAYOFF
        self.assertEqual(read("reports/COMMANDS.md"), write_commands.page(),
                         "tests/write_commands.py writes it")
        page = self.payoff("man").out
        shells = {shell: self.payoff("completions", shell).out for shell in ("bash", "zsh", "fish")}
        forms = {"bash": r"\b%s\)[^;]*--%s[ \"]", "zsh": r"^ {4}%s\)\n(?:.+\n)*? +\"\*?--%s\[",
                 "fish": r"'__fish_payoff_using_command %s' -l %s "}
        for name in self.commands():
            told = self.payoff(name, "--help").out
            options = set(re.findall(r"^ {3}(?:-\w, )?(--[\w-]+)", told, re.M)) - {"--help"}
            self.assertEqual(options - set(self.section(page, name).split()), set(), name)
            for shell, form in forms.items():
                lacks = [option for option in options
                         if not re.search(form % (name, option[2:]), shells[shell], re.M)]
                self.assertEqual(lacks, [], "%s, %s" % (shell, name))
            self.assertNotRegex(told, r"\(default[^()]*\)\.?\s+\(default")
        for shell, text in shells.items():
            self.assertNotIn("What git runs", text, shell + " has an option that is not for people")

    def test_every_exit_status_is_in_all_texts(self):
        source = read("lua/payoff/fault.lua").split("fault.status = {")[1].split("}")[0]
        statuses = re.findall(r"= (\d+),", source)
        self.assertGreater(len(statuses), 10)
        told = {"--help": self.payoff("--help").out.split("Exit statuses:")[1],
                "man": self.payoff("man").out.split(".SH EXIT STATUS")[1].split(".SH")[0],
                "reference": read("reports/REFERENCE.md").split("## Exit stat")[1].split("##")[0]}
        for where, text in told.items():
            for status in statuses:
                self.assertRegex(text, r"\b%s\b" % status, where)

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

    def test_fish_completes(self):
        if not shutil.which("fish"):
            return  # its grammar is not checked either
        path = self.write("payoff.fish", self.payoff("completions", "fish").out)
        for begun, wanted in (("payoff run --budg", "--budget"), ("payoff mer", "merge"),
                              ("payoff export --format bench", "benchstat")):
            process = subprocess.run(["fish", "--private", "-c",
                                      "source %s; complete -C '%s'" % (path, begun)],
                                     capture_output=True, encoding="utf-8", timeout=60, check=True,
                                     env=dict(os.environ, HOME=self.folder))
            self.assertEqual([line.split("\t")[0] for line in process.stdout.splitlines()],
                             [wanted], begun)

    def test_an_unknown_shell(self):
        result = self.payoff("completions", "csh")
        self.assertEqual(result.status, 64)
        self.assertIn("bash", result.err)


if __name__ == "__main__":
    unittest.main()
