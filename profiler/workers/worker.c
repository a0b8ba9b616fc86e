#include "workers/worker.h"

#include "machine/sysfile.h"
#include "workers/orphans.h"
#include "workers/protocol.h"
#include "workers/wait.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WATCH_TARGET, WATCH_OUTPUT, WATCH_ERRORS, WATCH_END, WATCHES };

struct worker {
    struct worker *next; /* of all live ones */
    struct spawn spawn;
    struct protocol protocol;
    const struct group_plan *plan;
    json_t *hello;
    bool alive;              /* not yet reaped */
    int64_t inherited_bytes; /* the peak of payoff's own memory when it started this one */
    int64_t peak_bytes; /* the worker's own since exec, before it was asked to leave; or −1 */
    struct worker_end end;
    struct capture output, errors;
};

static struct worker *live;

static bool is_live(pid_t pid)
{
    for (const struct worker *worker = live; worker != NULL; worker = worker->next) {
        if (worker->spawn.pid == pid)
            return true;
    }
    return false;
}

static void forget(const struct worker *worker)
{
    for (struct worker **at = &live; *at != NULL; at = &(*at)->next) {
        if (*at == worker) {
            *at = worker->next;
            return;
        }
    }
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void drain(struct capture *capture, int *fd)
{
    if (*fd >= 0 && !capture_drain(capture, *fd))
        close_fd(fd);
}

/* Waits for `fd`, or, with −1, for the worker's end, and keeps its output flowing meanwhile. A
 * reply that was written before the end is still read: the descriptor comes before the end. */
static bool watch(void *context, int fd, short events, int64_t deadline_ns, struct status *st)
{
    struct worker *worker = context;
    bool ended = false;
    for (;;) {
        struct pollfd fds[WATCHES] = {
            [WATCH_TARGET] = {.fd = fd, .events = events},
            [WATCH_OUTPUT] = {.fd = worker->spawn.output_fd, .events = POLLIN},
            [WATCH_ERRORS] = {.fd = worker->spawn.error_fd, .events = POLLIN},
            [WATCH_END] = {.fd = worker->spawn.pid_fd, .events = POLLIN},
        };
        if (!wait_ready(fds, WATCHES, deadline_ns, st))
            return false;
        if (fds[WATCH_OUTPUT].revents != 0)
            drain(&worker->output, &worker->spawn.output_fd);
        if (fds[WATCH_ERRORS].revents != 0)
            drain(&worker->errors, &worker->spawn.error_fd);
        if (fds[WATCH_TARGET].revents != 0)
            return true;
        /* Once more: it may have written between poll's look at the one and at the other. */
        if (ended)
            return fd < 0 || status_fail(st, STATUS_ENDED, "it is gone");
        ended = fds[WATCH_END].revents != 0;
    }
}

/* Waits for the end alone, whatever the user pressed meanwhile. False: it did not come. */
static bool await_end(struct worker *worker, double patience_s)
{
    int64_t deadline_ns = wait_deadline(patience_s);
    struct status st = STATUS_INIT;
    while (!watch(worker, -1, 0, deadline_ns, &st)) {
        if (st.code != STATUS_CANCELLED)
            return false;
        struct pollfd end = {.fd = worker->spawn.pid_fd, .events = POLLIN};
        int ready = poll(&end, 1, 10);
        if (ready > 0)
            return true;
        if ((ready < 0 && errno != EINTR) || wait_deadline(0) >= deadline_ns)
            return false;
    }
    return true;
}

/* Of a process, from its status in /proc: "VmHWM" is the peak since exec. −1: unknown. */
static int64_t memory_bytes(pid_t pid, const char *key)
{
    char path[64], text[64];
    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    char *whole = sysfile_whole("", path);
    bool found = whole != NULL && sysfile_field(whole, key, text, sizeof text);
    free(whole);
    return found ? (int64_t)strtoll(text, NULL, 10) * 1024 : -1;
}

/* What getrusage tells counts from before exec, where the worker had payoff's memory: what is no more
 * than payoff ever had until then is none of the worker's, and its own peak takes the place. */
static int64_t peak_of(const struct worker *worker, const struct rusage *usage)
{
    enum { HAIR_BYTES = 1 << 20 };                    /* what was touched on the way */
    int64_t bytes = (int64_t)usage->ru_maxrss * 1024; /* getrusage(2): KiB */
    bool own = worker->inherited_bytes >= 0 && bytes > worker->inherited_bytes + HAIR_BYTES;
    return own ? bytes : worker->peak_bytes;
}

static void note_end(struct worker *worker, int status, const struct rusage *usage)
{
    struct worker_end *end = &worker->end;
    end->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    end->maxrss_bytes = peak_of(worker, usage);
    end->user_ns =
        (uint64_t)usage->ru_utime.tv_sec * 1000000000 + (uint64_t)usage->ru_utime.tv_usec * 1000;
    end->system_ns =
        (uint64_t)usage->ru_stime.tv_sec * 1000000000 + (uint64_t)usage->ru_stime.tv_usec * 1000;
}

static void close_descriptors(struct worker *worker)
{
    close_fd(&worker->spawn.command_fd);
    close_fd(&worker->spawn.reply_fd);
    close_fd(&worker->spawn.output_fd);
    close_fd(&worker->spawn.error_fd);
    close_fd(&worker->spawn.pid_fd);
    protocol_free(&worker->protocol);
}

/* Kills the worker and all it started, reaps them, closes everything. */
static void bury(struct worker *worker)
{
    if (!worker->alive)
        return;
    struct pollfd gone = {.fd = worker->spawn.pid_fd, .events = POLLIN};
    worker->end.killed = poll(&gone, 1, 0) == 0;
    kill(-worker->spawn.pid, SIGKILL);
    kill(worker->spawn.pid, SIGKILL); /* should it have moved to another group */
    bool ended = await_end(worker, 5);
    /* Before it is reaped: its number is also its session's, and must not be given anew. */
    if (ended)
        worker->end.strays = orphans_end(worker->spawn.pid, worker->spawn.mark, is_live);
    int status = 0;
    struct rusage usage = {0};
    pid_t reaped;
    do
        reaped = wait4(worker->spawn.pid, &status, ended ? 0 : WNOHANG, &usage);
    while (reaped < 0 && errno == EINTR);
    if (reaped == worker->spawn.pid)
        note_end(worker, status, &usage);
    else /* stuck in the kernel: SIGKILL takes effect when it comes out, and init reaps it */
        worker->end =
            (struct worker_end){.exit_status = -1, .killed = true, .strays = 1, .maxrss_bytes = -1};
    drain(&worker->output, &worker->spawn.output_fd);
    drain(&worker->errors, &worker->spawn.error_fd);
    close_descriptors(worker);
    forget(worker);
    worker->alive = false;
}

void worker_end_text(const struct worker_end *end, char *text, size_t size)
{
    const char *hint = "";
    if (end->signal == SIGILL)
        hint = ": it may use instructions that this CPU does not have";
    else if (end->signal == SIGKILL && !end->killed)
        hint = ": the kernel does this when memory runs out";
    if (end->signal != 0)
        snprintf(text, size, "died of signal %d (%s)%s", end->signal, strsignal(end->signal), hint);
    else
        snprintf(text, size, "exited with status %d", end->exit_status);
}

/* After the worker's burial: the whole story in one sentence. */
static bool explain(struct worker *worker, const char *doing, struct status *st)
{
    char how[160], words[240], what[256];
    worker_end_text(&worker->end, how, sizeof how);
    snprintf(what, sizeof what, "%.*s", (int)sizeof what - 1, st->message);
    if (st->code == STATUS_ENDED && !worker->end.killed)
        status_fail(st, STATUS_ENDED, "the worker %s during '%s'", how, doing);
    else if (st->code == STATUS_CANCELLED)
        return status_fail(st, STATUS_CANCELLED, "interrupted during '%s'", doing);
    else if (st->code == STATUS_TIMEOUT)
        status_fail(st, STATUS_TIMEOUT, "%s; the worker was killed", what);
    else
        status_fail(st, st->code, "the worker was killed during '%s': %s", doing, what);

    const struct capture *last = worker->errors.total > 0 ? &worker->errors : &worker->output;
    capture_last_words(last, words, sizeof words);
    if (words[0] != '\0') {
        size_t used = strlen(st->message);
        snprintf(st->message + used, sizeof st->message - used, "; its last words: %s", words);
    }
    return false;
}

/* A worker that closed its replies is usually about to die: let it, so that the story is true. */
static bool end_of_talk(struct worker *worker, const char *doing, struct status *st)
{
    if (st->code == STATUS_ENDED)
        await_end(worker, 0.2);
    bury(worker);
    return explain(worker, doing, st);
}

bool worker_call(struct worker *worker, const json_t *command, double timeout_s, json_t **reply,
                 struct status *st)
{
    *reply = NULL;
    const char *name = json_string_value(json_object_get(command, "cmd"));
    if (!worker->alive)
        return status_fail(st, STATUS_ENDED, "the worker has ended; it cannot do '%s' any more",
                           name != NULL ? name : "?");
    if (protocol_call(&worker->protocol, command, timeout_s, reply, st))
        return true;
    if (*reply != NULL || st->code == STATUS_USAGE)
        return false;
    return end_of_talk(worker, name, st);
}

static bool check_hello(struct worker *worker, bool brief, struct status *st)
{
    const json_t *runtime = json_object_get(worker->hello, "runtime");
    const json_t *version = json_object_get(worker->hello, "protocol");
    if (!json_is_integer(version) || json_integer_value(version) != PROTOCOL_VERSION)
        return status_fail(st, STATUS_DATA, "it does not speak version %d of the protocol",
                           PROTOCOL_VERSION);
    if (!json_is_string(json_object_get(runtime, "name")) ||
        !json_is_string(json_object_get(runtime, "version")))
        return status_fail(st, STATUS_DATA, "it does not say the name and version of its runtime");
    if (!brief && !json_is_array(json_object_get(worker->hello, "modes")))
        return status_fail(st, STATUS_DATA, "it does not say which modes it has");
    return true;
}

static bool say_hello(struct worker *worker, bool brief, double timeout_s, struct status *st)
{
    json_t *hello = json_pack("{sssi}", "cmd", "hello", "protocol", PROTOCOL_VERSION);
    if (hello != NULL && brief && json_object_set_new(hello, "brief", json_true()) != 0) {
        json_decref(hello);
        hello = NULL;
    }
    if (hello == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory while starting a worker");
    bool success = worker_call(worker, hello, timeout_s, &worker->hello, st);
    json_decref(hello);
    if (success && !check_hello(worker, brief, st))
        success = end_of_talk(worker, "hello", st);
    return success;
}

bool worker_start(const struct spawn_spec *spec, double timeout_s, struct worker **out,
                  struct status *st)
{
    int64_t deadline_ns = wait_deadline(timeout_s);
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for a worker");
    worker->inherited_bytes = memory_bytes(getpid(), "VmHWM");
    worker->peak_bytes = -1;
    if (!orphans_adopt(st) || !spawn_start(spec, deadline_ns, &worker->spawn, st)) {
        free(worker);
        return false;
    }
    worker->alive = true;
    worker->plan = spec->plan;
    worker->next = live;
    live = worker;
    protocol_init(&worker->protocol, worker->spawn.command_fd, worker->spawn.reply_fd, watch,
                  worker);
    if (!say_hello(worker, spec->brief, timeout_s, st)) {
        worker_free(worker);
        return status_prefix(st, "starting %s", spec->argv[0]);
    }
    *out = worker;
    return true;
}

const struct worker_end *worker_stop(struct worker *worker, double grace_s)
{
    if (worker->alive) {
        json_t *leave = json_pack("{ss}", "cmd", "leave"), *reply = NULL;
        struct status st = STATUS_INIT;
        int64_t deadline_ns = wait_deadline(grace_s);
        worker->peak_bytes = memory_bytes(worker->spawn.pid, "VmHWM");
        if (leave != NULL && protocol_call(&worker->protocol, leave, grace_s, &reply, &st))
            watch(worker, -1, 0, deadline_ns, &st);
        json_decref(leave);
        json_decref(reply);
        bury(worker);
    }
    return &worker->end;
}

void worker_free(struct worker *worker)
{
    if (worker == NULL)
        return;
    bury(worker);
    json_decref(worker->hello);
    free(worker);
}

bool worker_alive(const struct worker *worker)
{
    return worker->alive;
}

pid_t worker_pid(const struct worker *worker)
{
    return worker->spawn.pid;
}

const json_t *worker_hello(const struct worker *worker)
{
    return worker->hello;
}

const struct group_plan *worker_plan(const struct worker *worker)
{
    return worker->plan;
}

const char *worker_uncounted(const struct worker *worker)
{
    return worker->spawn.counted ? NULL : worker->spawn.uncounted;
}

const struct capture *worker_output(const struct worker *worker)
{
    return &worker->output;
}

const struct capture *worker_errors(const struct worker *worker)
{
    return &worker->errors;
}
