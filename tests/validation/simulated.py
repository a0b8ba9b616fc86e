"""The tables of simulated.lua: as many processes as there are CPUs count, here it is added up.

    tables(build, trials=2000)  or  tables(build, seconds=100)  -> Markdown
"""

import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)


def percent(count, trials):
    return 100.0 * count / trials


def covered(cell):
    return "%.1f (%.2f)" % (percent(cell["hits"], cell["trials"]),
                            percent(cell["others"], cell["trials"]))


def found(cell):
    return "%.1f" % percent(cell["hits"], cell["trials"])


# Table -> what it is of, how a cell of it is written, and what is said below it.
TABLES = {
    "coverage": (
        "Coverage in %% of intervals at nominal 95 %%, and in brackets the mean number of blocks; "
        "%(trials)d runs each, so that chance alone makes ±%(chance).1f (two standard errors)",
        lambda c: "%.1f (%.0f)" % (percent(c["hits"], c["trials"]), c["sum"] / c["trials"]), ""),
    "alarms": (
        "The same twice, called faster or slower, in %%; %(trials)d runs each",
        lambda c: "%.2f" % percent(c["hits"], c["trials"]), ""),
    "two": (
        "`payoff compare` of two runs with the same reference, and a port that is the same but for "
        "its name: coverage of what lies beyond the machine's change, in %% at nominal 95 %%, and "
        "in brackets how often the port is called faster or slower, in %%; %(trials)d pairs each",
        covered, ""),
    "moments": (
        "The same with normal noise, where the machine changes between the runs, or within them; "
        "%(trials)d pairs each or more", covered,
        "\nWhat touches each row by itself for as long as a run cannot be told from a change of "
        "the port by two runs alone: they are two draws of it. `payoff compare` says so below its "
        "table, and takes what it needs from further runs of the same code, where the store has "
        "some. Two subjects of one run are free of it."),
    "power of two": (
        "Two runs, a port that takes more time in the second: found, in %%; %(trials)d pairs each",
        found, ""),
    "power": (
        "3 %% more time, found, in %%, where block log ratios scatter by a standard deviation of; "
        "%(trials)d runs each", found, ""),
    "seen": (
        "The smallest difference that nine of ten runs find, as `payoff doctor --calibrate` has it "
        "from 40 blocks: found, in %%, and in brackets the difference; %(trials)d runs each",
        lambda c: "%.1f (%.1f %%)" % (percent(c["hits"], c["trials"]),
                                      percent(c["sum"], c["trials"])), ""),
}


def start(build, part, **settings):
    path = ";".join(os.path.join(TESTS, folder, "?.lua")
                    for folder in ("validation", "native", "lua"))
    return subprocess.Popen(
        [os.path.join(build, "tests", "native", "native_main"),
         os.path.join(HERE, "simulated.lua")], stdout=subprocess.PIPE,
        env=dict(os.environ, LUA_PATH=path, SEED=str(part), **settings))


def count(build, seed=1, trials=None, seconds=None):
    """The cells, in order, each with the sums of all processes."""
    processes = len(os.sched_getaffinity(0))
    settings = {"SECONDS": "%.1f" % seconds} if seconds else {
        "TRIALS": str(-(-trials // processes))}
    running = [start(build, seed + part, **settings) for part in range(processes)]
    sums = {}
    for process in running:
        text = process.communicate()[0].decode()
        if process.returncode != 0:
            raise SystemExit("simulated.lua ended with %d:\n%s" % (process.returncode,
                                                                   text[-2000:]))
        for cell in (json.loads(line) for line in text.splitlines() if line.startswith("{")):
            key = cell["table"], cell["row"], cell["column"]
            known = sums.setdefault(key, dict(cell, trials=0, hits=0, others=0, sum=0))
            for name in ("trials", "hits", "others", "sum"):
                known[name] += cell[name]
    return list(sums.values())


def pooled(cells):
    """A row of all families: what one column promises, known better than any cell of it."""
    sums = {}
    for cell in cells:
        known = sums.setdefault(cell["column"], dict(cell, row="all", trials=0, hits=0, others=0,
                                                     sum=0))
        for name in ("trials", "hits", "others", "sum"):
            known[name] += cell[name]
    return list(sums.values())


def table(name, cells):
    title, text, below = TABLES[name]
    trials = min(c["trials"] for c in cells)
    if name in ("coverage", "alarms", "two"):
        cells = cells + pooled(cells)
    columns, rows = [], {}
    for cell in cells:
        if cell["column"] not in columns:
            columns.append(cell["column"])
        rows.setdefault(cell["row"], {})[cell["column"]] = text(cell)
    lines = [title % {"trials": trials, "chance": 200 * (0.05 * 0.95 / trials) ** 0.5}, "",
             "| family | %s |" % " | ".join(columns), "|---|" + "--:|" * len(columns)]
    lines += ["| %s | %s |" % (row, " | ".join(of.get(c, "—") for c in columns))
              for row, of in rows.items()]
    return "\n".join(lines + [below, ""] if below else lines + [""])


def shares(cells, name, key="hits"):
    return [percent(c[key], c["trials"]) for c in cells if c["table"] == name]


def together(cells):
    """The widest of what must stay within bounds, in sentences."""
    once = [c for c in cells if c["table"] == "coverage"]
    fair = [c for c in cells if c["table"] in ("two", "moments") and not c.get("alone")]
    alone = [percent(c["others"], c["trials"]) for c in cells if c.get("alone")]
    covered_once, alarms = shares(cells, "coverage"), shares(cells, "alarms")
    columns = shares(pooled(once), "coverage")
    two = [percent(c["hits"], c["trials"]) for c in fair]
    different = [percent(c["others"], c["trials"]) for c in fair]
    chance = 250 * (0.05 * 0.95 / min(c["trials"] for c in once)) ** 0.5
    out = ["Coverage from %.1f to %.1f %%, of which chance alone makes some ±%.1f among so many; "
           "by plan, over all families, from %.1f to %.1f %%." % (
               min(covered_once), max(covered_once), chance, min(columns), max(columns)),
           "The same twice is called different in %.2f %% of all runs, and in %.2f %% of the "
           "family and plan where it is most often." % (sum(alarms) / len(alarms), max(alarms)),
           "Two runs: from %.1f to %.1f %%, and %.2f %%; up to %.1f %% where rows change by "
           "themselves." % (min(two), max(two), sum(different) / len(different), max(alone))]
    return " ".join(out)


def tables(build, **options):
    cells = count(build, **options)
    names = list(dict.fromkeys(c["table"] for c in cells))
    return "\n".join([table(name, [c for c in cells if c["table"] == name]) for name in names]
                     + [together(cells)])
