"""faults: a right function that does one bad thing on the way, in the mode that FAULT_MODE names.

FAULT names the bad thing; without it the function behaves. See test_faults.py for what is expected.
"""

import os
import signal
import sys
import threading
import time

MAIN = os.getpid()
FLOODED = []
# No UTF-8, NUL, orders to a terminal, lines without end.
BABBLE = (bytes(range(256)) + b"\x1b[2J\x1b]0;x\x07\xe2\x80\xae\xf0\x9f") * 50


def mode():
    if os.getpid() != MAIN:
        return "process"
    if threading.current_thread() is not threading.main_thread():
        return "thread"
    return "serial"


def own_fds():
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2:
            yield int(name)


def write_all(fd, text):
    while text:
        text = text[os.write(fd, text):]


def to_pipes(text):
    """To everything that may be the harness's: pipes and sockets that can be written to."""
    for fd in own_fds():
        try:
            if os.readlink("/proc/self/fd/%d" % fd).startswith(("pipe:", "socket:")):
                write_all(fd, text)
        except OSError:
            pass


def fault_orphans():
    for _ in range(200):
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.setpgid(0, 0)
            time.sleep(300)
            os._exit(0)


def fault_balloon():
    kept = []
    while True:
        kept.append(bytearray(16 << 20))


def fault_close():
    for fd in list(own_fds()):
        try:
            os.close(fd)
        except OSError:
            pass


def fault_flood():
    block = b"all work and no play\n" * 3000
    if FLOODED:
        return  # once in a process is enough
    FLOODED.append(True)
    for _ in range(int(os.environ.get("FAULT_BYTES", "64000000")) // len(block) // 2):
        write_all(1, block)
        write_all(2, block)


def fault_babble():
    for fd in (1, 2):
        write_all(fd, BABBLE)
    os._exit(3)


def fault_killed():
    victim = os.getpid()
    if os.fork() == 0:
        time.sleep(0.05)
        os.kill(victim, signal.SIGKILL)
        os._exit(0)
    time.sleep(60)


def fault_meddle():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    os.nice(5)
    os.chdir("/")
    os.umask(0)
    try:
        os.close(0)
    except OSError:
        pass  # another thread was faster
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def fault_loop():
    while True:
        pass


FAULTS = {
    "segv": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "abrt": lambda: os.abort(),
    "ill": lambda: os.kill(os.getpid(), signal.SIGILL),
    "exit": lambda: os._exit(3),
    "loop": fault_loop,
    "orphans": fault_orphans,
    "balloon": fault_balloon,
    "close": fault_close,
    "flood": fault_flood,
    "garbage": lambda: to_pipes(bytes(range(256)) * 40 + b"\n"),
    "oversized": lambda: to_pipes(b"x" * (96 << 20)),
    "unasked": lambda: to_pipes(b'{"id":424242,"ok":true}\n'),
    "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "killed": fault_killed,
    "meddle": fault_meddle,
    "babble": fault_babble,
}


def total(n, steps):
    if os.environ.get("FAULT") and os.environ.get("FAULT_MODE") == mode():
        sys.stderr.write("about to " + os.environ["FAULT"] + "\n")
        sys.stderr.flush()
        FAULTS[os.environ["FAULT"]]()
    return sum(i * n for i in range(steps))


def good(n, steps):
    return sum(i * n for i in range(steps))
