/* group_pack: events into as few groups as are proven to fit. Inside a plan. */
#ifndef PAYOFF_COUNTERS_GROUP_PACK_H
#define PAYOFF_COUNTERS_GROUP_PACK_H

#include "counters/group_plan.h"

/* Puts the events of one request into groups that are proven to fit. */
void plan_pack(struct group_plan *plan, const size_t *members, size_t member_count);

#endif
