/* worker: start one worker process, talk to it, time it out, bury it.
 *
 * A worker belongs to payoff from start to burial: whatever happens (an answer, a crash, a hang,
 * garbage, Ctrl-C), no process of its tree and no descriptor is left behind. What it writes to
 * stdout and stderr is kept (capture.h). For the main thread; several workers may live at once. */
#ifndef PAYOFF_WORKERS_WORKER_H
#define PAYOFF_WORKERS_WORKER_H

#include "workers/capture.h"
#include "workers/spawn.h"

#include <jansson.h>

struct worker;

/* How a worker ended. */
struct worker_end {
    int exit_status; /* −1 when a signal ended it */
    int signal;      /* 0 when it exited */
    bool killed;     /* by payoff: it hung, broke the protocol, or did not leave in time */
    /* The largest of the worker and of the children it waited for; of the worker alone where they
     * had no more than payoff itself; −1: not known. */
    int64_t maxrss_bytes;
    uint64_t user_ns, system_ns; /* CPU time of the same */
    size_t strays;               /* processes it left that could not be ended */
};

/* Starts a worker and says hello, all within `timeout_s`. The plan, if any, must outlive it. On
 * failure the message has the worker's last words. The caller frees *worker. */
bool worker_start(const struct spawn_spec *spec, double timeout_s, struct worker **worker,
                  struct status *st);

/* Ends it if it still lives, buries it, and forgets it. NULL is fine. */
void worker_free(struct worker *worker);

/* One command. True: *reply is the reply. False with *reply set: the orderly error reply of a
 * worker that lives on (protocol.h says which codes). False with *reply NULL: STATUS_USAGE, and
 * nothing was sent; or the worker is dead and buried (worker_end tells how) and the message says
 * why: STATUS_ENDED it died, STATUS_TIMEOUT it was too slow, STATUS_DATA it broke the protocol,
 * STATUS_CANCELLED the user interrupted. The caller releases *reply. */
bool worker_call(struct worker *worker, const json_t *command, double timeout_s, json_t **reply,
                 struct status *st);

/* Asks it to leave, waits, kills what does not go within `grace_s`, and buries it; harmless when it
 * is buried already. The worker's end; it lives as long as the worker. */
const struct worker_end *worker_stop(struct worker *worker, double grace_s);

bool worker_alive(const struct worker *worker);
pid_t worker_pid(const struct worker *worker);

/* The reply to hello: "runtime", "modes". Borrowed. */
const json_t *worker_hello(const struct worker *worker);

/* The plan it was started with, NULL for none; and why its counters could not be opened on it, NULL
 * when they were. Borrowed. */
const struct group_plan *worker_plan(const struct worker *worker);
const char *worker_uncounted(const struct worker *worker);

const struct capture *worker_output(const struct worker *worker);
const struct capture *worker_errors(const struct worker *worker);

/* "exited with status 3", "died of signal 11 (Segmentation fault)". */
void worker_end_text(const struct worker_end *end, char *text, size_t size);

#endif
