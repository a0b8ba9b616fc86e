#include "counters/group_passes.h"

#include "counters/group_plan.h"

#include <stdlib.h>
#include <string.h>

const char group_reason_other_pass[] = "measured in another pass";

size_t group_plan_pass_count(const struct group_plan *plan)
{
    size_t passes = 1;
    for (size_t g = 0; g < plan->group_count; g++) {
        if (plan->groups[g].row + 1 > passes)
            passes = plan->groups[g].row + 1;
    }
    return passes;
}

/* The parts of a sum stay together; any other PMU with a single group has counters for all. */
static bool is_in_pass(const struct group_plan *plan, size_t group, size_t pass)
{
    const struct plan_group *wanted = &plan->groups[group];
    if (wanted->row == pass)
        return true;
    if (plan->events[wanted->members[0]].core != NULL)
        return false;
    size_t groups = 0;
    for (size_t g = 0; g < plan->group_count; g++)
        groups += plan->groups[g].pmu == wanted->pmu;
    return groups == 1;
}

/* What a group's index becomes in the pass; -1 when it is not in it. */
static int index_in_pass(const struct group_plan *plan, int group, size_t pass)
{
    int index = 0;
    if (group < 0 || !is_in_pass(plan, (size_t)group, pass))
        return -1;
    for (size_t g = 0; g < (size_t)group; g++)
        index += is_in_pass(plan, g, pass);
    return index;
}

/* A sum is counted when its parts are. */
static bool is_sum_in_pass(const struct group_plan *plan, size_t sum, size_t pass)
{
    for (size_t part = sum + 1; part <= sum + plan->public_[sum].parts; part++) {
        int group = plan->public_[part].group;
        if (group >= 0 && plan->groups[group].row == pass)
            return true;
    }
    return false;
}

static bool copy_event(const struct group_plan *plan, size_t index, size_t pass,
                       struct group_plan *to)
{
    const struct group_event *from = &plan->public_[index];
    struct group_event *event = &to->public_[index];
    const char *reason = from->reason;
    to->events[index] = plan->events[index];
    *event = *from;
    event->name = to->events[index].name;
    event->group = index_in_pass(plan, from->group, pass);
    bool elsewhere = from->group >= 0 && event->group < 0;
    if (from->parts > 0 && from->state == COUNTS_EXACT)
        elsewhere = !is_sum_in_pass(plan, index, pass);
    if (elsewhere) {
        event->state = COUNTS_NOT_COUNTED;
        event->slot = -1;
        reason = group_reason_other_pass;
    }
    event->asked = strdup(from->asked);
    event->reason = reason != NULL ? strdup(reason) : NULL;
    to->event_count++; /* from here on group_plan_free owns them */
    return event->asked != NULL && (reason == NULL || event->reason != NULL);
}

bool group_plan_pass(const struct group_plan *plan, size_t index, struct group_plan **pass,
                     struct status *st)
{
    if (index >= group_plan_pass_count(plan))
        return status_fail(st, STATUS_USAGE, "there is no pass %zu of %zu", index + 1,
                           group_plan_pass_count(plan));
    struct group_plan *copy = plan_new(plan->source, plan->event_count + 1);
    bool done = copy != NULL;
    for (size_t i = 0; done && i < plan->event_count; i++)
        done = copy_event(plan, i, index, copy);
    if (!done) {
        group_plan_free(copy);
        return status_fail(st, STATUS_MEMORY, "out of memory while planning counters");
    }
    for (size_t g = 0; g < plan->group_count; g++) {
        if (is_in_pass(plan, g, index))
            copy->groups[copy->group_count++] = plan->groups[g];
    }
    *pass = copy;
    return true;
}
