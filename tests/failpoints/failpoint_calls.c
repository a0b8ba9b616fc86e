/* The calls themselves: each asks failpoint_hit first, then goes on to the C library. */
#undef _FILE_OFFSET_BITS /* open and open64 are two names here */
#include "failpoint.h"

#include "../next_call.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): names are ours, in any case */
#define CALL(type, kind, name, failed, params, ...)                                                \
    VISIBLE type name params                                                                       \
    {                                                                                              \
        return failpoint_hit(KIND_##kind) ? (failed) : NEXT(name)(__VA_ARGS__);                    \
    }

/* glibc's own entries, since dlsym allocates. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

VISIBLE void *malloc(size_t size)
{
    return failpoint_hit(KIND_malloc) ? NULL : __libc_malloc(size);
}

VISIBLE void *calloc(size_t count, size_t size)
{
    return failpoint_hit(KIND_calloc) ? NULL : __libc_calloc(count, size);
}

VISIBLE void *realloc(void *block, size_t size)
{
    return failpoint_hit(KIND_realloc) ? NULL : __libc_realloc(block, size);
}

/* Variable arguments: whatever is there is handed on, as the system calls do. */
#define OPEN(name)                                                                                 \
    VISIBLE int name(const char *path, int flags, ...)                                             \
    {                                                                                              \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;             \
        va_end(more);                                                                              \
        return failpoint_hit(KIND_open) ? -1 : NEXT(name)(path, flags, mode);                      \
    }
OPEN(open)
OPEN(open64)

#define CONTROL(kind, name, request)                                                               \
    VISIBLE int name(int fd, request command, ...)                                                 \
    {                                                                                              \
        va_list more;                                                                              \
        va_start(more, command);                                                                   \
        void *argument = va_arg(more, void *);                                                     \
        va_end(more);                                                                              \
        return failpoint_hit(KIND_##kind) ? -1 : NEXT(name)(fd, command, argument);                \
    }
CONTROL(fcntl, fcntl, int)
CONTROL(fcntl, fcntl64, int)
CONTROL(ioctl, ioctl, unsigned long)

VISIBLE long syscall(long number, ...)
{
    va_list more;
    va_start(more, number);
    long a[6];
    for (size_t i = 0; i < 6; i++)
        a[i] = va_arg(more, long);
    va_end(more);
    return failpoint_hit(KIND_syscall) ? -1
                                       : NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

#define TRANSFER(kind, name, params, ...)                                                          \
    VISIBLE ssize_t name params                                                                    \
    {                                                                                              \
        if (failpoint_hit(KIND_##kind) && !failpoint_short(&size))                                 \
            return -1;                                                                             \
        return NEXT(name)(__VA_ARGS__);                                                            \
    }
TRANSFER(read, read, (int fd, void *data, size_t size), fd, data, size)
TRANSFER(write, write, (int fd, const void *data, size_t size), fd, data, size)
TRANSFER(pread, pread, (int fd, void *data, size_t size, off_t at), fd, data, size, at)
TRANSFER(pread, pread64, (int fd, void *data, size_t size, off64_t at), fd, data, size, at)
TRANSFER(pwrite, pwrite, (int fd, const void *data, size_t size, off_t at), fd, data, size, at)
TRANSFER(pwrite, pwrite64, (int fd, const void *data, size_t size, off64_t at), fd, data, size, at)

/* Closed all the same: that is how Linux fails. */
VISIBLE int close(int fd)
{
    bool hit = failpoint_hit(KIND_close);
    int error = errno, result = NEXT(close)(fd);
    if (hit)
        errno = error;
    return hit ? -1 : result;
}

VISIBLE int fclose(FILE *file)
{
    bool hit = failpoint_hit(KIND_fclose);
    int error = errno, result = NEXT(fclose)(file);
    if (hit)
        errno = error;
    return hit ? EOF : result;
}

CALL(FILE *, fopen, fopen, NULL, (const char *path, const char *how), path, how)
CALL(FILE *, fopen, fopen64, NULL, (const char *path, const char *how), path, how)
CALL(DIR *, opendir, opendir, NULL, (const char *path), path)
CALL(int, memfd_create, memfd_create, -1, (const char *name, unsigned flags), name, flags)
CALL(int, fsync, fsync, -1, (int fd), fd)
CALL(int, fdatasync, fdatasync, -1, (int fd), fd)
CALL(int, ftruncate, ftruncate, -1, (int fd, off_t size), fd, size)
CALL(int, ftruncate, ftruncate64, -1, (int fd, off64_t size), fd, size)
CALL(off_t, lseek, lseek, -1, (int fd, off_t at, int whence), fd, at, whence)
CALL(off64_t, lseek, lseek64, -1, (int fd, off64_t at, int whence), fd, at, whence)
CALL(void *, mmap, mmap, MAP_FAILED,
     (void *at, size_t size, int right, int how, int fd, off_t from), at, size, right, how, fd,
     from)
CALL(void *, mmap, mmap64, MAP_FAILED,
     (void *at, size_t size, int right, int how, int fd, off64_t from), at, size, right, how, fd,
     from)
CALL(int, stat, stat, -1, (const char *restrict path, struct stat *restrict found), path, found)
CALL(int, stat, stat64, -1, (const char *restrict path, struct stat64 *restrict found), path, found)
CALL(int, lstat, lstat, -1, (const char *restrict path, struct stat *restrict found), path, found)
CALL(int, lstat, lstat64, -1, (const char *restrict path, struct stat64 *restrict found), path,
     found)
CALL(int, fstat, fstat, -1, (int fd, struct stat *found), fd, found)
CALL(int, fstat, fstat64, -1, (int fd, struct stat64 *found), fd, found)
CALL(int, access, access, -1, (const char *path, int right), path, right)
CALL(char *, realpath, realpath, NULL, (const char *restrict path, char *restrict out), path, out)
CALL(char *, getcwd, getcwd, NULL, (char *out, size_t size), out, size)
CALL(int, unlink, unlink, -1, (const char *path), path)
CALL(int, rename, rename, -1, (const char *from, const char *to), from, to)
CALL(int, mkdir, mkdir, -1, (const char *path, mode_t mode), path, mode)
CALL(int, fchmod, fchmod, -1, (int fd, mode_t mode), fd, mode)
CALL(int, pipe2, pipe2, -1, (int ends[2], int flags), ends, flags)
CALL(int, socketpair, socketpair, -1, (int domain, int type, int protocol, int ends[2]), domain,
     type, protocol, ends)
CALL(int, dup3, dup3, -1, (int from, int to, int flags), from, to, flags)
/* Of the variable arguments payoff gives none. */
CALL(int, clone, clone, -1, (int (*body)(void *), void *stack, int flags, void *argument, ...),
     body, stack, flags, argument)
CALL(int, posix_spawn, posix_spawn, errno,
     (pid_t *restrict pid, const char *restrict path, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *restrict attributes, char *const *restrict argv,
      char *const *restrict environment),
     pid, path, actions, attributes, argv, environment)
CALL(int, execve, execve, -1, (const char *path, char *const *argv, char *const *environment), path,
     argv, environment)
CALL(int, chdir, chdir, -1, (const char *path), path)
CALL(pid_t, setsid, setsid, -1, (void), )
CALL(int, setrlimit, setrlimit, -1, (__rlimit_resource_t what, const struct rlimit *limit), what,
     limit)
CALL(int, setrlimit, setrlimit64, -1, (__rlimit_resource_t what, const struct rlimit64 *limit),
     what, limit)
CALL(pid_t, wait4, wait4, -1, (pid_t pid, int *status, int how, struct rusage *usage), pid, status,
     how, usage)
CALL(pid_t, waitpid, waitpid, -1, (pid_t pid, int *status, int how), pid, status, how)
CALL(int, waitid, waitid, -1, (idtype_t type, id_t id, siginfo_t *info, int how), type, id, info,
     how)
CALL(int, kill, kill, -1, (pid_t pid, int number), pid, number)
CALL(int, poll, poll, -1, (struct pollfd * fds, nfds_t count, int wait_ms), fds, count, wait_ms)
CALL(int, ppoll, ppoll, -1,
     (struct pollfd * fds, nfds_t count, const struct timespec *wait, const sigset_t *mask), fds,
     count, wait, mask)
CALL(int, sched_setaffinity, sched_setaffinity, -1, (pid_t pid, size_t size, const cpu_set_t *set),
     pid, size, set)
CALL(int, sched_getaffinity, sched_getaffinity, -1, (pid_t pid, size_t size, cpu_set_t *set), pid,
     size, set)
CALL(int, sigaction, sigaction, -1,
     (int number, const struct sigaction *restrict action, struct sigaction *restrict old), number,
     action, old)
CALL(ssize_t, getrandom, getrandom, -1, (void *data, size_t size, unsigned flags), data, size,
     flags)
CALL(int, pthread_create, pthread_create, errno,
     (pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*start)(void *),
      void *restrict argument),
     thread, attributes, start, argument)
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
