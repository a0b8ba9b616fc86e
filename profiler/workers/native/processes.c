#include "workers/native/processes.h"

#include "workers/native/simulator.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct processes {
    struct work *work;
    const int *close_fds;
    size_t close_count;
    struct pollfd *sockets; /* one per child; fd −1: not to be waited for */
    int *ends;              /* the parent's end of each socket; −1: none */
    pid_t pids[];           /* 0: none */
};

struct processes *processes_new(struct work *work, const int *close_fds, size_t close_count,
                                struct status *st)
{
    struct processes *crew = calloc(1, sizeof *crew + work->jobs * sizeof *crew->pids);
    struct pollfd *sockets = calloc(work->jobs, sizeof *sockets);
    int *ends = calloc(work->jobs, sizeof *ends);
    if (crew == NULL || sockets == NULL || ends == NULL) {
        free(crew);
        free(sockets);
        free(ends);
        status_fail(st, STATUS_MEMORY, "no memory for %zu processes", work->jobs);
        return NULL;
    }
    for (size_t i = 0; i < work->jobs; i++)
        ends[i] = -1;
    *crew = (struct processes){work, close_fds, close_count, sockets, ends};
    return crew;
}

/* Ending ------------------------------------------------------------------------------------- */

static void reap_rest(struct processes *crew)
{
    for (size_t i = 0; i < crew->work->jobs; i++) {
        while (crew->pids[i] > 0 && waitpid(crew->pids[i], NULL, 0) < 0 && errno == EINTR)
            continue;
        crew->pids[i] = 0;
        if (crew->ends[i] >= 0)
            close(crew->ends[i]);
        crew->ends[i] = -1;
    }
}

static void kill_all(struct processes *crew)
{
    for (size_t i = 0; i < crew->work->jobs; i++)
        if (crew->pids[i] > 0)
            kill(crew->pids[i], SIGKILL);
    reap_rest(crew);
}

/* Children that wait see an end-of-file and leave in order, with what the subject printed. */
static void dismiss_all(struct processes *crew)
{
    for (size_t i = 0; i < crew->work->jobs; i++)
        if (crew->ends[i] >= 0)
            shutdown(crew->ends[i], SHUT_RDWR);
    reap_rest(crew);
}

void processes_free(struct processes *crew)
{
    if (crew == NULL)
        return;
    dismiss_all(crew);
    free(crew->sockets);
    free(crew->ends);
    free(crew);
}

static const char *signal_name(int number)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},
        {SIGABRT, "SIGABRT"}, {SIGTRAP, "SIGTRAP"}, {SIGSYS, "SIGSYS"},   {SIGKILL, "SIGKILL"},
        {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"},   {SIGXCPU, "SIGXCPU"}, {SIGALRM, "SIGALRM"},
        {SIGPIPE, "SIGPIPE"}, {SIGHUP, "SIGHUP"},   {SIGQUIT, "SIGQUIT"}, {SIGUSR1, "SIGUSR1"},
        {SIGUSR2, "SIGUSR2"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number)
            return names[i].name;
    return "a signal";
}

/* Child `id` was reaped with this status and has not done its share. */
static bool fail_death(const struct processes *crew, size_t id, int wait_status,
                       struct processes_death *death, struct status *st)
{
    char how[64], where[64] = "between tasks";
    death->task = crew->work->records[id].current;
    death->signal = WIFSIGNALED(wait_status) ? signal_name(WTERMSIG(wait_status)) : NULL;
    if (death->signal != NULL)
        snprintf(how, sizeof how, "was killed by %s", death->signal);
    else
        snprintf(how, sizeof how, "exited with status %d", WEXITSTATUS(wait_status));
    if (death->task != WORK_NO_TASK)
        snprintf(where, sizeof where, "in task %zu", death->task);
    return status_fail(st, STATUS_SUBJECT, "worker process %zu %s %s%s", id, how, where,
                       death->signal != NULL && strcmp(death->signal, "SIGKILL") == 0
                           ? " (the kernel does that when memory runs out)"
                           : "");
}

/* Forking ------------------------------------------------------------------------------------ */

