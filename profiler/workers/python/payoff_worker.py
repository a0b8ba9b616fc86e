"""The worker that runs Python subjects: version 1 of the protocol of PROTOCOL.md.

    PAYOFF_COMMAND_FD=3 PAYOFF_REPLY_FD=4 PAYOFF_COUNTER_FDS=5,6 python3 python_worker.py

python_worker.py is this file and its neighbours in one (see bundle.py); payoff embeds it and starts
it as `python3 /proc/self/fd/N`. It needs the standard library alone, of CPython 3.8 or newer or of
PyPy, and imports most of that only when a command asks for it: what the worker has imported, the
subject finds imported too.
"""

import os
import resource
import sys
import time
from itertools import repeat

import payoff_task
from payoff_end import end_process
from payoff_fault import Failure, clean
from payoff_json import dumps, first_id, loads
from payoff_library import LibraryPath
from payoff_subject import load
from payoff_values import MESSAGE_MAX, Encoded, decode_task, encode_all, relaxed

try:
    from _operator import length_hint
except ImportError:
    from operator import length_hint

MODES = ("serial", "process", "thread")
READ_SIZE = 4096  # a group of 254 events
SAMPLES_MAX = 64  # of one command
ENDING_S = 1  # as long as a thread may take to end; it takes some microseconds


def descriptors():
    """The command, the reply, and the counter descriptors, kept from all children."""
    command, reply = int(os.environ["PAYOFF_COMMAND_FD"]), int(os.environ["PAYOFF_REPLY_FD"])
    named = os.environ.get("PAYOFF_COUNTER_FDS", "").split(",")
    counters = [int(one) for one in named if one.strip()]
    ours = [command, reply] + counters
    for fd in ours:
        os.set_inheritable(fd, False)

    def forget():
        for fd in ours:
            try:
                os.close(fd)
            except OSError:
                pass  # the subject closed it

    os.register_at_fork(after_in_child=forget)
    return command, reply, counters


def no_clock():
    return 0


def is_steady():
    """Is nothing to differ from run to run? See PAYOFF_STEADY in PROTOCOL.md."""
    return os.environ.get("PAYOFF_STEADY") == "1"


def read_counter(fd):
    """One reading; nothing where the subject closed the descriptor. While a thread or process that
    it counts is just ending, the kernel refuses."""
    deadline = None
    while True:
        try:
            return os.read(fd, READ_SIZE)
        except ChildProcessError:
            deadline = deadline or time.monotonic() + ENDING_S
            if time.monotonic() > deadline:
                raise
        except OSError:
            return b""


def bracket(counters, clock, work):
    """Counters, clock, work, clock, counters: the order of the protocol, and nothing else."""
    before = [read_counter(fd) for fd in counters]
    start = clock()
    work()
    stop = clock()
    after = [read_counter(fd) for fd in counters]
    return stop - start, before, after


def reading(data):
    """The bytes of a counter as a reply has them: base64 would need a module."""
    return "hex:" + data.hex() if data else ""


def idle():
    pass


def count(command, name):
    value = command.get(name, 1)
    if type(value) is not int or value < 1:
        raise Failure("usage", "%s is no integer of 1 or more" % name)
    return value


