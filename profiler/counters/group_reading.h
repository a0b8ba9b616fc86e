/* group_reading: a plan at work, opened inside a worker and decoded here. Inside a plan; others use
 * group.h. */
#ifndef PAYOFF_COUNTERS_GROUP_READING_H
#define PAYOFF_COUNTERS_GROUP_READING_H

#include "counters/group_plan.h"

/* group_plan_open_self with `flags` for each open; all descriptors, leaders' and members', are
 * stored in `opened`, which has room for one per event. */
bool plan_open(const struct group_plan *plan, unsigned flags, int *leaders, int *opened,
               size_t *opened_count, struct status *st);
void plan_close(const struct group_plan *plan, const int *opened, size_t opened_count);

#endif
