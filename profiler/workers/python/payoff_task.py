"""What the workers of a pool run: one task with its clocks, and the meeting before a warm run.

    error, value, who, wall_ns, cpu_ns, switches, swallowed = call(False, True, func, args)

A child that was not forked compiles this file and payoff_fault before its first task, so both are
small and import little.
"""

import os
import sys
import time
from _thread import get_native_id

from payoff_fault import clean, describe, type_name

try:
    from resource import RUSAGE_SELF, RUSAGE_THREAD, getrusage
except ImportError:  # PyPy has no RUSAGE_THREAD
    getrusage = None

PATIENCE_S = 60  # for a pool to come up

swallowed = []  # what went to sys.unraisablehook since the list was last emptied
simulator = None  # the brackets of payoff_simulator.c, under Valgrind alone
meeting = None  # the barrier at which the workers of a warm pool wait until all of them are up


def unraisable(event):
    if len(swallowed) < 100:
        swallowed.append(clean("%s: %s" % (type_name(event.exc_type), event.exc_value)))
    sys.__unraisablehook__(event)


def watch():
    """Collect from now on the exceptions that the runtime would only print."""
    if hasattr(sys, "unraisablehook"):
        sys.unraisablehook = unraisable


def find_simulator():
    """The module that PAYOFF_SIMULATOR names; see PROTOCOL.md."""
    global simulator
    file = os.environ.get("PAYOFF_SIMULATOR")
    if file:
        from importlib.machinery import ExtensionFileLoader
        from importlib.util import module_from_spec, spec_from_loader

        loader = ExtensionFileLoader("payoff_simulator", file)
        simulator = module_from_spec(spec_from_loader("payoff_simulator", loader))
        loader.exec_module(simulator)
        os.register_at_fork(after_in_child=simulator.child)
    return simulator


def bracketed(work):
    """The work in the simulator's bracket, as a function without arguments."""

    def between():
        simulator.begin()
        work()
        simulator.end()

    return between


def end_with_parent():
    """In a child: SIGIO ends it when its parent is gone, were it by SIGKILL. A pool's would wait
    for their next task for ever."""
    process = sys.modules.get("multiprocessing.process")
    parent = process and process.parent_process()
    if parent:
        from fcntl import F_GETFL, F_SETFL, F_SETOWN, fcntl

        fcntl(parent.sentinel, F_SETOWN, os.getpid())
        fcntl(parent.sentinel, F_SETFL, fcntl(parent.sentinel, F_GETFL) | os.O_ASYNC)


def begin(barrier):
    """The first thing that a worker of a warm pool does, and one that was not forked."""
    global meeting
    meeting = barrier
    end_with_parent()
    if simulator is None:
        find_simulator()
    watch()


def switches(in_thread):
    """How often the kernel took this worker off its CPU since it began; None if unknown."""
    if getrusage is None:
        return None
    used = getrusage(RUSAGE_THREAD if in_thread else RUSAGE_SELF)
    return used.ru_nvcsw + used.ru_nivcsw


def meet(in_thread, func):
    """The trivial call of each worker of a warm pool; func was imported to get here. Who it is."""
    meeting.wait(PATIENCE_S)
    who = get_native_id() if in_thread else os.getpid()
    if simulator is not None:
        simulator.begin()  # what it does from here on belongs to its tasks
    return who


def call(in_thread, cold, func, args):
    """One task. Its CPU time is the thread's, or the whole child's with threads of its own. Its
    switches are asked for, which takes 1 to 3 us, where nobody can look from outside: in a worker
    that was not there before the clock."""
    error = value = None
    cpu_clock = time.thread_time_ns if in_thread else time.process_time_ns
    cpu, wall = cpu_clock(), time.monotonic_ns()
    try:
        value = func(*args)
    except BaseException as raised:
        error = describe(raised)
    wall, cpu = time.monotonic_ns() - wall, cpu_clock() - cpu
    count = switches(in_thread) if cold else None
    if in_thread:
        return error, value, get_native_id(), wall, cpu, count, ()
    seen, swallowed[:] = swallowed[:], []
    return error, value, os.getpid(), wall, cpu, count, seen


def counted(in_thread, cold, func, args):
    """call() in a child of a simulated run; writes what the child did since its last task."""
    outcome = call(in_thread, False, func, args)
    simulator.end()
    return outcome
