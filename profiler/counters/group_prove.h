/* group_prove: open, run, read once; only then is an event, or a group, believed. Inside a plan. */
#ifndef PAYOFF_COUNTERS_GROUP_PROVE_H
#define PAYOFF_COUNTERS_GROUP_PROVE_H

#include "counters/group_plan.h"

enum proof {
    PROOF_RUNS,        /* opened, ran and counted */
    PROOF_REFUSED,     /* did not open */
    PROOF_NEVER_RAN,   /* opened, but got no counter */
    PROOF_STAYED_ZERO, /* ran, but a busy loop left it at 0 */
    PROOF_LACKING,     /* ran and stayed 0, and the PMU does not claim to have it */
    PROOF_ELSEWHERE,   /* the thread may not run where it counts */
};

/* How long a group may wait for a counter. The kernel rotates groups every 1 to 4 ms. */
enum { PROOF_WAIT_MS = 10 };

/* Opens these events as one group on the calling thread, runs a busy loop and reads them. On
 * PROOF_REFUSED, *sys_errno says why. */
enum proof plan_prove(const struct source *source, const struct event *events,
                      const size_t *members, size_t member_count, int *sys_errno);

/* True when this event can be counted on the calling thread all the time while all groups of the
 * plan are; else STATUS_UNAVAILABLE with a reason for people. Events of one kind of core of a hybrid
 * processor rest on the others, so that nothing can be told of them: true. */
bool plan_prove_room(const struct group_plan *plan, size_t index, struct status *st);

/* Climbs down the ladder for one event: records what it can be counted as, or why not. */
bool plan_prove_event(struct group_plan *plan, size_t index, struct status *st);

#endif
