"""What the workers of a pool run: one task with its clocks, and the meeting before a warm run.

    error, value, who, wall_ns, cpu_ns, swallowed = call(False, func, args)

A child that was not forked compiles this file and payoff_fault before its first task, so both are
small and import little.
"""

import os
import sys
import threading
import time

from payoff_fault import clean, describe, type_name

PATIENCE_S = 60  # for a pool to come up

swallowed = []  # what went to sys.unraisablehook since the list was last emptied
meeting = None  # the barrier at which the workers of a warm pool wait until all of them are up


def unraisable(event):
    if len(swallowed) < 100:
        swallowed.append(clean("%s: %s" % (type_name(event.exc_type), event.exc_value)))
    sys.__unraisablehook__(event)


def watch():
    """Collect from now on the exceptions that the runtime would only print."""
    if hasattr(sys, "unraisablehook"):
        sys.unraisablehook = unraisable


def begin(barrier):
    """The first thing that a worker of a warm pool does."""
    global meeting
    meeting = barrier
    watch()


def meet(func):
    """The trivial call of each worker of a warm pool; func was imported to get here."""
    meeting.wait(PATIENCE_S)


def call(in_thread, func, args):
    """One task. Its CPU time is the thread's, or the whole child's with threads of its own."""
    error = value = None
    cpu_clock = time.thread_time_ns if in_thread else time.process_time_ns
    cpu, wall = cpu_clock(), time.monotonic_ns()
    try:
        value = func(*args)
    except BaseException as raised:
        error = describe(raised)
    wall, cpu = time.monotonic_ns() - wall, cpu_clock() - cpu
    if in_thread:
        return error, value, threading.get_ident(), wall, cpu, ()
    seen, swallowed[:] = swallowed[:], []
    return error, value, os.getpid(), wall, cpu, seen
