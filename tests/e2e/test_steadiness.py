#!/usr/bin/env python3
"""What a run says of the way to the steady state, and of the machine's own: planted subjects that
warm up, and a control kernel that is made to move."""

import json
import os
import unittest

from support import Case

# The same answer every time, by more and more work, or less and less.
PLANTED = '''
from kernel import total

calls = 0


def settling(n, steps):
    """Four times the work in the first calls: what a runtime does before it has compiled."""
    global calls
    calls += 1
    for _ in range(3 if calls <= 40 else 0):
        total(n, steps)
    return total(n, steps)


def lazy(n, steps):
    """As much as thirty calls at the first: what a lazy import does."""
    global calls
    calls += 1
    for _ in range(30 if calls == 1 else 0):
        total(n, steps)
    return total(n, steps)
'''
SUBJECTS = "".join('payoff.python { name = "%s", file = "planted.py", func = "%s" },' % (name, name)
                   for name in ("settling", "lazy"))
WANTED = {"python": "flat", "settling": "warms up", "lazy": "first call dearer"}
TRIES = 6  # a busy machine can look like a subject that changes


class WarmUp(Case):
    def states(self):
        result = self.payoff("run", "small.lua", "--out", "out", "--budget", "12", "--blocks", "6",
                             "--no-verify", env={"PAYOFF_WAITING": "1"})  # for a quiet moment
        self.assertEqual(result.status, 0, result.err)
        result = self.payoff("export", "small.payoff.db", "--format", "json")
        return {cell["subject"]: cell["warmup"] for cell in json.loads(result.out)["cells"]}

    def test_planted_warm_ups_are_told_from_steady_subjects(self):
        self.write("planted.py", PLANTED)
        self.experiment(SUBJECTS)
        seen, right = [], set()
        for _ in range(TRIES):
            found = self.states()
            seen.append({name: (one.get("state"), one.get("loops_before"))
                         for name, one in found.items()})
            right |= {name for name, state in WANTED.items() if seen[-1].get(name, "?")[0] == state
                      # Two tasks a loop: twenty loops, and a sample more at most.
                      and (name != "settling" or seen[-1][name][1] >= 15)}
            if len(right) == len(WANTED):
                return
        self.fail("wanted %s, saw %s" % (WANTED, seen))


class Control(Case):
    def spoilt(self):
        self.experiment(more="blocks = 14, samples = 1")
        result = self.payoff("run", "small.lua", "--out", "out",
                             env={"PAYOFF_SPOIL_CONTROL": "8"})
        self.assertEqual(result.status, 0, result.err)
        return result

    def test_a_control_that_moves_is_told_everywhere(self):
        result = self.spoilt()
        for text in (" ".join(result.out.split()), result.html()):
            self.assertIn("This run is contaminated", text)
            self.assertIn("PAYOFF_SPOIL_CONTROL", text)
        self.assertEqual({row["control"] for row in result.rows()}, {"contaminated"})
        for name in ("json", "markdown", "table", "html"):
            again = self.payoff("export", "small.payoff.db", "--format", name).out
            self.assertIn("This run is contaminated", " ".join(again.split()), name)
        text = self.payoff("export", "small.payoff.db", "--format", "json").out
        control = json.loads(text)["control"]
        self.assertEqual(control["state"], "contaminated")
        self.assertEqual([one["block"] for one in control["measured"]], list(range(1, 15)))

    def test_the_values_of_earlier_blocks_are_there_after_a_resume(self):
        self.experiment(more="blocks = 6, samples = 1")
        killer = os.path.join(self.folder, "kernel.py")
        with open(killer, "a", encoding="utf-8") as file:
            file.write(KILLER)
        result = self.payoff("run", "small.lua", "--out", "out", "--no-pin")
        self.assertEqual(result.status, -9, result.err)
        result = self.payoff("run", "small.lua", "--out", "out", "--resume", "last")
        self.assertEqual(result.status, 0, result.err)
        text = self.payoff("export", "small.payoff.db", "--format", "json").out
        measured = json.loads(text)["control"]["measured"]
        self.assertEqual([one["block"] for one in measured], list(range(1, 7)))


# Ends payoff, once, in its second block or so: after as many fresh processes of this subject.
KILLER = '''

def _count():
    import os
    import signal
    with open("started", "a") as file:
        file.write("x")
        if file.tell() == 6:
            os.kill(os.getppid(), signal.SIGKILL)


_count()
'''


if __name__ == "__main__":
    unittest.main()
