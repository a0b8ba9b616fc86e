/* group_passes: a plan that needs more counters than there are, taken apart into passes.
 *
 * The groups of a plan share the counters by taking turns, so that their counts are extrapolated.
 * Where each count shall be exact, the work is run once per pass, with a worker that counts that
 * pass alone. A pass has one group of each PMU; what never has to take turns (software events, a PMU
 * whose events fit at once) is counted in every pass. Pure functions but for memory. */
#ifndef PAYOFF_COUNTERS_GROUP_PASSES_H
#define PAYOFF_COUNTERS_GROUP_PASSES_H

#include "counters/group.h"

/* The reason of an event that a pass leaves to another one. */
extern const char group_reason_other_pass[];

/* How many passes count everything; 1 where nothing has to take turns. */
size_t group_plan_pass_count(const struct group_plan *plan);

/* A plan of the same events, in the same order, that counts those of one pass, from 0; the others
 * are "not counted", because they are measured in another pass. Independent of `plan`; the caller
 * frees it. */
bool group_plan_pass(const struct group_plan *plan, size_t index, struct group_plan **pass,
                     struct status *st);

#endif
