#include "counters/group_pack.h"

#include "counters/event_table.h"
#include "counters/group_prove.h"

#include <string.h>

/* Groups never span PMUs. The three types that the core PMU serves are one. */
static int plan_pmu(const struct event *event)
{
    switch (event->code.type) {
    case EVENT_TYPE_HARDWARE:
    case EVENT_TYPE_HW_CACHE:
    case EVENT_TYPE_RAW:
        return EVENT_TYPE_RAW;
    default:
        return (int)event->code.type;
    }
}

static void join(struct group_plan *plan, size_t group, const size_t *members, size_t member_count)
{
    struct plan_group *to = &plan->groups[group];
    for (size_t i = 0; i < member_count; i++) {
        plan->public_[members[i]].group = (int)group;
        plan->public_[members[i]].slot = (int)to->member_count;
        to->members[to->member_count++] = members[i];
    }
}

static bool fits(const struct group_plan *plan, const struct plan_group *group,
                 const size_t *members, size_t member_count)
{
    size_t all[SOURCE_MEMBERS_MAX];
    size_t count = group->member_count + member_count;
    if (count > SOURCE_MEMBERS_MAX)
        return false;
    memcpy(all, group->members, group->member_count * sizeof *all);
    memcpy(all + group->member_count, members, member_count * sizeof *all);
    int sys_errno = 0;
    return plan_prove(plan->source, plan->events, all, count, &sys_errno) == PROOF_RUNS;
}

/* Into a group of their PMU that has room for all of them, else into a new one. */
static bool place_together(struct group_plan *plan, int pmu, const size_t *members,
                           size_t member_count)
{
    for (size_t g = 0; g < plan->group_count; g++) {
        struct plan_group *group = &plan->groups[g];
        /* Each failure costs PROOF_WAIT_MS: ask no group twice for as much. */
        if (group->pmu != pmu || group->member_count + member_count >= group->too_many)
            continue;
        if (fits(plan, group, members, member_count)) {
            join(plan, g, members, member_count);
            return true;
        }
        group->too_many = group->member_count + member_count;
    }
    struct plan_group *fresh = &plan->groups[plan->group_count];
    *fresh = (struct plan_group){.pmu = pmu, .too_many = SOURCE_MEMBERS_MAX + 1};
    /* One event alone has been proven already. */
    if (member_count > 1 && !fits(plan, fresh, members, member_count))
        return false;
    join(plan, plan->group_count++, members, member_count);
    return true;
}

/* Another spelling of something that is counted already shares its counter. */
static bool share(struct group_plan *plan, size_t index)
{
    for (size_t i = 0; i < plan->event_count; i++) {
        struct group_event *other = &plan->public_[i];
        if (i == index || other->group < 0 ||
            !event_code_equal(&plan->events[i].code, &plan->events[index].code))
            continue;
        plan->public_[index].group = other->group;
        plan->public_[index].slot = other->slot;
        return true;
    }
    return false;
}

static bool wants_place(const struct group_plan *plan, size_t index)
{
    const struct group_event *event = &plan->public_[index];
    return event->state == COUNTS_EXACT && event->group < 0;
}

/* True when members[0 … count) already holds another spelling of `index`. */
static bool among(const struct group_plan *plan, const size_t *members, size_t count, size_t index)
{
    for (size_t i = 0; i < count; i++) {
        if (event_code_equal(&plan->events[members[i]].code, &plan->events[index].code))
            return true;
    }
    return false;
}

void plan_pack(struct group_plan *plan, const size_t *members, size_t member_count)
{
    for (size_t first = 0; first < member_count; first++) {
        if (!wants_place(plan, members[first]) || share(plan, members[first]))
            continue;
        /* All of the request that goes to the same PMU as the first unplaced one. */
        int pmu = plan_pmu(&plan->events[members[first]]);
        size_t together[GROUP_EVENTS_MAX];
        size_t count = 0;
        for (size_t i = first; i < member_count; i++) {
            if (wants_place(plan, members[i]) && plan_pmu(&plan->events[members[i]]) == pmu &&
                !share(plan, members[i]) && !among(plan, together, count, members[i]))
                together[count++] = members[i];
        }
        if (!place_together(plan, pmu, together, count)) {
            for (size_t i = 0; i < count; i++)
                place_together(plan, pmu, &together[i], 1);
        }
        for (size_t i = first; i < member_count; i++) {
            if (wants_place(plan, members[i]))
                share(plan, members[i]);
        }
    }
}
