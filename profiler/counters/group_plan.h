/* group_plan: the inside of a plan, shared by the group_*.c files only. */
#ifndef PAYOFF_COUNTERS_GROUP_PLAN_H
#define PAYOFF_COUNTERS_GROUP_PLAN_H

#include "counters/event.h"
#include "counters/group.h"
#include "counters/source.h"

struct plan_group {
    size_t members[SOURCE_MEMBERS_MAX]; /* indices of events, in the order of a reading */
    size_t member_count;
    int pmu;         /* members share it; see plan_pmu */
    size_t row;      /* groups of one row, each on a PMU of its own, count at the same time */
    size_t too_many; /* so many members did not fit */
};

struct group_plan {
    const struct source *source;
    struct event *events;        /* as they are counted */
    struct group_event *public_; /* the same, as others see them */
    size_t event_count;
    struct plan_group *groups; /* room for one per event */
    size_t group_count;
};

/* An empty plan with room for so many events, at least one; NULL: out of memory. Free it with
 * group_plan_free. */
struct group_plan *plan_new(const struct source *source, size_t room);

/* Gives an event up: state, a copy of the reason, out of its group. */
bool plan_give_up(struct group_plan *plan, size_t index, enum counts_state state,
                  const char *reason, struct status *st);

#endif
