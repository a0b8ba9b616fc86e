#!/usr/bin/env python3
"""scripts/ci: the steps of the workflow files, run here as a runner would."""

import json
import os
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree

from support import PAYOFF
from test_check import LENIENT, CheckCase

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def read(name):
    with open(os.path.join(ROOT, "scripts", "ci", name), encoding="utf-8") as file:
        return file.read()


def github_step(name):
    """The shell text of a step's `run: |`."""
    after = read("github.yml").split("- name: %s\n" % name, 1)[1].split("run: |\n", 1)[1]
    lines = []
    for line in after.split("\n"):
        if line.strip() and not line.startswith(" " * 10):
            break
        lines.append(line[10:])
    return "\n".join(lines)


def gitlab_script(name):
    """The commands under a key, each folded as YAML folds a plain scalar."""
    after = re.split(r"(?m)^  %s:\n" % name, read("gitlab-ci.yml"), maxsplit=1)[1]
    commands = []
    for line in after.split("\n"):
        if not line.startswith("    "):
            break
        if line.startswith("    - "):
            commands.append(line[6:])
        elif not line.strip().startswith("#"):
            commands[-1] += " " + line.strip()
    return commands


class Workflows(CheckCase):
    def runner(self, shell, **variables):
        """A shell whose PATH has payoff, and whose payoff is asked for nothing that is close."""
        tools = os.path.join(self.folder, "tools")
        os.makedirs(tools, exist_ok=True)
        with open(os.path.join(tools, "payoff"), "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nexec "%s" "$@" %s\n' % (os.path.abspath(PAYOFF),
                                                          " ".join(LENIENT)))
        os.chmod(os.path.join(tools, "payoff"), 0o755)
        environment = dict(os.environ, PATH=tools + ":" + os.environ["PATH"])
        environment.update(variables)
        return subprocess.run(["bash", "-eo", "pipefail", "-c", shell], cwd=self.folder,
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              encoding="utf-8", check=False, timeout=200)

    def test_github(self):
        self.repository()
        summary = os.path.join(self.folder, "summary.md")
        variables = {"EXPERIMENT": "head/spin.lua", "BASE": self.git("rev-parse", "HEAD").strip(),
                     "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary}
        same = self.runner(github_step("Check"), **variables)
        self.assertEqual(same.returncode, 0, same.stdout)
        self.side("head", extra=1500)
        slower = self.runner(github_step("Check"), **variables)
        self.assertEqual(slower.returncode, 1, slower.stdout)
        self.assertRegex(slower.stdout, r"(?m)^::error file=head/spin\.lua,")
        with open(summary, encoding="utf-8") as file:
            self.assertEqual(file.read().count("### payoff check"), 2)
        xml.etree.ElementTree.parse(os.path.join(self.folder, "payoff.xml"))

    def test_gitlab(self):
        self.repository()
        base = self.git("rev-parse", "HEAD").strip()
        self.side("head", extra=1500)
        result = self.runner("\n".join(gitlab_script("script")), EXPERIMENT="head/spin.lua",
                             CI_MERGE_REQUEST_DIFF_BASE_SHA=base, GITHUB_ACTIONS="",
                             GITHUB_STEP_SUMMARY="")
        self.assertEqual(result.returncode, 1, result.stdout)
        with open(os.path.join(self.folder, "gl-code-quality-report.json"),
                  encoding="utf-8") as file:
            self.assertEqual(json.load(file)[0]["check_name"], "payoff-slower")
        for name in ("payoff.xml", "metrics.txt"):
            self.assertIn(name, read("gitlab-ci.yml").split("artifacts:")[1])
            self.assertTrue(os.path.getsize(os.path.join(self.folder, name)))

    def test_install_steps_name_what_exists(self):
        text = github_step("Install payoff") + "\n".join(gitlab_script("before_script"))
        self.assertIn("scripts/setup build", text)
        self.assertTrue(os.access(os.path.join(ROOT, "scripts", "setup"), os.X_OK))
        options = set(re.findall(r"--[a-z-]+", github_step("Check")
                                 + " ".join(gitlab_script("script"))))
        known = self.payoff("check", "--help").out
        for option in options:
            self.assertIn(option, known)

    @unittest.skipUnless(shutil.which("bash"), "bash is not installed")
    def test_shell_is_well_formed(self):
        for step in ("Install payoff", "Check"):
            subprocess.run(["bash", "-n", "-c", github_step(step)], check=True)


if __name__ == "__main__":
    unittest.main()
