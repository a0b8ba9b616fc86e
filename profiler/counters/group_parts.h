/* group_parts: one event per kind of core of a hybrid processor, and their sum. Inside a plan. */
#ifndef PAYOFF_COUNTERS_GROUP_PARTS_H
#define PAYOFF_COUNTERS_GROUP_PARTS_H

#include "counters/group_plan.h"

/* True when the processor has several kinds of core with a PMU each. */
bool parts_wanted(const struct source *source);

/* The event of `core` that counts the same; its name says which core. False when there is none to
 * be made: a software event, an event of one PMU by its nature, a name that gets too long. */
bool parts_make(const struct event *whole, const struct pmu *core, struct event *part);

/* After the parts have been proven: says what the sums are counted as, or why they are not. */
bool parts_settle(struct group_plan *plan, struct status *st);

#endif
