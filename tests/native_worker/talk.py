"""A minimal payoff for tests: starts `payoff worker native` and talks to it over its pipes."""

import base64
import json
import os
import struct
import subprocess
import unittest

PAYOFF = os.environ["PAYOFF"]
LIBRARY = os.environ["NATIVE_SUBJECT"]
MODES = [("serial", "warm"), ("process", "cold"), ("process", "warm"), ("thread", "cold"),
         ("thread", "warm")]


def encode(value):
    """A Python value in the protocol's typed encoding."""
    if value is None:
        return ["n"]
    if isinstance(value, bool):
        return ["b", value]
    if isinstance(value, int):
        return ["i", str(value)]
    if isinstance(value, float):
        return ["f", struct.pack(">d", value).hex()]
    if isinstance(value, str):
        return ["s", value]
    if isinstance(value, bytes):
        return ["y", base64.b64encode(value).decode()]
    if isinstance(value, (tuple, list)):
        return ["t" if isinstance(value, tuple) else "l"] + [encode(item) for item in value]
    raise TypeError(value)


def array(code, *numbers):
    """An encoded flat array."""
    # `l` and `L` have the width of the ABI here, as in array.array, and not struct's standard one.
    wide = {"l": "q", "L": "Q"}.get(code, code)
    return ["a", code, base64.b64encode(struct.pack("<%d%s" % (len(numbers), wide), *numbers))
            .decode()]


def decode(value):
    """Back again; a flat array becomes ("a", code, [numbers])."""
    kind = value[0]
    if kind == "n":
        return None
    if kind in "bs":
        return value[1]
    if kind == "i":
        return int(value[1])
    if kind == "f":
        return struct.unpack(">d", bytes.fromhex(value[1]))[0]
    if kind == "y":
        return base64.b64decode(value[1], validate=True)
    if kind in "tl":
        items = [decode(item) for item in value[1:]]
        return tuple(items) if kind == "t" else items
    if kind == "a":
        data = base64.b64decode(value[2], validate=True)
        return "a", value[1], [item[0] for item in struct.iter_unpack("<" + value[1], data)]
    raise ValueError(value)


class Worker:
    """One worker process; `with` ends it."""

    def __init__(self, counter_fds=(), environment=None, **changes):
        command_read, self.command = os.pipe()
        reply, reply_write = os.pipe()
        self.reply = os.fdopen(reply, "rb")
        environment = dict(os.environ if environment is None else environment,
                           PAYOFF_COMMAND_FD=str(command_read), PAYOFF_REPLY_FD=str(reply_write),
                           PAYOFF_COUNTER_FDS=",".join(map(str, counter_fds)), PAYOFF_PROTOCOL="1")
        environment.update(changes)
        self.process = subprocess.Popen(
            [PAYOFF, "worker", "native"], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            pass_fds=(command_read, reply_write) + tuple(counter_fds))
        os.close(command_read)
        os.close(reply_write)
        self.id = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        ended = self.finish()
        # Also how the sanitizers speak up.
        if kind is None and (ended[0] != 0 or ended[2] != ""):
            raise AssertionError("the worker ended with %r" % (ended,))

    def send(self, line):
        """One raw line, and the reply to it (None at the end of the pipe)."""
        data = line + b"\n"
        while data:
            data = data[os.write(self.command, data):]
        answer = self.reply.readline()
        return json.loads(answer) if answer else None

    def call(self, cmd, **fields):
        self.id += 1
        reply = self.send(json.dumps(dict(fields, id=self.id, cmd=cmd)).encode())
        if reply is not None and reply["id"] != self.id:
            raise AssertionError("reply to %r is %r" % (self.id, reply))
        return reply

    def load(self, symbol, signature, library=LIBRARY):
        return self.call("load", subject={"library": library, "symbol": symbol,
                                          "signature": signature})

    def prepare(self, *tasks):
        """Each task a tuple of Python values; encoded ones are passed as they are."""
        return self.call("prepare", tasks=[["t"] + [
            item if isinstance(item, list) and item and isinstance(item[0], str) else encode(item)
            for item in task] for task in tasks])

    def run(self, mode="serial", jobs=1, start="warm", loops=1):
        return self.call("run", mode=mode, jobs=jobs, start=start, loops=loops)

    def results(self):
        return [decode(item) for item in self.call("results")["results"]]

    def finish(self):
        """Closes the pipe; the exit status, stdout and stderr."""
        os.close(self.command)
        out, err = self.process.communicate(timeout=60)
        self.reply.close()
        return self.process.returncode, out.decode(), err.decode()


class Case(unittest.TestCase):
    def assert_ok(self, reply):
        self.assertIsNotNone(reply, "the worker is gone")
        self.assertTrue(reply["ok"], reply)
        return reply

    def assert_error(self, reply, kind, *parts):
        self.assertIsNotNone(reply, "the worker is gone")
        self.assertFalse(reply["ok"], reply)
        self.assertEqual(reply["error"]["kind"], kind, reply)
        for part in parts:
            self.assertIn(part, reply["error"]["message"])
        return reply["error"]
