#!/usr/bin/env python3
"""scripts/test counts the tests of its steps, by stand-ins of Meson and Ninja."""

import os
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

SETUP = "setup_venv=build/venv\nsetup_main() { :; }\nsetup_python() { return 1; }\n"

# Writes the log where Meson does: a wrapper's name joins the file's.
MESON = """\
[[ $1 == test ]] || exit 0
while [[ $# -gt 0 ]]; do
    case $1 in
    -C) folder=$2 ;;
    --logbase) base=$2 ;;
    --wrap) wrapper=-${2%% *} ;;
    esac
    shift
done
mkdir -p "$folder/meson-logs"
echo '{"name": "a / one", "result": "OK"}' >"$folder/meson-logs/$base$wrapper.json"
"""


class Steps(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="payoff-steps-")
        self.addCleanup(shutil.rmtree, self.top)
        for folder in ("bin", "scripts", "tests", "build", "build-x"):
            os.mkdir(os.path.join(self.top, folder))
        for name in ("scripts/test", "tests/tally.py"):
            shutil.copy(os.path.join(ROOT, name), os.path.join(self.top, name))
        self.write("scripts/setup", SETUP)
        self.write("tests/expected_skips", "")
        self.write("build-x/build.ninja", "")
        for name, body in (("meson", MESON), ("ninja", "exit 0\n")):
            self.write("bin/" + name, "#!%s\n%s" % (shutil.which("bash"), body))
            os.chmod(os.path.join(self.top, "bin", name), 0o755)

    def write(self, name, text):
        with open(os.path.join(self.top, name), "w", encoding="utf-8") as file:
            file.write(text)

    def last_line(self, steps, *arguments):
        self.write("tests/steps", steps)
        done = subprocess.run(
            ["bash", os.path.join(self.top, "scripts", "test"), *arguments], encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False,
            env=dict({key: value for key, value in os.environ.items() if key != "CI"},
                     PATH=self.top + "/bin:" + os.environ["PATH"]))
        return done.stdout.splitlines()[-1]

    def test_each_test_counts(self):
        steps = "one | always | meson_tests build-x\ntwo | always | echo fine\n"
        self.assertEqual(self.last_line(steps), "2 passed, 0 failed, 0 skipped")

    def test_a_wrapped_step(self):
        line = "one | always | meson_tests build-x --wrap 'valgrind -q'\n"
        for _ in range(2):  # again, over the last one's log
            self.assertEqual(self.last_line(line), "1 passed, 0 failed, 0 skipped")

    def test_names_and_all(self):
        steps = "one | always | true\ntwo | all | true\nbad | all | exit 3\nnone | all | exit 77\n"
        self.assertEqual(self.last_line(steps), "1 passed, 0 failed, 0 skipped")
        self.assertEqual(self.last_line(steps, "two"), "1 passed, 0 failed, 0 skipped")
        self.assertEqual(self.last_line(steps, "--all"), "2 passed, 1 failed, 1 skipped")


if __name__ == "__main__":
    unittest.main()