class Worker:
    """What is loaded, prepared, running warm, and known of the last run."""

    def __init__(self, counters, sources):
        self.counters, self.sources = counters, sources
        self.clock = no_clock if is_steady() else time.monotonic_ns
        self.func = self.method = self.tasks = self.results = self.pool = self.left = None
        self.examiner, self.counted = None, False

    def hello(self, command):
        if command.get("protocol") != 1:
            raise Failure("usage", "this worker speaks protocol 1 alone")
        about = {"name": sys.implementation.name, "version": "%d.%d.%d" % sys.version_info[:3]}
        if command.get("brief") is True:
            return {
                "protocol": 1,
                "runtime": about,
                "pid": self.pid(),
                "samples": SAMPLES_MAX,
            }
        import payoff_runtime

        about.update(payoff_runtime.describe())
        modes = [mode for mode in MODES if mode != "process" or about["start_methods"]]
        return {
            "protocol": 1,
            "runtime": about,
            "modes": modes,
            "pid": self.pid(),
            "samples": SAMPLES_MAX,
        }

    def pid(self):
        return 0 if self.clock is no_clock else os.getpid()

    def load(self, command):
        self.close_pool()
        self.func = self.results = None
        subject = command.get("subject")
        func, file, load_ns = load(subject, self.clock)
        self.func, self.method = func, subject.get("start_method", "fork")
        reply = {"load_ns": load_ns}
        if file:
            reply["file"] = clean(os.path.abspath(file))
        if command.get("signature"):
            with LibraryPath():
                import payoff_examine as examine
                reply["signature"] = examine.signature(func)
        return reply

    def prepare(self, command):
        self.tasks = self.results = None
        tasks = command.get("tasks")
        if not isinstance(tasks, list):
            raise Failure("usage", "tasks is no list")
        values = []
        for task in tasks:
            try:
                values.append(decode_task(task))
            except Failure as failure:
                text = "task %d: %s" % (len(values), failure.error["message"])
                raise Failure("argument", text, task=len(values)) from None
        self.tasks = values
        return {"tasks": len(values)}

    def run(self, command, only_crew=False):
        mode, start = command.get("mode"), command.get("start", "warm")
        jobs, loops = count(command, "jobs"), count(command, "loops")
        samples = count(command, "samples") if "samples" in command else None
        if samples is not None and (mode != "serial" or samples > SAMPLES_MAX):
            raise Failure("usage", "samples: up to %d, of serial runs" % SAMPLES_MAX)
        known = MODES[1:] if only_crew else MODES + ("empty",)
        if mode not in known or start not in ("warm",) + ("cold",) * (not only_crew):
            raise Failure("unsupported", "no %s %s runs in this worker" % (start, mode))
        if mode != "empty" and (self.func is None or self.tasks is None):
            raise Failure("usage", "run needs a `load` and a `prepare` that went well")
        self.results = self.left = None
        self.counted = payoff_task.simulator is not None and not command.get("uncounted")
        payoff_task.swallowed.clear()
        if mode in ("empty", "serial"):
            self.close_pool()
            reply = self.run_alone(mode, loops, samples)
        else:
            reply = self.run_pool(mode, jobs, start == "cold", 0 if only_crew else loops)
        if payoff_task.swallowed:
            reply["unraisable"] = list(payoff_task.swallowed)
        return reply

    def crew(self, command):
        """Start the pool of a warm run, if it does not wait already: its threads' ids."""
        return self.run(dict(command, loops=1), only_crew=True)

    def serial(self, loops):
        func, tasks = self.func, self.tasks

        def work():
            for _ in repeat(None, loops):
                self.left = left = iter(tasks)
                self.results = [func(*args) for args in left]

        return work

    def run_alone(self, mode, loops, samples):
        work = self.serial(loops) if mode == "serial" else idle
        try:
            # One right after the other: replies are made when all of them have been taken.
            taken = [self.take(work) for _ in repeat(None, samples or 1)]
        except Failure:
            raise
        except BaseException as error:
            self.results = None
            more = {}
            if self.left is not None:
                more["task"] = len(self.tasks) - length_hint(self.left) - 1
            raise Failure.of(error, **more) from None
        replies = [self.measured(*one) for one in taken]
        if mode == "serial":
            for reply in replies:
                row = {"id": 0, "wall_ns": reply["wall_ns"], "cpu_ns": reply["cpu_ns"]}
                reply["workers"] = [dict(row, tasks=loops * len(self.tasks))]
        return replies[0] if samples is None else {"samples": replies}

    def run_pool(self, mode, jobs, cold, loops):
        if "payoff_pool" not in sys.modules:
            with LibraryPath():
                import payoff_pool  # noqa: F401
        from payoff_pool import Pool, check_method, check_pickles

        method = self.method if mode == "process" else None
        if mode == "process":
            check_method(method)
            check_pickles(self.func)
        pool = self.pool
        if cold or pool is None or (pool.mode, pool.jobs, pool.method) != (mode, jobs, method):
            self.close_pool()
            pool = self.pool = Pool(mode, jobs, method, self.sources)
        try:
            work = pool.prepare(cold, self.func, self.tasks, loops)
            if loops == 0:
                return {"tids": list(pool.crew)}
            reply = self.measured(*self.take(work))
        except Failure:
            self.close_pool()
            raise
        except BaseException as error:
            self.pool = None
            failure = Failure("exception", "")
            failure.error = pool.error_of(error)
            raise failure from None
        self.results = [outcome[1] for outcome in pool.outcomes]
        reply["workers"] = pool.workers(self.clock is no_clock)
        payoff_task.swallowed.extend(pool.swallowed())
        if method:
            reply["start_method"] = method
        return reply

    def cpu_ns(self):
        """CPU time of this process, of its reaped children and of its pool; None if unknown."""
        others = 0 if self.pool is None else self.pool.cpu_ns()
        if others is None or self.clock is no_clock:
            return None
        reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time_ns() + others + round(1e9 * (reaped.ru_utime + reaped.ru_stime))

    def take(self, work):
        """The bracket around work, with CPU clocks around both."""
        if self.counted:
            work = payoff_task.bracketed(work)
        cpu_before = self.cpu_ns()
        taken = bracket(self.counters, self.clock, work)
        return taken + (cpu_before, self.cpu_ns())

    def measured(self, wall_ns, before, after, cpu_before, cpu_after):
        """What was taken, as the protocol has it."""
        known = cpu_before is not None and cpu_after is not None
        return {
            "wall_ns": wall_ns,
            "cpu_ns": cpu_after - cpu_before if known else None,
            "before": [reading(one) for one in before],
            "after": [reading(one) for one in after],
        }

    def examine(self, command):
        with LibraryPath():
            import payoff_cover  # noqa: F401
            import payoff_examine as examine
            import payoff_terms  # noqa: F401
        if self.func is None:
            raise Failure("usage", "examine needs a `load` that went well")
        self.close_pool()
        if self.examiner is None or self.examiner.func is not self.func:
            self.examiner = examine.Examiner(self.func)
        return self.examiner.examine(*examine.check(command))

    def give_results(self, command):
        if self.results is None:
            raise Failure("usage", "there are no results: no run went well since the last change")
        return {"results": encode_all(self.results)}

    def leave(self, command):
        self.close_pool()
        return {}

    def close_pool(self):
        if self.pool is not None:
            self.pool.close()
            self.pool = None


