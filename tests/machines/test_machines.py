#!/usr/bin/env python3
"""The real command on machines that are not here: a hybrid processor, whose events are counted once
per kind of core, summed and shown apart; a processor that tells what energy it uses.

machine_shim.c plays them: "cpu_core" and "cpu_atom" are one CPU each of this machine, and the
kernel counts the task's time on each, so that what must come out is known: the sum of both parts is
the task-clock, which payoff counts besides."""

import csv
import io
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from support import Case  # noqa: E402

SHIM = os.environ["MACHINE_SHIM"]
DEVICES = "sys/bus/event_source/devices/"
KERNEL = '''\
import os
import time

# Before the first sample: it may be one like the others, and must not begin anywhere.
os.sched_setaffinity(0, {%(core)d})


def spin(cpu, ms):
    os.sched_setaffinity(0, {cpu})
    end = time.thread_time_ns() + ms * 1000000
    while time.thread_time_ns() < end:
        pass


def both(n):
    spin(%(core)d, 20)
    spin(%(atom)d, 10)
    return n


def large(n):
    spin(%(core)d, 20)
    return n
'''
EXPERIMENT = '''\
local payoff = require "payoff"
return payoff.experiment {
  name = "hybrid", tasks = { {1} }, metrics = { "ipc" }, blocks = 2, samples = 2,
  reference = payoff.python { name = "both", file = "kernel.py", func = "both" },
  subjects = { payoff.python { name = "large", file = "kernel.py", func = "large" } },
  counters = { "branches", "cpu_atom/small/" },
}
'''


def flat(text):
    return re.sub(r"\s+", " ", text)


class Machine(Case):
    """A machine whose /sys is in self.root."""

    def setUp(self):
        super().setUp()
        self.root = os.path.join(self.folder, "root")
        self.put(DEVICES + "software/type", "1\n")

    def put(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)

    def here(self, *arguments, **more):
        env = dict({"LD_PRELOAD": SHIM, "SHIM_ROOT": self.root}, **more)
        return self.payoff(*arguments, env=env)


