#!/usr/bin/env python3
"""All of the article's variants in one place: each judged, and each wrong one explained.

The Rust of the kernel is the right one here; where it differs from Python for a negative multiplier
(u128 does not hold it) and returns a float where Python returns the int 0, that is told and is no
failure on inputs that payoff made up, and is one where the user's own task asks for it.
"""

import os
import shutil
import subprocess
import unittest

from support import HERE, Case

KERNEL = os.path.join(HERE, "..", "..", "kernel", "cpu_intensive")
SIGNATURE = "double(int64, int64)"
WRONG = {  # how it is put, and where it first wraps with the task (0, 2700000)
    "roots_u32": ("unsigned 32-bit arithmetic", "i = 1626"),
    "roots_u64": ("unsigned 64-bit arithmetic", "i = 2642246"),
    "roots_i64": (" signed 64-bit arithmetic", "i = 2097152"),
}


def cargo():
    return shutil.which("cargo") or shutil.which(
        "cargo", path=os.path.expanduser("~/.cargo/bin"))


class InC(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        self = cls("test_wide_enough_for_32_bits")
        names = list(WRONG) + ["roots_double", "roots_right"]
        ports = [self.native(name, SIGNATURE) for name in names]
        more = "timeout = 300, check = { tolerance = { ulp = 4 } },"
        cls.result = self.verify(self.script("roots", ports, tasks="{0, 2700000}", file="sums.py",
                                             more=more), "--inputs", "0")

    def test_wide_enough_for_32_bits(self):
        self.assertEqual(self.result.status, 2, self.result.text())
        for name, (words, at) in WRONG.items():
            with self.subTest(port=name):
                finding = self.result.worst(name)
                self.assertEqual(self.result.ports[name]["state"], "wrong", self.result.out)
                self.assertIn(words, finding["why"]["sentence"])
                # The smallest failing call is looked for first: it may not reach the full range.
                self.assertIn("first wraps at i = ", finding["why"]["sentence"])
                if name != "roots_i64":
                    self.assertIn(at, finding["why"]["sentence"])

    def test_naive_double_and_128_bits_are_right(self):
        for name in ("roots_double", "roots_right"):
            self.assertEqual(self.result.ports[name]["state"], "right", self.result.out)


class InRust(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tool = cargo()
        if tool is None or not shutil.which("make"):
            raise unittest.SkipTest("no cargo, or no make: the Rust port is not judged")
        out = os.environ.get("PAYOFF_RUST_BUILD", os.path.join(cls.folder, "rust"))
        done = subprocess.run(
            ["make", "-s", "-C", KERNEL, "PAYOFF_BUILD_DIR=" + out, "CARGO=" + tool,
             "rust-library"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
        if done.returncode:
            raise unittest.SkipTest("the Rust port cannot be built: " + done.stdout[-300:])
        cls.library_file = os.path.join(out, "libcpu_rust.so")

    def judge(self, tasks, *arguments):
        port = ('payoff.native { name = "rust", library = "%s", symbol = "cpu_intensive_steps", '
                'signature = "%s" },' % (self.library_file, SIGNATURE))
        script = self.script("cpu_intensive_steps", [port], tasks=tasks,
                             file="../../kernel/cpu_intensive/reference.py")
        return self.verify(script, "--corpus", self.id() + ".json", *arguments)

    def test_right_and_its_differences_are_told(self):
        result = self.judge("{0, 5000}, {7, 100}", "--inputs", "150", "--budget", "80")
        self.assertEqual(result.ports["rust"]["state"], "right", result.out)
        self.assertEqual(result.status, 0, result.out)
        told = {one["category"]: one["text"] for one in result.ports["rust"]["findings"]}
        self.assertIn("instead of 0", told.get("number", ""), result.out)  # 0.0 for the int 0
        self.assertTrue({"noraise", "refused"} & set(told), result.out)

    def test_an_own_task_without_turns_is_another_type(self):
        result = self.judge("{0, 0}", "--inputs", "0")
        self.assertEqual(result.worst("rust")["category"], "type", result.out)
        self.assertIn("returns 0.0 for (0, 0) instead of 0", result.worst("rust")["text"])
        self.assertEqual(result.worst("rust")["why"]["found"], "type", result.out)

    def test_an_own_task_with_a_negative_multiplier(self):
        result = self.judge("{0, -1}", "--inputs", "0")
        self.assertEqual(result.status, 2, result.text())
        self.assertIn("for (0, -1)", result.worst("rust")["text"])
        self.assertIn("nan", result.worst("rust")["text"])


if __name__ == "__main__":
    unittest.main()
