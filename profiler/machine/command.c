#include "machine/command.h"

#include "machine/clock.h"
#include "machine/command_spawn.h"
#include "machine/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TICK_MS = 100,
    GRACE_NS = 500 * 1000 * 1000, /* between SIGTERM and SIGKILL, and for pipes after the exit */
};

/* One stream of the child on its way into the result. */
struct stream {
    int fd; /* -1: at its end */
    struct command_output *output;
    size_t max, room;
};

static bool stream_keep(struct stream *stream, const char *data, size_t size, struct status *st)
{
    struct command_output *output = stream->output;
    size_t keep = size < stream->max - output->size ? size : stream->max - output->size;
    output->dropped += size - keep;
    if (output->size + keep + 1 > stream->room) {
        size_t room = (output->size + keep + 1) * 2;
        char *more = realloc(output->text, room);
        if (more == NULL)
            return status_fail(st, STATUS_MEMORY, "out of memory while reading output");
        output->text = more;
        stream->room = room;
    }
    memcpy(output->text + output->size, data, keep);
    output->size += keep;
    output->text[output->size] = '\0';
    return true;
}

static void stream_close(struct stream *stream)
{
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
}

/* Takes what is there without waiting, and not for ever from a program that never stops writing. */
static bool stream_read(struct stream *stream, struct status *st)
{
    char data[65536];
    for (int i = 0; i < 16 && stream->fd >= 0; i++) {
        ssize_t got = read(stream->fd, data, sizeof data);
        if (got > 0) {
            if (!stream_keep(stream, data, (size_t)got, st))
                return false;
            if ((size_t)got < sizeof data)
                return true;
        } else if (got == 0) {
            stream_close(stream);
        } else if (errno == EAGAIN || errno == EINTR) {
            return true;
        } else {
            return status_fail_errno(st, errno, "cannot read a program's output");
        }
    }
    return true;
}

/* A child that is being waited for. */
struct child {
    pid_t pid;
    int pidfd; /* readable when it has exited; -1 where the system has none (then the tick finds it)
                */
    bool exited;
    uint64_t start_ns, end_ns, asked_ns; /* asked_ns: when SIGTERM was sent, 0 if not */
    struct stream streams[2];
};

/* Looks without reaping: until it is reaped its process group's number cannot be used again, so the
 * group can be signalled safely. */
static bool child_look(struct child *child, struct status *st)
{
    siginfo_t info = {0};
    if (child->exited)
        return true;
    if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
        return errno == EINTR || status_fail_errno(st, errno, "cannot wait for a program");
    if (info.si_pid == child->pid) {
        child->exited = true;
        child->end_ns = clock_monotonic_ns();
        if (child->pidfd >= 0)
            close(child->pidfd);
        child->pidfd = -1;
    }
    return true;
}

static bool child_wait_tick(struct child *child, struct status *st)
{
    struct pollfd fds[] = {
        {.fd = child->streams[0].fd, .events = POLLIN},
        {.fd = child->streams[1].fd, .events = POLLIN},
        {.fd = child->pidfd, .events = POLLIN},
    };
    if (poll(fds, 3, TICK_MS) < 0 && errno != EINTR)
        return status_fail_errno(st, errno, "cannot wait for a program");
    return stream_read(&child->streams[0], st) && stream_read(&child->streams[1], st) &&
           child_look(child, st);
}

/* Asks once, then insists. */
static void child_end(struct child *child, uint64_t now_ns)
{
    if (child->asked_ns == 0) {
        kill(-child->pid, SIGTERM);
        kill(-child->pid, SIGCONT); /* a stopped program could not obey */
        child->asked_ns = now_ns;
    } else if (now_ns - child->asked_ns > GRACE_NS) {
        kill(-child->pid, SIGKILL);
    }
}

static bool child_attend(struct child *child, const struct command *command,
                         struct command_result *result, struct status *st)
{
    uint64_t told_ns = child->start_ns;
    for (;;) {
        if (!child_wait_tick(child, st))
            return false;
        uint64_t now_ns = clock_monotonic_ns();
        bool open = child->streams[0].fd >= 0 || child->streams[1].fd >= 0;
        /* Something it started may hold the pipes open after its end; that is not waited for long.
         */
        if (child->exited && (!open || now_ns - child->end_ns > GRACE_NS))
            return true;
        if (child->exited)
            continue;
        double elapsed_s = (double)(now_ns - child->start_ns) * 1e-9;
        if (interrupt_pending())
            result->cancelled = true;
        if (command->timeout_s > 0 && elapsed_s >= command->timeout_s && !result->cancelled)
            result->timed_out = true;
        if (command->on_wait != NULL && now_ns - told_ns >= TICK_MS * 1000000ULL &&
            !result->cancelled && !result->timed_out) {
            told_ns = now_ns;
            result->cancelled = !command->on_wait(command->context, elapsed_s);
        }
        if (result->cancelled || result->timed_out)
            child_end(child, now_ns);
    }
}

/* Whatever happened, the group is ended and the child reaped. */
static void child_bury(struct child *child, struct command_result *result)
{
    siginfo_t info = {0};
    kill(-child->pid, SIGKILL);
    while (waitid(P_PID, (id_t)child->pid, &info, WEXITED) != 0 && errno == EINTR)
        ;
    bool exited = info.si_code == CLD_EXITED;
    result->exit = exited ? info.si_status : -1;
    result->signal = exited ? 0 : info.si_status;
    result->wall_ns = (child->exited ? child->end_ns : clock_monotonic_ns()) - child->start_ns;
}

bool command_run(const struct command *command, struct command_result *result, struct status *st)
{
    *result = (struct command_result){.exit = -1};
    size_t max = command->output_max > 0 ? command->output_max : COMMAND_OUTPUT_MAX;
    struct child child = {
        .pidfd = -1,
        .streams = {{.fd = -1, .output = &result->out, .max = max},
                    {.fd = -1, .output = &result->err, .max = max}},
    };
    int pipes[2];
    child.start_ns = clock_monotonic_ns();
    if (!command_spawn(command, &child.pid, pipes, st))
        return false;
    child.streams[0].fd = pipes[0];
    child.streams[1].fd = pipes[1];
    child.pidfd = (int)syscall(SYS_pidfd_open, child.pid, 0);

    bool ok = stream_keep(&child.streams[0], "", 0, st) &&
              stream_keep(&child.streams[1], "", 0, st) &&
              child_attend(&child, command, result, st);
    child_bury(&child, result);
    stream_close(&child.streams[0]);
    stream_close(&child.streams[1]);
    if (child.pidfd >= 0)
        close(child.pidfd);
    return ok;
}

void command_result_free(struct command_result *result)
{
    free(result->out.text);
    free(result->err.text);
    *result = (struct command_result){.exit = -1};
}
