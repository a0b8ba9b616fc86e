"""points: which calls of a command can fail, and a run of that command in which one of them does.

    log = Log(folder)
    for point in points(log, run): …        the calls of a run that is only counted
    environment(log, point, error)          what makes that call fail
"""

import collections
import errno
import hashlib
import mmap
import os
import random
import struct
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = os.environ.get("FAILPOINT_LIBRARY", "libfailpoint.so")
WITNESS = os.environ.get("WITNESS_LIBRARY", "libwitness.so")  # of tests/faults
KINDS_MAX, CALLS_MAX = 64, 1 << 20
HEADER, CALL = struct.Struct("<2Q"), struct.Struct("<2L2Q")
COUNTS = struct.Struct("<%dQ" % (2 * KINDS_MAX))
SHORT = 0

# What a call of each kind may fail with; SHORT does half of it. EINTR is one that must be repeated.
ERRORS = {
    "malloc": ["ENOMEM"], "calloc": ["ENOMEM"], "realloc": ["ENOMEM"], "mmap": ["ENOMEM"],
    "open": ["EMFILE", "EROFS"], "fopen": ["EMFILE"], "opendir": ["EMFILE"],
    "memfd_create": ["EMFILE"], "read": ["EIO", "EINTR", SHORT], "pread": ["EIO", "EINTR", SHORT],
    "write": ["ENOSPC", "EIO", "EINTR", SHORT], "pwrite": ["ENOSPC", "EIO", "EINTR", SHORT],
    "fsync": ["EIO", "ENOSPC"], "fdatasync": ["EIO", "ENOSPC"], "ftruncate": ["EIO"],
    "lseek": ["EIO"], "close": ["EIO"], "fclose": ["ENOSPC"], "stat": ["EACCES"],
    "lstat": ["EACCES"], "fstat": ["EIO"], "access": ["EACCES"], "realpath": ["EACCES"],
    "getcwd": ["ENOENT"], "unlink": ["EROFS"], "rename": ["EROFS"], "mkdir": ["EROFS"],
    "fchmod": ["EPERM"], "pipe2": ["EMFILE"], "socketpair": ["EMFILE"], "fcntl": ["ENOLCK"],
    "ioctl": ["ENOTTY"], "dup3": ["EMFILE"], "clone": ["EAGAIN"], "posix_spawn": ["EAGAIN"],
    "execve": ["EACCES"], "chdir": ["EACCES"], "setsid": ["EPERM"], "setrlimit": ["EPERM"],
    "wait4": ["EINTR", "ECHILD"], "waitpid": ["EINTR", "ECHILD"], "waitid": ["EINTR", "ECHILD"],
    "kill": ["EPERM"], "poll": ["EINTR", "ENOMEM"], "ppoll": ["EINTR", "ENOMEM"],
    "sched_setaffinity": ["EPERM"], "sched_getaffinity": ["EPERM"], "sigaction": ["EINVAL"],
    "getrandom": ["EINTR", "ENOSYS"], "pthread_create": ["EAGAIN"], "syscall": ["ENOSYS", "EMFILE"],
}
MEMORY = ("malloc", "calloc", "realloc")

Point = collections.namedtuple("Point", "kind number stack")


def kind_names():
    """In the order of failpoint.h."""
    with open(os.path.join(HERE, "failpoint.h"), encoding="utf-8") as file:
        text = file.read()
    names = []
    for part in text.split("#define KINDS(X)")[1].split("enum kind")[0].split("X(")[1:]:
        names.append(part.split(")")[0])
    return names


KINDS = kind_names()


class Log:
    """The file that failpoint.c counts in."""

    def __init__(self, path):
        self.path = path

    def clear(self):
        with open(self.path, "wb") as file:
            file.truncate(HEADER.size + COUNTS.size + CALL.size * CALLS_MAX)

        open(self.path + ".left", "w", encoding="utf-8").close()

    def left(self):
        """Which fds and children the command had at its end, as tests/faults/witness.c tells."""
        with open(self.path + ".left", encoding="utf-8") as file:
            return [line for line in file.read().splitlines() if line != "seen"]

    def fired(self):
        with open(self.path, "rb") as file:
            return HEADER.unpack(file.read(HEADER.size))[1]

    def calls(self):
        with open(self.path, "rb") as file:
            data = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        count = min(HEADER.unpack_from(data, 0)[0], CALLS_MAX)
        begin = HEADER.size + COUNTS.size
        for kind, child, number, stack in CALL.iter_unpack(data[begin:begin + count * CALL.size]):
            yield Point(("child-" if child else "") + KINDS[kind], number, stack)


class Done:
    """The tries that were right, kept from run to run as long as the programs stay the same.

    A way is known by its stack, which failpoint.c tells the same in every run of one build."""

    def __init__(self, path, programs):
        self.known, self.allocations, self.file = set(), set(), None
        if path is None:
            return
        digest = hashlib.sha256()
        for program in programs:
            with open(program, "rb") as file:
                digest.update(file.read())
        head = "of %s\n" % digest.hexdigest()
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                lines = file.readlines()
            if lines[:1] == [head]:
                self.known = set(lines[1:])
                self.allocations = {self.allocation(line) for line in self.known}
        # Another build's are of no use: begin anew.
        self.file = open(path, "a" if self.known else "w", encoding="utf-8")
        if not self.known:
            self.file.write(head)

    @staticmethod
    def line(command, point, error, times):
        return "%s %s %016x %s %d\n" % (command, point.kind, point.stack, error, times)

    @staticmethod
    def allocation(line):
        """The line without its command, where what fails is the allocator; else None."""
        _, _, rest = line.partition(" ")
        return rest if rest.split(" ", 1)[0].replace("child-", "") in MEMORY else None

    def has(self, command, point, error, times, once=False):
        """once: an allocation that another command came to in the same way counts as well."""
        line = self.line(command, point, error, times)
        way = self.allocation(line)
        return line in self.known or once and way is not None and way in self.allocations

    def add(self, *what):
        line = self.line(*what)
        self.allocations.add(self.allocation(line))
        if self.file:
            self.file.write(line)
            self.file.flush()

    def close(self):
        if self.file:
            self.file.close()


def preloaded(log, what):
    return {"LD_PRELOAD": LIBRARY + ":" + WITNESS, "FAULT_WITNESS": log.path + ".left",
            "PAYOFF_FAILPOINT": log.path + what}


def counted(log):
    return preloaded(log, " count")


def failing(log, point, times, error):
    number = getattr(errno, error) if error else 0
    return preloaded(log, " fail %s %d %d %d" % (point.kind, point.number, times, number))


def distinct(calls):
    """One call of each stack: what leads to the same call by the same way fails alike."""
    seen = {}
    for call in calls:
        seen.setdefault((call.kind, call.stack), call)
    return list(seen.values())


def some(calls, each, seed):
    """At most `each` of every kind, by a seed."""
    chance = random.Random(seed)
    kinds = collections.defaultdict(list)
    for call in calls:
        kinds[call.kind].append(call)
    for kind in sorted(kinds):
        yield from sorted(chance.sample(kinds[kind], min(each, len(kinds[kind]))))


def run(arguments, folder, environment, timeout):
    """The status, what was written to each stream; a status of None where it did not end."""
    process = subprocess.Popen(
        arguments, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, encoding="utf-8", errors="replace", start_new_session=True)
    try:
        out, err = process.communicate(timeout=timeout)
        return process.returncode, out, err
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        return None, out, err