/* The child's half of fork. */
static void become_child(const struct processes *crew, pid_t parent)
{
    simulator_child();
    /* It must not outlive a parent that was killed, nor keep the protocol's pipes open. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(EXIT_FAILURE);
    for (size_t i = 0; i < crew->close_count; i++)
        close(crew->close_fds[i]);
}

/* What the subject printed must not be lost, nor its atexit handlers or ours run twice. */
static _Noreturn void leave_child(void)
{
    fflush(NULL);
    _exit(EXIT_SUCCESS);
}

static bool fork_one(struct processes *crew, size_t id, struct status *st)
{
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return status_fail_errno(st, errno, "fork worker %zu of %zu", id + 1, crew->work->jobs);
    if (pid == 0)
        become_child(crew, parent);
    crew->pids[id] = pid;
    return true;
}

/* Reaps every child; false as soon as one has not done its share. Children that the subject forked
 * in this process are none of ours, but waiting for ours alone would miss which dies first. */
static bool reap_all(struct processes *crew, struct processes_death *death, struct status *st)
{
    for (size_t left = crew->work->jobs; left > 0;) {
        int wait_status;
        pid_t pid = waitpid(-1, &wait_status, 0);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            return status_fail_errno(st, errno, "wait for %zu workers", left);
        for (size_t id = 0; id < crew->work->jobs; id++) {
            if (crew->pids[id] != pid)
                continue;
            crew->pids[id] = 0;
            left--;
            if (!crew->work->records[id].finished)
                return fail_death(crew, id, wait_status, death, st);
        }
    }
    return true;
}

bool processes_run_cold(struct processes *crew, struct processes_death *death, struct status *st)
{
    for (size_t id = 0; id < crew->work->jobs; id++) {
        if (!fork_one(crew, id, st)) {
            kill_all(crew);
            return false;
        }
        if (crew->pids[id] == 0) {
            work_share(crew->work, id, CLOCK_PROCESS_CPUTIME_ID);
            leave_child();
        }
    }
    bool done = reap_all(crew, death, st);
    if (!done)
        kill_all(crew);
    return done;
}

/* Waiting ------------------------------------------------------------------------------------ */

static _Noreturn void work_each_round(struct processes *crew, size_t id, int end)
{
    char byte;
    call_tasks_touch(crew->work->tasks);
    while (TEMP_FAILURE_RETRY(read(end, &byte, 1)) == 1) {
        simulator_begin();
        work_share(crew->work, id, CLOCK_PROCESS_CPUTIME_ID);
        simulator_end();
        if (TEMP_FAILURE_RETRY(write(end, &byte, 1)) != 1)
            break;
    }
    leave_child();
}

static bool start_one(struct processes *crew, size_t id, struct status *st)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return status_fail_errno(st, errno, "socket of worker %zu of %zu", id + 1,
                                 crew->work->jobs);
    if (!fork_one(crew, id, st)) {
        close(ends[0]);
        close(ends[1]);
        return false;
    }
    if (crew->pids[id] == 0) {
        for (size_t i = 0; i < id; i++)
            close(crew->ends[i]);
        close(ends[0]);
        work_each_round(crew, id, ends[1]);
    }
    /* Now the child alone has the other end, and its death is an end-of-file here. */
    close(ends[1]);
    crew->ends[id] = ends[0];
    return true;
}

bool processes_start(struct processes *crew, struct processes_death *death, struct status *st)
{
    for (size_t id = 0; id < crew->work->jobs; id++) {
        if (!start_one(crew, id, st)) {
            kill_all(crew);
            return false;
        }
    }
    work_stop(crew->work);
    return processes_run_warm(crew, death, st);
}

/* Its end-of-file said that the child is gone. */
static bool bury(struct processes *crew, size_t id, struct processes_death *death,
                 struct status *st)
{
    int wait_status = 0;
    while (waitpid(crew->pids[id], &wait_status, 0) < 0)
        if (errno != EINTR)
            return status_fail_errno(st, errno, "wait for worker %zu", id);
    crew->pids[id] = 0;
    return fail_death(crew, id, wait_status, death, st);
}

static bool collect(struct processes *crew, struct processes_death *death, struct status *st)
{
    for (size_t left = crew->work->jobs; left > 0;) {
        if (poll(crew->sockets, crew->work->jobs, -1) < 0) {
            if (errno == EINTR)
                continue;
            return status_fail_errno(st, errno, "wait for %zu workers", left);
        }
        for (size_t id = 0; id < crew->work->jobs; id++) {
            char byte;
            if (crew->sockets[id].fd < 0 || crew->sockets[id].revents == 0)
                continue;
            if (TEMP_FAILURE_RETRY(read(crew->ends[id], &byte, 1)) != 1)
                return bury(crew, id, death, st);
            crew->sockets[id].fd = -1;
            left--;
        }
    }
    return true;
}

bool processes_run_warm(struct processes *crew, struct processes_death *death, struct status *st)
{
    bool done = true;
    for (size_t id = 0; done && id < crew->work->jobs; id++) {
        crew->sockets[id] = (struct pollfd){.fd = crew->ends[id], .events = POLLIN};
        if (TEMP_FAILURE_RETRY(send(crew->ends[id], "", 1, MSG_NOSIGNAL)) != 1)
            done = bury(crew, id, death, st);
    }
    done = done && collect(crew, death, st);
    if (!done)
        kill_all(crew);
    return done;
}
