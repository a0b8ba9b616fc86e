/* group: a list of event names -> groups that fit the PMU -> readings.
 *
 * A plan is made once per run: every event is parsed (libpfm4), opened, run and read once on this
 * process to prove that it counts here; the ladder kernel+user -> user only -> not available is
 * climbed down there, once, and what it took is recorded in the event's name and reason. The plan
 * is then opened on each worker from inside the forked child, before exec. Immutable after
 * group_plan_make, so it may be read from any thread. */
#ifndef PAYOFF_COUNTERS_GROUP_H
#define PAYOFF_COUNTERS_GROUP_H

#include "base/counts.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct source;
struct group_plan;

/* One set of events that belong together (a metric): they are kept in one group where they fit. */
struct group_request {
    const char *const *events; /* names as the user writes them */
    size_t event_count;
};

/* What became of one event. The strings belong to the plan. */
struct group_event {
    const char *asked;         /* as written: "instructions" */
    const char *name;          /* as it is really counted: "instructions:u" */
    const char *unit;          /* "events" or "ns" */
    const char *reason;        /* why it is not counted, or why it is less than asked; else NULL */
    enum counts_state state;   /* COUNTS_EXACT when it counts here, else why not */
    enum counts_source source; /* hardware or software */
    int group;                 /* index of its group; -1 when it is in none */
    int slot;                  /* index within the group's reading */
};

/* Makes a plan. An event that is known but cannot be counted here is no failure: it is in the plan
 * with its state and reason. An unknown name is STATUS_NOT_FOUND and the message suggests the
 * nearest. The source must outlive the plan. The caller frees *plan with group_plan_free. */
bool group_plan_make(const struct source *source, const struct group_request *requests,
                     size_t request_count, struct group_plan **plan, struct status *st);
void group_plan_free(struct group_plan *plan); /* NULL is fine */

size_t group_plan_event_count(const struct group_plan *plan);
const struct group_event *group_plan_event(const struct group_plan *plan, size_t index);
size_t group_plan_group_count(const struct group_plan *plan);

/* Opens every group of the plan on the calling process with inherit=1, enabled, not close-on-exec,
 * and stores the leaders' descriptors in fds[0 … group_count). For use between fork and exec: calls
 * nothing but system calls and pure functions. On failure everything it opened is closed again. The
 * member (non-leader) descriptors stay open too: closing one would shrink its group. */
bool group_plan_open_self(const struct group_plan *plan, int *fds, struct status *st);

/* Decodes one group's two raw readings (PERF_FORMAT_GROUP with both times) and writes the
 * difference of every event of that group to counts[event index]; counts has group_plan_event_count
 * elements and the other groups' elements are left alone. A reading of the wrong size is
 * STATUS_DATA, and an empty one (0 bytes: could not be scheduled) makes the events "not counted".
 * Hostile input is expected. */
bool group_plan_decode(const struct group_plan *plan, size_t group, const void *before,
                       size_t before_size, const void *after, size_t after_size,
                       struct counts *counts, struct status *st);

/* Writes the plan's own verdict for every event that is in no group (unsupported, not counted). */
void group_plan_missing(const struct group_plan *plan, struct counts *counts);

#endif
