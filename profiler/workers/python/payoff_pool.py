"""Processes or threads that share the tasks of a run, cold or warm, and their CPU time.

    pool = Pool("process", 4, "fork", sources)
    pool.warm(func)                          all four are up and have run something
    values = pool.once(pool.executor, func, tasks)
    pool.close()
"""

import multiprocessing
import pickle
import signal
import threading
import time
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import repeat

import payoff_task
from payoff_fault import Failure, describe

# What a child that was not forked runs first, to have the modules that a forked one inherits.
CHILD = """
import sys, types
for name in ("payoff_fault", "payoff_task"):
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(sources[name], name + ".py", "exec"), module.__dict__)
module.begin(barrier)
"""


def cpu_of(pid):
    """CPU time of a process and all its threads, of its CPU-time clock (clock_getcpuclockid(3))."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def switches_of(who):
    """How often the kernel took this thread off its CPU until now; None if unknown."""
    try:
        with open("/proc/%d/status" % who, "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return None
    return sum(int(line.split()[1]) for line in lines if b"voluntary_ctxt_switches:" in line)


def add_switches(rows, seen, switches):
    """Those of one repetition of a cold pool."""
    for who, number in seen.items():
        if switches[who] is not None:
            rows[number]["switches"] = rows[number].get("switches", 0) + switches[who]


def check_method(method):
    if method not in multiprocessing.get_all_start_methods():
        raise Failure("unsupported", "no start method %s here" % (method,))


def check_pickles(func):
    try:
        pickle.loads(pickle.dumps(func))
    except BaseException as error:
        text = "this function cannot be sent to other processes: %s: %s"
        raise Failure("unsupported", text % (type(error).__name__, error)) from None


class TaskRaised(Exception):
    """The subject raised; the last outcome says what."""


class Pool:
    """An executor, or how to make one, and what is known of its workers."""

    def __init__(self, mode, jobs, method, sources):
        self.mode, self.jobs, self.method, self.sources = mode, jobs, method, sources
        self.context = multiprocessing.get_context(method) if mode == "process" else None
        self.executor = None
        self.children = {}  # of the executor last used: pid -> Process
        self.outcomes = None  # of the tasks last run, as payoff_task.call returns them
        # A child that waits for its next task must say by itself what a simulator has counted.
        self.counts_tasks = payoff_task.simulator is not None and mode == "process"
        self.notes = []  # of each finished repetition: who, wall, CPU, … of each task
        self.crew = {}  # of a warm pool: each worker's thread -> its switches before the clock

    def make(self, barrier=None):
        if self.mode == "thread":
            if barrier is None:
                return ThreadPoolExecutor(self.jobs)
            return ThreadPoolExecutor(self.jobs, "", payoff_task.begin, (barrier,))
        if self.method != "fork":
            first = exec, (CHILD, {"sources": self.sources, "barrier": barrier})
        else:
            first = (None, ()) if barrier is None else (payoff_task.begin, (barrier,))
        return ProcessPoolExecutor(self.jobs, self.context, *first)

    def warm(self, func):
        """Start all workers; each waits at the barrier, so none can take the call of another."""
        barrier = (threading if self.mode == "thread" else self.context).Barrier(self.jobs)
        self.executor = self.make(barrier)
        try:
            meet, in_thread = payoff_task.meet, self.mode == "thread"
            futures = [self.executor.submit(meet, in_thread, func) for _ in range(self.jobs)]
            self.children = getattr(self.executor, "_processes", None) or {}
            self.crew = dict.fromkeys(one.result(payoff_task.PATIENCE_S) for one in futures)
        except BaseException:
            barrier.abort()
            raise

    def cool(self):
        """End the server process of forkserver, so that a cold run starts one like its program."""
        if self.method == "forkserver":
            from multiprocessing import forkserver

            getattr(forkserver._forkserver, "_stop", int)()

    def once(self, executor, func, tasks):
        """All tasks, each as a future of its own, as ProcessPoolExecutor.map(f, …) does."""
        self.outcomes = None
        self.children = getattr(executor, "_processes", None) or {}
        in_thread = self.mode == "thread"
        call = payoff_task.counted if self.counts_tasks else payoff_task.call
        cold = executor is not self.executor
        futures = [executor.submit(call, in_thread, cold, func, args) for args in tasks]
        self.children = getattr(executor, "_processes", None) or {}
        self.outcomes = outcomes = []
        try:
            for future in futures:
                outcomes.append(future.result())
                if outcomes[-1][0] is not None:
                    raise TaskRaised
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        self.notes.append([outcome[2:] for outcome in outcomes])

    def prepare(self, cold, func, tasks, loops):
        """What is to be measured, as a function without arguments, and all that comes before."""
        self.notes = []
        if cold:
            self.cool()
        else:
            if self.executor is None:
                self.warm(func)
            self.crew = {who: switches_of(who) for who in self.crew}

        def work():
            for _ in repeat(None, loops):
                if cold:
                    with self.make() as executor:
                        self.once(executor, func, tasks)
                else:
                    self.once(self.executor, func, tasks)

        return work

    def error_of(self, error):
        """The error object for an exception of warm() or of work; closes the pool."""
        crew = dict(self.children)
        self.close()
        if isinstance(error, (BrokenExecutor, threading.BrokenBarrierError)):
            return broken(crew, error)
        if isinstance(error, TaskRaised):
            return dict(self.outcomes[-1][0], task=len(self.outcomes) - 1)
        if self.outcomes is None:  # nothing was asked of the subject yet
            refused = isinstance(error, (OSError, RuntimeError))
            return describe(error, "resource" if refused else "unsupported")
        return describe(error, task=len(self.outcomes))

    def cpu_ns(self):
        """CPU time of the children that live; None where those that end are not ours to ask of."""
        if self.mode == "thread":
            return 0
        if self.executor is None:
            return None if self.method == "forkserver" else 0
        try:
            return sum(cpu_of(pid) for pid in self.children)
        except OSError:
            return None

    def workers(self, steady):
        """Who did how much, over all repetitions. A cold pool has other workers each time: those
        are told apart by their first task in it. steady: without what differs from run to run."""
        rows = [{"id": n, "wall_ns": 0, "cpu_ns": 0, "tasks": 0} for n in range(self.jobs)]
        cold = self.executor is None
        seen = {who: n for n, who in enumerate(self.crew)}
        for note in self.notes:
            if cold:
                seen, switches = {}, {}
            for who, wall_ns, cpu_ns, count, _ in note:
                row = rows[seen.setdefault(who, len(seen))]
                row["wall_ns"] += wall_ns
                row["cpu_ns"] += cpu_ns
                row["tasks"] += 1
                if cold:
                    switches[who] = count  # since it began: the last one is all
            if cold and not steady:
                add_switches(rows, seen, switches)
        if not cold and not steady:
            now = {who: switches_of(who) for who in self.crew}
            for who, number in seen.items():
                rows[number]["tid"] = who
                if now.get(who) is not None and self.crew.get(who) is not None:
                    rows[number]["switches"] = now[who] - self.crew[who]
        return rows

    def swallowed(self):
        return [text for note in self.notes for one in note for text in one[-1]]

    def close(self):
        if self.executor is not None:
            self.executor.shutdown()
            self.executor = None


def broken(crew, error):
    """The error object after a child has died: the executor ends the others with SIGTERM."""
    codes = [one.exitcode for one in crew.values() if one.exitcode not in (0, None)]
    codes.sort(key=lambda code: code == -signal.SIGTERM)
    reply = {"kind": "exception", "type": type(error).__name__, "message": str(error)}
    if codes and codes[0] < 0:
        try:
            name = signal.Signals(-codes[0]).name
        except ValueError:
            name = "signal %d" % -codes[0]
        reply.update(signal=-codes[0], message="a worker of the pool was ended by " + name)
        if codes[0] == -signal.SIGKILL:
            reply["kind"] = "resource"  # as the kernel does when memory runs out
    elif codes:
        reply.update(exit=codes[0], message="a worker of the pool exited, status %d" % codes[0])
    return reply
