/* The kinds of calls that failpoint.c can let fail, and the file in which it counts them. */
#ifndef PAYOFF_FAILPOINT_H
#define PAYOFF_FAILPOINT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each has its errors in points.py. */
/* clang-format off */
#define KINDS(X) \
    X(malloc) X(calloc) X(realloc) \
    X(open) X(fopen) X(opendir) X(memfd_create) X(read) X(pread) X(write) X(pwrite) \
    X(fsync) X(fdatasync) X(ftruncate) X(lseek) X(mmap) X(close) X(fclose) \
    X(stat) X(lstat) X(fstat) X(access) X(realpath) X(getcwd) \
    X(unlink) X(rename) X(mkdir) X(fchmod) \
    X(pipe2) X(socketpair) X(fcntl) X(ioctl) X(dup3) \
    X(clone) X(posix_spawn) X(execve) X(chdir) X(setsid) X(setrlimit) \
    X(wait4) X(waitpid) X(waitid) X(kill) X(poll) X(ppoll) \
    X(sched_setaffinity) X(sched_getaffinity) X(sigaction) X(getrandom) \
    X(pthread_create) X(syscall)
/* clang-format on */

enum kind {
#define KIND_ENUM(name) KIND_##name,
    KINDS(KIND_ENUM) KIND_COUNT
};

enum { FAILPOINT_KINDS = 64, FAILPOINT_CALLS = 1 << 20 };

struct failpoint_call {
    uint32_t kind, child;
    uint64_t number, stack;
};

struct failpoint_log {
    _Atomic uint64_t calls, fired;
    _Atomic uint64_t counts[2][FAILPOINT_KINDS]; /* payoff's; children's before exec */
    struct failpoint_call call[FAILPOINT_CALLS];
};

/* Counts a call of payoff's; true if it is to fail, with errno set. */
bool failpoint_hit(enum kind kind);

/* Halves the size if the call is to be short instead, and says so. */
bool failpoint_short(size_t *size);

#endif