COMMANDS = {
    "hello": Worker.hello,
    "load": Worker.load,
    "prepare": Worker.prepare,
    "crew": Worker.crew,
    "run": Worker.run,
    "results": Worker.give_results,
    "examine": Worker.examine,
    "leave": Worker.leave,
}


def understand(line):
    """The command of a line, and its id as far as there is one."""
    try:
        command = relaxed(loads, line.decode("utf-8"))
    except (ValueError, Failure) as error:
        text = "the command is no JSON: %s" % error
        return {"id": first_id(line)}, Failure("usage", text)
    if not isinstance(command, dict) or type(command.get("id")) is not int:
        return {"id": None}, Failure("usage", "a command is an object with an `id`, an integer")
    name = command.get("cmd")
    if not isinstance(name, str) or name not in COMMANDS:
        return command, Failure("usage", "unknown command %r" % (name,))
    return command, None


def answer(worker, line):
    """The reply to a line as text, and whether it was the last one."""
    command, failure = understand(line)
    reply = {"id": command["id"], "ok": True}
    try:
        if failure:
            raise failure
        reply.update(COMMANDS[command["cmd"]](worker, command))
    except BaseException as error:
        failure = error if isinstance(error, Failure) else Failure.of(error)
        reply = {"id": command["id"], "ok": False, "error": failure.error}
    fields = [
        "%s:%s" % (dumps(name), value if isinstance(value, Encoded) else dumps(value))
        for name, value in reply.items()
    ]
    return "{%s}\n" % ",".join(fields), reply["ok"] and command["cmd"] == "leave"


def ignore_interrupts():
    """payoff decides what Ctrl-C ends. The module `signal` is `_signal` with enumerations."""
    try:
        import _signal as signal
    except ImportError:
        import signal
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def send(fd, text):
    for stream in sys.stdout, sys.stderr:
        try:
            stream.flush()  # before the reply, so that payoff can tell which run wrote what
        except Exception:
            pass  # the subject's, and it may have done anything to them
    data = memoryview(text.encode("ascii"))
    while data:
        data = data[os.write(fd, data) :]


def main(sources):
    """Serve until `leave` or the end of the commands; sources: by name, the text of the modules
    that a child compiles that was not forked (payoff_pool.CHILD), and maybe of others."""
    ignore_interrupts()
    del sys.argv[1:]
    payoff_task.watch()
    payoff_task.find_simulator()
    command_fd, reply_fd, counters = descriptors()
    worker, pid, last = Worker(counters, sources), os.getpid(), False
    with open(command_fd, "rb", closefd=False) as commands:
        while not last:
            line = commands.readline(MESSAGE_MAX + 1)
            if not line.endswith(b"\n"):
                worker.close_pool()
                break
            text, last = answer(worker, line)
            if os.getpid() != pid:
                os._exit(0)  # a fork of the subject's that came back here
            send(reply_fd, text)
    return end_process()
