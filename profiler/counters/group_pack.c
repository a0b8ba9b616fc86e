#include "counters/group_pack.h"

#include "counters/event_table.h"
#include "counters/group_prove.h"

#include <string.h>

enum { CORE_TYPE_SHIFT = 32, EVERY_CORE = -1 };

/* What is to be placed at once on one PMU. Events of a hybrid processor have a lane for each kind
 * of core, so that the parts of a sum are always counted at the same time. */
struct lane {
    int pmu;
    size_t members[GROUP_EVENTS_MAX];
    size_t member_count;
};

struct lanes {
    struct lane list[PMU_MAX];
    size_t count;
};

/* Groups never span PMUs. The three types that the core PMU serves are one. */
static int plan_pmu(const struct event *event)
{
    uint64_t core = event->code.config >> CORE_TYPE_SHIFT;
    switch (event->code.type) {
    case EVENT_TYPE_HARDWARE:
    case EVENT_TYPE_HW_CACHE:
        return core != 0 ? (int)core : EVENT_TYPE_RAW;
    default:
        return (int)event->code.type;
    }
}

/* The group of a row on a PMU, or group_count. */
static size_t group_at(const struct group_plan *plan, size_t row, int pmu)
{
    size_t g = 0;
    while (g < plan->group_count && (plan->groups[g].row != row || plan->groups[g].pmu != pmu))
        g++;
    return g;
}

static void join(struct group_plan *plan, size_t row, const struct lane *lane)
{
    size_t g = group_at(plan, row, lane->pmu);
    struct plan_group *group = &plan->groups[g];
    if (g == plan->group_count) {
        *group =
            (struct plan_group){.pmu = lane->pmu, .row = row, .too_many = SOURCE_MEMBERS_MAX + 1};
        plan->group_count++;
    }
    for (size_t i = 0; i < lane->member_count; i++) {
        plan->public_[lane->members[i]].group = (int)g;
        plan->public_[lane->members[i]].slot = (int)group->member_count;
        group->members[group->member_count++] = lane->members[i];
    }
}

static bool fits(const struct group_plan *plan, const struct plan_group *group,
                 const struct lane *lane)
{
    size_t all[SOURCE_MEMBERS_MAX];
    size_t before = group != NULL ? group->member_count : 0;
    size_t count = before + lane->member_count;
    if (count > SOURCE_MEMBERS_MAX)
        return false;
    if (group != NULL)
        memcpy(all, group->members, before * sizeof *all);
    memcpy(all + before, lane->members, lane->member_count * sizeof *all);
    int sys_errno = 0;
    return plan_prove(plan->source, plan->events, all, count, &sys_errno) == PROOF_RUNS;
}

enum room { ROOM, NO_ROOM_HERE, NO_ROOM_ANYWHERE };

static enum room room_for(struct group_plan *plan, size_t row, const struct lane *lane)
{
    size_t g = group_at(plan, row, lane->pmu);
    if (g == plan->group_count) /* one event alone has been proven already */
        return lane->member_count == 1 || fits(plan, NULL, lane) ? ROOM : NO_ROOM_ANYWHERE;
    struct plan_group *group = &plan->groups[g];
    size_t count = group->member_count + lane->member_count;
    /* Each failure costs PROOF_WAIT_MS: ask no group twice for as much. */
    if (count >= group->too_many)
        return NO_ROOM_HERE;
    if (fits(plan, group, lane))
        return ROOM;
    group->too_many = count;
    return NO_ROOM_HERE;
}

/* Into the first row that has room for all of them; a new one at the latest, unless there are more
 * than any group can hold. */
static bool place_together(struct group_plan *plan, const struct lanes *lanes)
{
    for (size_t row = 0;; row++) {
        enum room room = ROOM;
        for (size_t i = 0; i < lanes->count && room == ROOM; i++)
            room = room_for(plan, row, &lanes->list[i]);
        if (room == NO_ROOM_ANYWHERE)
            return false;
        if (room == NO_ROOM_HERE)
            continue;
        for (size_t i = 0; i < lanes->count; i++)
            join(plan, row, &lanes->list[i]);
        return true;
    }
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
    return event->parts == 0 && event->state == COUNTS_EXACT && event->group < 0;
}

/* True when the lane already holds another spelling of `index`. */
static bool among(const struct group_plan *plan, const struct lane *lane, size_t index)
{
    for (size_t i = 0; i < lane->member_count; i++) {
        if (event_code_equal(&plan->events[lane->members[i]].code, &plan->events[index].code))
            return true;
    }
    return false;
}

static void add_one(struct group_plan *plan, struct lanes *lanes, size_t index)
{
    if (!wants_place(plan, index) || share(plan, index))
        return;
    int pmu = plan_pmu(&plan->events[index]);
    size_t i = 0;
    while (i < lanes->count && lanes->list[i].pmu != pmu)
        i++;
    struct lane *lane = &lanes->list[i];
    if (i == lanes->count) {
        lane->pmu = pmu;
        lane->member_count = 0;
        lanes->count++;
    }
    if (!among(plan, lane, index))
        lane->members[lane->member_count++] = index;
}

/* An event, or all the parts of a sum. */
static void add_whole(struct group_plan *plan, struct lanes *lanes, size_t index)
{
    add_one(plan, lanes, index);
    for (size_t part = 1; part <= plan->public_[index].parts; part++)
        add_one(plan, lanes, index + part);
}

/* Events of one request with the same key go together. */
static int key(const struct group_plan *plan, size_t index)
{
    return plan->public_[index].parts > 0 ? EVERY_CORE : plan_pmu(&plan->events[index]);
}

void plan_pack(struct group_plan *plan, const size_t *members, size_t member_count)
{
    for (size_t first = 0; first < member_count; first++) {
        int wanted = key(plan, members[first]);
        struct lanes lanes = {.count = 0};
        add_whole(plan, &lanes, members[first]);
        if (lanes.count == 0)
            continue;
        for (size_t i = first + 1; i < member_count; i++) {
            if (key(plan, members[i]) == wanted)
                add_whole(plan, &lanes, members[i]);
        }
        place_together(plan, &lanes);
        /* One by one where that failed; else only other spellings are left, to share counters. */
        for (size_t i = first; i < member_count; i++) {
            lanes.count = 0;
            if (key(plan, members[i]) == wanted)
                add_whole(plan, &lanes, members[i]);
            if (lanes.count > 0)
                place_together(plan, &lanes);
        }
    }
}