class Hybrid(Machine):
    def setUp(self):
        super().setUp()
        cpus = sorted(os.sched_getaffinity(0))
        if len(cpus) < 2:
            self.skipTest("one CPU cannot play two kinds of core")
        self.cpus = {"core": cpus[0], "atom": cpus[1]}
        for name, kind in (("core", 4), ("atom", 10)):
            self.put(DEVICES + "cpu_%s/type" % name, "%d\n" % kind)
            self.put(DEVICES + "cpu_%s/cpus" % name, "%d\n" % self.cpus[name])
            self.put(DEVICES + "cpu_%s/format/event" % name, "config:0-7\n")
        self.put(DEVICES + "cpu_atom/events/small", "event=0x42\n")
        self.write("kernel.py", KERNEL % self.cpus)
        self.write("hybrid.lua", EXPERIMENT)

    def payoff_here(self, *arguments):
        return self.here(*arguments, SHIM_CORE=str(self.cpus["core"]),
                         SHIM_ATOM=str(self.cpus["atom"]))

    def events_here(self):
        result = self.payoff_here("counters", "--json")
        self.assertEqual(result.status, 0, result.err)
        events = {event["name"]: event for event in json.loads(result.out)["events"]}
        if events["task-clock"]["state"] != "exact":
            self.skipTest("this machine counts no task-clock: %s" % events["task-clock"]["reason"])
        return events

    def check_sample(self, row):
        """The sum of an event is that of its parts, and the clock's, which each is in disguise."""
        clock = int(row["task-clock.count"])
        for event in ("cycles", "instructions", "branches"):
            parts = {kind: row["cpu_%s::%s.count" % (kind, event)] for kind in ("core", "atom")}
            self.assertEqual(row[event + ".state"], "exact")
            self.assertEqual(row["cpu_core::%s.state" % event], "exact")
            self.assertEqual(int(row[event + ".count"]), sum(int(n or 0) for n in parts.values()))
            # Brackets lie one in the other: some µs.
            self.assertLess(abs(int(row[event + ".count"]) - clock), 0.02 * clock)
            loops = int(row["loops"])
            self.assertGreater(int(parts["core"]), 19e6 * loops)
            if row["subject"] == "both":
                self.assertGreater(int(parts["atom"]), 9e6 * loops)
                self.assertEqual(row["cpu_atom::%s.state" % event], "exact")
                # An event of one kind by its name is not blown up by the time on the other kind.
                self.assertEqual(row["cpu_atom/small/.state"], "exact")
                self.assertLess(int(row["cpu_atom/small/.count"]), 1.1 * int(parts["atom"]))
            else:
                self.assertEqual(row["cpu_atom::%s.state" % event], "not counted")
                self.assertEqual(parts["atom"], "")  # never a zero
                self.assertEqual(row["cpu_atom/small/.state"], "not counted")

    def test_what_counts(self):
        events = self.events_here()
        self.assertEqual(events["instructions"]["counted_as"], "instructions")
        self.assertEqual(events["cpu_atom/small/"]["state"], "exact")

    def test_summed_and_apart(self):
        self.events_here()
        result = self.payoff_here("run", "hybrid.lua", "--no-pin", "--no-verify", "--out", "out")
        self.assertEqual(result.status, 0, result.err)
        rows = [row for row in result.rows("hybrid") if row["phase"] != "first"]
        self.assertEqual({row["subject"] for row in rows}, {"both", "large"})
        for row in rows:
            self.check_sample(row)
        # The table: the sum in its column, the parts in a sentence.
        text = flat(result.out)
        self.assertRegex(text, r"instr/task")
        self.assertRegex(text, r"Instructions per task by kind of core: both, serial: "
                         r"cpu_core 2\d\.\d M, cpu_atom 1\d\.\d M; "
                         r"large, serial: cpu_core 2\d\.\d M, cpu_atom —\.")
        # A kind of core that was never visited is no loss of a sum; of an event of its own, it is.
        self.assertEqual(re.findall(r"(\S+): not counted in", text), ["cpu_atom/small/"])
        self.assertIn("the work never ran on this kind of core", text)
        html = result.html("hybrid")
        for name in ("instructions", "cpu_core::instructions", "cpu_atom::instructions"):
            self.assertRegex(html, r"<th[^>]*>(<[^>]*>)*%s<" % re.escape(name))
        self.assertIn("cpu_core: 1 thread", flat(html).replace("1 threads", "1 thread"))
        self.check_exports()

    def check_exports(self):
        exported = json.loads(self.payoff("export", "hybrid.payoff.db", "--format", "json").out)
        index = {event["asked"]: i for i, event in enumerate(exported["events"])}
        for cell in exported["cells"]:
            counts = [cell["per_task"][index[name]] for name in (
                "instructions", "cpu_core::instructions", "cpu_atom::instructions")]
            if cell["subject"] == "both":
                whole, core, atom = (count["median"] for count in counts)
                self.assertLess(abs(whole - core - atom), 0.01 * whole)
            else:
                self.assertEqual(counts[2]["state"], "not counted")
                self.assertIn("never ran on this kind of core", counts[2]["reason"])
                self.assertNotIn("median", counts[2])
            self.assertAlmostEqual(cell["metrics"]["ipc"]["median"], 1, places=2)
        table = self.payoff("export", "hybrid.payoff.db", "--format", "csv").out
        self.assertIn("cpu_atom::cycles.count", next(csv.reader(io.StringIO(table))))
        text = self.payoff("export", "hybrid.payoff.db", "--format", "markdown").out
        self.assertIn("Instructions per task by kind of core", text)


