"""Starts the worker as payoff does and speaks the protocol with it; used by all tests here."""

import json
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(HERE, "..", "..", "profiler", "workers", "python")
SUBJECTS = os.path.join(HERE, "subjects")
sys.path.insert(0, SOURCES)

import bundle  # noqa: E402

MODULES = ["worker", "end", "fault", "json", "values", "subject", "task", "pool", "examine",
           "cover", "terms", "rewrite"]


def program():
    """The text of the worker: as it was built, or else as it would be."""
    if "PAYOFF_PYTHON_WORKER" in os.environ:
        with open(os.environ["PAYOFF_PYTHON_WORKER"], "rb") as file:
            return file.read()
    return bundle.bundle([os.path.join(SOURCES, "payoff_%s.py" % one) for one in MODULES]).encode()


PROGRAM = program()


def i(value):
    return ["i", str(value)]


def f(value):
    return ["f", struct.pack(">d", value).hex()]


def t(*items):
    return ["t"] + list(items)


class Worker:
    """One worker process; a context manager that ends it."""

    def __init__(self, counters=()):
        command_read, self.command = os.pipe()
        self.reply, reply_write = os.pipe()
        program = os.memfd_create("python_worker.py")
        os.write(program, PROGRAM)
        environment = dict(
            os.environ,
            PAYOFF_PROTOCOL="1",
            PAYOFF_COMMAND_FD=str(command_read),
            PAYOFF_REPLY_FD=str(reply_write),
            PAYOFF_COUNTER_FDS=",".join(map(str, counters)),
        )
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [sys.executable, "/proc/self/fd/%d" % program],
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            env=environment,
            pass_fds=[command_read, reply_write, program] + list(counters),
            start_new_session=True,
        )
        for fd in (command_read, reply_write, program):
            os.close(fd)
        self.replies = os.fdopen(self.reply, "rb")
        self.number = 0

    def send(self, line):
        data = line if isinstance(line, bytes) else line.encode()
        while data:
            data = data[os.write(self.command, data) :]

    def receive(self):
        line = self.replies.readline()
        return json.loads(line.decode()) if line else None

    def call(self, cmd, **fields):
        self.number += 1
        self.send(json.dumps(dict(fields, id=self.number, cmd=cmd)) + "\n")
        reply = self.receive()
        if reply is not None and reply["id"] != self.number:
            raise AssertionError("reply to another command: %r" % (reply,))
        return reply

    def good(self, cmd, **fields):
        reply = self.call(cmd, **fields)
        if reply is None or not reply["ok"]:
            raise AssertionError("%s: %s\n%s" % (cmd, reply, self.text()))
        return reply

    def error(self, cmd, **fields):
        reply = self.call(cmd, **fields)
        if reply is None or reply["ok"]:
            raise AssertionError("%s gives no error: %s" % (cmd, reply))
        return reply["error"]

    def subject(self, func, *tasks, **more):
        """Load a function of subjects/kernels.py and prepare its tasks."""
        subject = dict({"module": "kernels", "path": [SUBJECTS]}, func=func, **more)
        self.good("load", subject=subject)
        self.good("prepare", tasks=list(tasks))

    def text(self):
        """What the subject has printed."""
        self.output.seek(0)
        return self.output.read().decode("utf-8", "replace")

    def end(self):
        """Close the commands; the exit status, negative for a signal."""
        if self.command is not None:
            os.close(self.command)
            self.command = None
        return self.process.wait(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.end()
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait()
        self.replies.close()
        self.output.close()
