/* sample: one measurement: run, read the reply, decode and subtract the counters, doubt the rest.
 */
#ifndef PAYOFF_WORKERS_SAMPLE_H
#define PAYOFF_WORKERS_SAMPLE_H

#include "base/counts.h"
#include "workers/worker.h"

struct sample_request {
    const char *mode;  /* "serial", "process", "thread", "empty" */
    int jobs;          /* ≥ 1 */
    const char *start; /* "warm", "cold" */
    int64_t loops;     /* ≥ 1 */
};

/* What one of the jobs did. Unknown is −1. `tid`: its thread, as `crew` of the protocol tells it. */
struct sample_share {
    int64_t id, wall_ns, cpu_ns, tasks, switches, tid;
};

struct sample {
    int64_t wall_ns;
    int64_t cpu_ns;        /* −1: unknown */
    struct counts *counts; /* one per event of the plan; NULL without a plan */
    size_t count_count;
    struct sample_share *shares; /* NULL: the worker does not tell */
    size_t share_count;
};

/* Takes one measurement. As worker_call on failure, with *reply set for an orderly error; besides,
 * STATUS_DATA for a measurement that cannot be true (the worker lives on). On success the caller
 * frees the sample; the reasons in its counts live as long as the worker and its plan. */
bool sample_take(struct worker *worker, const struct sample_request *request, double timeout_s,
                 struct sample *sample, json_t **reply, struct status *st);

/* How many samples the worker takes on one command: 1 where it does not say that it takes more. */
size_t sample_most(const struct worker *worker);

struct sample_list {
    struct sample *samples; /* in the order in which they were taken */
    size_t count;
};

/* Takes `count` serial samples, one right after the other, on one command: between them the worker
 * does next to nothing. As sample_take; the caller frees the list. `count` ≤ sample_most(). */
bool sample_take_list(struct worker *worker, const struct sample_request *request, size_t count,
                      double timeout_s, struct sample_list *list, json_t **reply,
                      struct status *st);

/* Decodes a reply to `run` with `samples`, which must be `count`. Else as sample_decode. */
bool sample_decode_list(const json_t *reply, size_t count, const struct group_plan *plan,
                        const char *uncounted, int64_t span_ns, struct sample_list *list,
                        struct status *st);

/* Decodes a reply to `run`. `plan` may be NULL; `uncounted` is why the plan's groups are not open
 * on the worker, NULL when they are. `span_ns` is how long payoff waited for the reply: no
 * measurement is longer. `empty`: the run did no work, and may take no time. */
bool sample_decode(const json_t *reply, const struct group_plan *plan, const char *uncounted,
                   int64_t span_ns, bool empty, struct sample *sample, struct status *st);

void sample_free(struct sample *sample);
void sample_list_free(struct sample_list *list);

#endif