ENERGY_KERNEL = '''\
import time

ZONE = "%s/sys/class/powercap/intel-rapl:0/energy_uj"


def use(microjoules):
    time.sleep(0.02)  # long enough for one loop per sample
    with open(ZONE) as file:
        now = int(file.read())
    with open(ZONE, "w") as file:
        file.write("%%d\\n" %% ((now + microjoules) %% 5000000))
    return 0


def much(n):
    return use(2000000)


def little(n):
    return use(500000)
'''
ENERGY_EXPERIMENT = '''\
local payoff = require "payoff"
return payoff.experiment {
  name = "energy", tasks = { {1} }, metrics = { "energy" }, blocks = 3, samples = 2,
  reference = payoff.python { name = "much", file = "kernel.py", func = "much" },
  subjects = { payoff.python { name = "little", file = "kernel.py", func = "little" } },
}
'''


class Energy(Machine):
    """Powercap's counter, which the subject itself turns: what must come out is known. It starts
    anew at 5 J, every few calls."""

    def setUp(self):
        super().setUp()
        self.write("energy.lua", ENERGY_EXPERIMENT)
        self.write("kernel.py", ENERGY_KERNEL % self.root)

    def run_energy(self):
        result = self.here("run", "energy.lua", "--no-verify", "--out", "out")
        self.assertEqual(result.status, 0, result.err)
        return result

    def put_zone(self):
        for name, text in (("name", "package-0"), ("max_energy_range_uj", "5000000"),
                           ("energy_uj", "4800000")):
            self.put("sys/class/powercap/intel-rapl:0/" + name, text + "\n")

    def test_ledger_and_metric(self):
        self.put_zone()
        result = self.run_energy()
        joules = {"much": 2, "little": 0.5}
        for row in result.rows("energy"):
            self.assertEqual(row["package-energy.state"], "exact")
            self.assertEqual(int(row["package-energy.count"]),
                             1e6 * joules[row["subject"]] * int(row["loops"]))
        self.assertRegex(flat(result.out), r"counted with the share of others \(package-energy\): "
                         r"of the whole machine: all of one package and everything that ran on it")
        exported = json.loads(self.payoff("export", "energy.payoff.db", "--format", "json").out)
        for cell in exported["cells"]:
            energy, power = (cell["metrics"][name]["median"]
                             for name in ("package_energy", "package_power"))
            self.assertAlmostEqual(energy, joules[cell["subject"]])
            self.assertAlmostEqual(power, energy / cell["time"]["median"] * 1e9,
                                   delta=0.5 * power)
        ledger = {row["subject"]: row for row in exported["ledger"]}
        for subject, energy in joules.items():
            self.assertAlmostEqual(ledger[subject]["energy"]["median"], energy)
            self.assertEqual(ledger[subject]["energy"]["unit"], "J")
        costs = re.search(r'id="costs".*?</section>', result.html("energy"), re.DOTALL).group()
        self.assertTrue(re.search(r"0\.500?(<[^>]*>)* J", costs), flat(costs)[:3000])

    def test_none_here(self):
        self.put("sys/class/powercap/intel-rapl:0/energy_uj", "0\n")  # of nothing that has a name
        result = self.run_energy()
        for row in result.rows("energy"):
            self.assertEqual(row["package-energy.state"], "not counted")
            self.assertEqual(row["package-energy.count"], "")
        self.assertIn("not counted here (package-energy): this machine's kernel shows no energy "
                      "counter", flat(result.out))

    def test_that_goes_away(self):
        """A counter that cannot be read any more costs its counts, and the report says so."""
        self.put_zone()
        self.write("kernel.py", (ENERGY_KERNEL % self.root).replace(
            "    return 0", "    with open(ZONE, 'w') as file:\n        file.write('gone')\n"
                            "    return 0").replace("int(file.read())", "0"))
        text = flat(self.run_energy().out)
        self.assertRegex(text, r"package-energy: not counted in \d+ of \d+ samples .*energy_uj "
                         r"could not be read")


if __name__ == "__main__":
    unittest.main()
