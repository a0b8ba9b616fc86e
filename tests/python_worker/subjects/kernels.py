"""The functions that the tests run; some behave badly."""

import atexit
import gc
import math
import os
import resource
import signal
import sys
import threading
import time


def square_roots(n, count):
    result = 0
    for i in range(count):
        result += math.sqrt(i**3 + i**2 + i * n)
    return result


def ends_late(_):
    """A thread that outlives the last command, and a handler that is called at the end."""

    def later():
        time.sleep(0.2)
        print("thread ended")

    atexit.register(print, "exit handler called")
    threading.Thread(target=later).start()


def echo(*values):
    return values[0] if len(values) == 1 else values


def make(text):
    return eval(text)


def who(_):
    time.sleep(0.02)
    return os.getpid(), threading.get_ident(), "concurrent.futures" in sys.modules


def sleep(seconds):
    time.sleep(seconds)


def burn(seconds):
    """Use that much CPU time in this thread."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def fail_at(value, bad):
    if value == bad:
        return math.sqrt(-1)
    return value


class Refused(Exception):
    def __init__(self, one, two):
        super().__init__(one)


def refuse(_):
    raise Refused("cannot be pickled", 2)


def leave(status):
    sys.exit(status)


def interrupt():
    raise KeyboardInterrupt


def die(number):
    os.kill(os.getpid(), number)
    time.sleep(5)


def quit_hard(status):
    os._exit(status)


class Loud:
    def __del__(self):
        raise KeyError("lost")


def swallow():
    Loud()
    gc.collect()  # where that is when __del__ is called
    return 1


def shout(text):
    print(text)
    print(text, file=sys.stderr)


def close_all():
    os.closerange(3, 256)


def close_one(fd):
    os.close(fd)


def come_back_twice():
    """The child returns from here too, into the worker's own loop."""
    return os.fork() == 0


def descriptors_in_child():
    """How many of the worker's descriptors a fork of it has."""
    numbers = [os.environ["PAYOFF_COMMAND_FD"], os.environ["PAYOFF_REPLY_FD"]]
    numbers += filter(None, os.environ["PAYOFF_COUNTER_FDS"].split(","))
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        have = 0
        for fd in numbers:
            try:
                os.fstat(int(fd))
                have += 1
            except OSError:
                pass
        os.write(write, b"%d" % have)
        os._exit(0)
    os.waitpid(pid, 0)
    return int(os.read(read, 9))


def ignores_interrupt():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.01)
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def change(values):
    values.append(1)
    return len(values)


def limit_memory(size):
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def no_memory():
    raise MemoryError("none left")


class Outer:
    @staticmethod
    def twice(value):
        return 2 * value


anonymous = lambda value: value  # noqa: E731
number = 5


def is_imported(name):
    return name in sys.modules
