#include "workers/spawn.h"

#include "machine/program.h"
#include "workers/spawn_child.h"
#include "workers/spawn_environment.h"
#include "workers/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED 1
#elif defined __has_feature
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED 0
#endif

enum { PIPE_COMMAND, PIPE_REPLY, PIPE_OUTPUT, PIPE_ERROR, PIPE_REPORT, PIPES };

/* Everything made ready before the child starts; freed by preparation_free, whatever of it there is. */
struct preparation {
    char *program;
    char **argv;
    char file_path[32]; /* as the child sees the file in memory */
    struct spawn_environment environment;
    int *counter_fds;
    cpu_set_t *cpus;
    size_t cpus_size;
    int pipes[PIPES][2];
    int file_fd, null_fd;
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void preparation_init(struct preparation *ready)
{
    *ready = (struct preparation){.file_fd = -1, .null_fd = -1};
    memset(ready->pipes, 0xff, sizeof ready->pipes); /* all −1 */
}

static void preparation_free(struct preparation *ready)
{
    for (int i = 0; i < PIPES; i++) {
        close_fd(&ready->pipes[i][0]);
        close_fd(&ready->pipes[i][1]);
    }
    close_fd(&ready->file_fd);
    close_fd(&ready->null_fd);
    spawn_environment_free(&ready->environment);
    free(ready->program);
    free(ready->argv);
    free(ready->counter_fds);
    if (ready->cpus != NULL)
        CPU_FREE(ready->cpus);
}

static bool prepare_pipes(struct preparation *ready, struct status *st)
{
    for (int i = 0; i < PIPES; i++) {
        if (pipe2(ready->pipes[i], O_CLOEXEC) != 0)
            return status_fail_errno(st, errno, "%s",
                                     errno == EMFILE ? "too few descriptors may be open for a "
                                                       "worker's pipes; raise 'ulimit -n'"
                                                     : "cannot make a pipe");
        /* payoff's end alone: the worker's reads and writes may wait. */
        int own = ready->pipes[i][i == PIPE_COMMAND ? 1 : 0];
        if (fcntl(own, F_SETFL, O_NONBLOCK) != 0)
            return status_fail_errno(st, errno, "cannot make a pipe nonblocking");
    }
    ready->null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return ready->null_fd >= 0 || status_fail_errno(st, errno, "cannot open /dev/null");
}

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* Linux 6.3; without it vm.memfd_noexec=1 takes the right to run it */
#endif

static int make_memory_file(bool executable)
{
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int fd = executable ? memfd_create("payoff-worker", flags | MFD_EXEC) : -1;
    return fd >= 0 ? fd : memfd_create("payoff-worker", flags);
}

/* A file in memory that nobody can change any more: it has no name, and nothing to clean up. */
static bool prepare_file(struct preparation *ready, const struct spawn_spec *spec,
                         struct status *st)
{
    if (spec->script != NULL && spec->image != NULL)
        return status_fail(st, STATUS_USAGE, "a worker has a script or an image, not both");
    const char *bytes = spec->image != NULL ? spec->image : spec->script;
    size_t size = spec->image != NULL ? spec->image_size : spec->script_size;
    if (bytes == NULL)
        return true;
    ready->file_fd = make_memory_file(spec->image != NULL);
    if (ready->file_fd < 0)
        return status_fail_errno(st, errno, "cannot make a file in memory");
    for (size_t written = 0; written < size;) {
        ssize_t part = write(ready->file_fd, bytes + written, size - written);
        if (part < 0)
            return status_fail_errno(st, errno, "cannot write a file in memory");
        written += (size_t)part;
    }
    if (fcntl(ready->file_fd, F_ADD_SEALS,
              F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
        return status_fail_errno(st, errno, "cannot seal a file in memory");
    return true;
}

static bool prepare_argv(struct preparation *ready, const struct spawn_spec *spec, int groups,
                         struct status *st)
{
    size_t count = 0;
    while (spec->argv != NULL && spec->argv[count] != NULL)
        count++;
    if (count == 0)
        return status_fail(st, STATUS_USAGE, "a worker needs a program to run");
    ready->argv = calloc(count + 1, sizeof *ready->argv);
    if (ready->argv == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for a command line");
    snprintf(ready->file_path, sizeof ready->file_path, "/proc/self/fd/%d",
             spawn_child_file_fd(groups));
    for (size_t i = 0; i < count; i++) {
        bool script = strcmp(spec->argv[i], "{script}") == 0;
        if (script && spec->script == NULL)
            return status_fail(st, STATUS_USAGE,
                               "a worker's command line has {script}, but there "
                               "is no script");
        ready->argv[i] = script ? ready->file_path : (char *)spec->argv[i];
    }
    return program_find(ready->argv[0], spawn_environment_value(&ready->environment, "PATH"),
                        &ready->program, st);
}

static bool prepare_cpus(struct preparation *ready, const struct spawn_spec *spec,
                         struct status *st)
{
    if (spec->cpu_count == 0)
        return true;
    int highest = 0;
    for (size_t i = 0; i < spec->cpu_count; i++) {
        if (spec->cpus[i] < 0 || spec->cpus[i] > 1 << 20)
            return status_fail(st, STATUS_USAGE, "there is no CPU %d", spec->cpus[i]);
        if (spec->cpus[i] > highest)
            highest = spec->cpus[i];
    }
    size_t size = (size_t)highest + 1;
    ready->cpus = CPU_ALLOC(size);
    if (ready->cpus == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for a set of CPUs");
    ready->cpus_size = CPU_ALLOC_SIZE(size);
    CPU_ZERO_S(ready->cpus_size, ready->cpus);
    for (size_t i = 0; i < spec->cpu_count; i++)
        CPU_SET_S((size_t)spec->cpus[i], ready->cpus_size, ready->cpus);
    return true;
}

static bool prepare(struct preparation *ready, const struct spawn_spec *spec, int groups,
                    struct spawn *spawn, struct status *st)
{
    static unsigned sequence;
    snprintf(spawn->mark, sizeof spawn->mark, "PAYOFF_WORKER=%010d-%010u", (int)getpid(),
             ++sequence);
    ready->counter_fds = calloc((size_t)groups + 1, sizeof *ready->counter_fds);
    if (ready->counter_fds == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for %d counter groups", groups);
    return spawn_environment_make(spec->environment, spawn->mark, groups, &ready->environment,
                                  st) &&
           prepare_argv(ready, spec, groups, st) && prepare_cpus(ready, spec, st) &&
           prepare_file(ready, spec, st) && prepare_pipes(ready, st);
}

static int child_main(void *child)
{
    spawn_child_run(child);
}

/* The child has payoff's memory, and payoff sleeps, until it is another program, as with posix_spawn:
 * a copy's page tables, and a fault for each page that payoff writes to from then on, are 1 ms of
 * every worker's start. Where a sanitizer watches the one stack of each thread, it is a copy. */
static pid_t child_start(struct spawn_child *child)
{
#if SANITIZED
    pid_t pid = fork();
    if (pid == 0)
        child_main(child);
    return pid;
#else
    enum { STACK_SIZE = 64 << 10 };
    _Alignas(max_align_t) char stack[STACK_SIZE]; /* it grows down on all that payoff runs on */
    return clone(child_main, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | SIGCHLD, child);
#endif
}

/* With all signals blocked, so that none of payoff's handlers runs in the child. */
static pid_t start(struct preparation *ready, const struct spawn_spec *spec, int groups)
{
    struct spawn_child child = {
        .program = ready->program,
        .image = spec->image != NULL ? ready->file_path : NULL,
        .argv = ready->argv,
        .environment = ready->environment.list,
        .counter_variable = ready->environment.counter_variable,
        .cwd = spec->cwd,
        .plan = spec->plan,
        .counter_fds = ready->counter_fds,
        .counter_count = groups,
        .cpus = ready->cpus,
        .cpus_size = ready->cpus_size,
        .memory_bytes = spec->memory_bytes,
        .parent = getpid(),
        .command_fd = ready->pipes[PIPE_COMMAND][0],
        .reply_fd = ready->pipes[PIPE_REPLY][1],
        .file_fd = ready->file_fd,
        .output_fd = ready->pipes[PIPE_OUTPUT][1],
        .error_fd = ready->pipes[PIPE_ERROR][1],
        .report_fd = ready->pipes[PIPE_REPORT][1],
        .null_fd = ready->null_fd,
    };
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    pid_t pid = child_start(&child); /* which unblocks them */
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = error;
    return pid;
}

static bool explain(const struct spawn_report *report, const char *program, struct status *st)
{
    if (report->sys_errno == 0)
        return status_fail(st, (enum status_code)report->code, "%s: %s", program, report->step);
    status_fail_errno(st, report->sys_errno, "%s %s", program, report->step);
    if (report->sys_errno == ENOENT)
        st->code = STATUS_NOT_FOUND;
    return false;
}

/* Reads what the child says until exec closes its end. */
static bool await_exec(struct preparation *ready, struct spawn *spawn, int64_t deadline_ns,
                       struct status *st)
{
    int fd = ready->pipes[PIPE_REPORT][0];
    for (;;) {
        struct spawn_report report;
        ssize_t size = read(fd, &report, sizeof report);
        if (size == 0)
            return true;
        if (size == (ssize_t)sizeof report) {
            report.step[sizeof report.step - 1] = '\0';
            if (report.fatal)
                return explain(&report, ready->program, st);
            spawn->counted = false;
            char text[128];
            snprintf(spawn->uncounted, sizeof spawn->uncounted, "%s%s%s", report.step,
                     report.sys_errno != 0 ? ": " : "",
                     report.sys_errno != 0 ? strerror_r(report.sys_errno, text, sizeof text) : "");
        } else if (size < 0 && errno == EAGAIN) {
            if (!wait_ready(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, deadline_ns, st))
                return status_prefix(st, "starting %s", ready->program);
        } else if (size >= 0 || errno != EINTR) {
            return status_fail_errno(st, size < 0 ? errno : EPROTO, "cannot hear from %s",
                                     ready->program);
        }
    }
}

static int take(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

bool spawn_start(const struct spawn_spec *spec, int64_t deadline_ns, struct spawn *spawn,
                 struct status *st)
{
    int groups = spec->plan != NULL ? (int)group_plan_group_count(spec->plan) : 0;
    struct preparation ready;
    preparation_init(&ready);
    *spawn = (struct spawn){.pid = -1, .counted = true};
    bool started = false;
    if (!prepare(&ready, spec, groups, spawn, st))
        goto out;
    spawn->pid = start(&ready, spec, groups);
    if (spawn->pid < 0) {
        status_fail_errno(st, errno, "cannot start another process");
        goto out;
    }
    close_fd(&ready.pipes[PIPE_REPORT][1]);
    /* A child of our own that was not waited for keeps its number, so this is no race. */
    spawn->pid_fd = (int)syscall(SYS_pidfd_open, spawn->pid, 0);
    if (spawn->pid_fd < 0)
        status_fail_errno(st, errno, "cannot watch the worker");
    else
        started = await_exec(&ready, spawn, deadline_ns, st);
    if (!started) {
        close_fd(&spawn->pid_fd);
        kill(spawn->pid, SIGKILL);
        while (waitpid(spawn->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        goto out;
    }
    spawn->command_fd = take(&ready.pipes[PIPE_COMMAND][1]);
    spawn->reply_fd = take(&ready.pipes[PIPE_REPLY][0]);
    spawn->output_fd = take(&ready.pipes[PIPE_OUTPUT][0]);
    spawn->error_fd = take(&ready.pipes[PIPE_ERROR][0]);
out:
    preparation_free(&ready);
    return started;
}
