/* group: a list of event names -> groups that fit the PMU -> readings.
 *
 * A plan is made once per run: every event is parsed (libpfm4), opened, run and read once on this
 * process to prove that it counts here; the ladder kernel+user -> user only -> not available is
 * climbed down there, once, and what it took is recorded in the event's name and reason. The plan
 * is then opened on each worker from inside the child, before exec. Immutable after
 * group_plan_make, so it may be read from any thread.
 *
 * What a worker reads from a group's descriptor, and what group_plan_decode takes, is at most
 * GROUP_READING_MAX bytes: members, time enabled, time running, then count and id of each member,
 * all uint64_t in the machine's byte order (struct source_reading). */
#ifndef PAYOFF_COUNTERS_GROUP_H
#define PAYOFF_COUNTERS_GROUP_H

#include "base/counts.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;
struct group_plan;

enum { GROUP_READING_MAX = 536, GROUP_EVENTS_MAX = 256 };

/* One set of events that belong together (a metric): they are kept in one group where they fit. */
struct group_request {
    const char *const *events; /* names as the user writes them */
    size_t event_count;
};

/* What became of one event. The strings belong to the plan.
 *
 * On a hybrid processor an event is counted once per kind of core: the plan then has the event as
 * asked for, which is in no group because it is the sum, and right behind it a part for each kind
 * of core ("cpu_atom::instructions"), asked under its own name. */
struct group_event {
    const char *asked;         /* as written: "instructions" */
    const char *name;          /* as it is really counted: "instructions:u" */
    const char *unit;          /* "events" or "ns" */
    const char *reason;        /* why it is not counted, or why it is less than asked; else NULL */
    enum counts_state state;   /* COUNTS_EXACT when it counts here, else why not */
    enum counts_source source; /* hardware or software */
    int group;                 /* index of its group; -1 when it is in none */
    int slot;                  /* index within the group's reading; -1 when it is in none */
    size_t parts; /* a sum over kinds of core: so many events that follow are its parts */
    int part_of;  /* a part: the index of its sum; else -1 */
};

/* Makes a plan. Each different spelling asked for is one event, in the order of asking; two
 * spellings of the same thing share one counter (group and slot are equal). An event that is known
 * but cannot be counted here is no failure: it is in the plan with its state and reason. An unknown
 * name is STATUS_NOT_FOUND and the message suggests the nearest; a bad modifier, or more than
 * GROUP_EVENTS_MAX different events, is STATUS_USAGE. The source must outlive the plan. The caller
 * frees *plan with group_plan_free. Takes about 1 ms per group, 10 ms more where groups must be
 * split. */
bool group_plan_make(const struct source *source, const struct group_request *requests,
                     size_t request_count, struct group_plan **plan, struct status *st);
void group_plan_free(struct group_plan *plan); /* NULL is fine */

size_t group_plan_event_count(const struct group_plan *plan);
const struct group_event *group_plan_event(const struct group_plan *plan, size_t index);
size_t group_plan_group_count(const struct group_plan *plan);

/* Opens every group of the plan on the calling process with inherit=1, enabled, not close-on-exec,
 * and stores the leaders' descriptors in fds[0 … group_count). For use between clone and exec: calls
 * nothing but system calls and pure functions, so on failure the status has sys_errno, and a
 * message that names the event and leaves the errno's words to the caller. On failure everything it
 * opened is closed again. The member (non-leader) descriptors stay open too: closing one would
 * shrink its group. */
bool group_plan_open_self(const struct group_plan *plan, int *fds, struct status *st);

/* Decodes one group's two raw readings and writes the difference of every event of that group to
 * counts[event index]; counts has group_plan_event_count elements and the other groups' elements
 * are left alone. A reading of the wrong size or shape, or two readings of different counters, is
 * STATUS_DATA and leaves counts alone; an empty one (0 bytes: could not be scheduled) makes the
 * events "not counted". Hostile input is expected; the bytes need no alignment. */
bool group_plan_decode(const struct group_plan *plan, size_t group, const void *before,
                       size_t before_size, const void *after, size_t after_size,
                       struct counts *counts, struct status *st);

/* Writes the plan's own verdict for every event that is in no group (unsupported, not counted). */
void group_plan_missing(const struct group_plan *plan, struct counts *counts);

/* The last step, after every group has been decoded and the missing written: fills in the sums over
 * kinds of core, and corrects their parts: one whose kind of core was never visited is not counted,
 * and the others are not scaled by the time that the work spent on other kinds. Changes nothing on
 * a processor whose cores are all alike. */
void group_plan_merge(const struct group_plan *plan, struct counts *counts);

#endif
