/* group_cost: what measuring with a plan costs the measured. */
#ifndef PAYOFF_COUNTERS_GROUP_COST_H
#define PAYOFF_COUNTERS_GROUP_COST_H

#include "counters/group.h"

/* Medians over many brackets around nothing, on this process. */
struct group_cost {
    double read_ns;    /* one read() of every group */
    double bracket_ns; /* a bracket around nothing: every group read twice, and the clock twice */
    size_t brackets;   /* how many were measured */
};

/* Opens the plan on the calling thread and measures; takes some ms. Not for use while this thread's
 * own work is being measured. */
bool group_plan_probe_cost(const struct group_plan *plan, struct group_cost *cost,
                           struct status *st);

#endif
