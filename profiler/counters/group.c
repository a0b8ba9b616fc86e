#include "counters/group.h"

#include "counters/group_pack.h"
#include "counters/group_parts.h"
#include "counters/group_plan.h"
#include "counters/group_prove.h"
#include "counters/group_reading.h"
#include "counters/reason.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct source_reading) == GROUP_READING_MAX, "what a worker must read");

static bool no_memory(struct status *st)
{
    return status_fail(st, STATUS_MEMORY, "out of memory while planning counters");
}

/* Index of the event of that spelling, or event_count. */
static size_t find_asked(const struct group_plan *plan, const char *text)
{
    size_t i = 0;
    while (i < plan->event_count && strcmp(plan->public_[i].asked, text) != 0)
        i++;
    return i;
}

/* The event is plan->events[plan->event_count]. */
static bool append(struct group_plan *plan, const char *text, int part_of, struct status *st)
{
    struct event *event = &plan->events[plan->event_count];
    char *asked = strdup(text);
    if (asked == NULL)
        return no_memory(st);
    plan->public_[plan->event_count++] = (struct group_event){
        .asked = asked,
        .name = event->name,
        .unit = event->unit,
        .state = COUNTS_EXACT,
        .source = event->source,
        .group = -1,
        .slot = -1,
        .part_of = part_of,
    };
    return true;
}

static bool has_room(const struct group_plan *plan, size_t events, struct status *st)
{
    return plan->event_count + events <= GROUP_EVENTS_MAX ||
           status_fail(st, STATUS_USAGE, "more than %d different events", GROUP_EVENTS_MAX);
}

/* On a hybrid processor, one event more for each kind of core. */
static bool add_parts(struct group_plan *plan, size_t whole, struct status *st)
{
    const struct pmus *pmus = plan->source->pmus;
    if (!parts_wanted(plan->source))
        return true;
    for (size_t i = 0; i < pmus->count; i++) {
        struct event part;
        if (!parts_make(&plan->events[whole], &pmus->list[i], &part)) {
            /* For none of them, then: it may be one kind of core's own. */
            plan->events[whole].core = pmus_by_type(pmus, plan->events[whole].code.type);
            return true;
        }
        if (i == 0 && !has_room(plan, pmus->count, st))
            return false;
        plan->events[plan->event_count] = part;
        if (!append(plan, part.name, (int)whole, st))
            return false;
        plan->public_[whole].parts++;
    }
    return true;
}

static bool add_event(struct group_plan *plan, const char *text, struct status *st)
{
    if (find_asked(plan, text) < plan->event_count)
        return true;
    size_t index = plan->event_count;
    return has_room(plan, 1, st) && event_parse(text, &plan->events[index], st) &&
           append(plan, text, -1, st) && add_parts(plan, index, st);
}

static bool collect(struct group_plan *plan, const struct group_request *requests,
                    size_t request_count, struct status *st)
{
    for (size_t r = 0; r < request_count; r++) {
        for (size_t e = 0; e < requests[r].event_count; e++) {
            if (!add_event(plan, requests[r].events[e], st))
                return false;
        }
    }
    return true;
}

static void pack(struct group_plan *plan, const struct group_request *requests,
                 size_t request_count)
{
    for (size_t r = 0; r < request_count; r++) {
        size_t members[GROUP_EVENTS_MAX];
        size_t count = 0;
        for (size_t e = 0; e < requests[r].event_count && count < GROUP_EVENTS_MAX; e++)
            members[count++] = find_asked(plan, requests[r].events[e]);
        plan_pack(plan, members, count);
    }
}

static bool drop_last_group(struct group_plan *plan, int sys_errno, struct status *st)
{
    char reason[REASON_SIZE];
    int last = (int)plan->group_count - 1;
    for (size_t i = 0; i < plan->event_count; i++) {
        if (plan->public_[i].group != last)
            continue;
        enum counts_state state =
            reason_refused(plan->source->permissions, &plan->events[i], sys_errno, reason);
        if (!plan_give_up(plan, i, state, reason, st))
            return false;
    }
    plan->group_count--;
    return true;
}

/* A descriptor for each counter, and while a worker starts one more for each group. */
static bool takes_too_many(const struct group_plan *plan)
{
    size_t wanted = plan->group_count;
    for (size_t g = 0; g < plan->group_count; g++)
        wanted += plan->groups[g].member_count;
    return plan->source->descriptors_max > 0 && wanted > plan->source->descriptors_max;
}

/* Each group opened alone; do all of them together? Descriptors can run out. */
static bool prove_whole(struct group_plan *plan, struct status *st)
{
    while (plan->group_count > 0) {
        if (takes_too_many(plan)) {
            if (!drop_last_group(plan, EMFILE, st))
                return false;
            continue;
        }
        int leaders[GROUP_EVENTS_MAX];
        int opened[GROUP_EVENTS_MAX];
        size_t opened_count = 0;
        struct status refused = STATUS_INIT;
        if (plan_open(plan, SOURCE_CLOSE_ON_EXEC, leaders, opened, &opened_count, &refused)) {
            plan_close(plan, opened, opened_count);
            return true;
        }
        if (!drop_last_group(plan, refused.sys_errno, st))
            return false;
    }
    return true;
}

struct group_plan *plan_new(const struct source *source, size_t room)
{
    struct group_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return NULL;
    plan->source = source;
    plan->events = calloc(room, sizeof *plan->events);
    plan->public_ = calloc(room, sizeof *plan->public_);
    plan->groups = calloc(room, sizeof *plan->groups);
    if (plan->events != NULL && plan->public_ != NULL && plan->groups != NULL)
        return plan;
    group_plan_free(plan);
    return NULL;
}

bool group_plan_make(const struct source *source, const struct group_request *requests,
                     size_t request_count, struct group_plan **out, struct status *st)
{
    size_t each = parts_wanted(source) ? 1 + source->pmus->count : 1;
    size_t room = 1; /* calloc(0) may return NULL */
    for (size_t r = 0; r < request_count && room < GROUP_EVENTS_MAX; r++)
        room += each * requests[r].event_count;
    if (room > GROUP_EVENTS_MAX)
        room = GROUP_EVENTS_MAX;
    struct group_plan *plan = plan_new(source, room);
    if (plan == NULL)
        return no_memory(st);

    if (!collect(plan, requests, request_count, st))
        goto fail;
    for (size_t i = 0; i < plan->event_count; i++) {
        if (plan->public_[i].parts == 0 && !plan_prove_event(plan, i, st))
            goto fail;
    }
    pack(plan, requests, request_count);
    if (!prove_whole(plan, st) || !parts_settle(plan, st))
        goto fail;
    *out = plan;
    return true;
fail:
    group_plan_free(plan);
    return false;
}

void group_plan_free(struct group_plan *plan)
{
    if (plan == NULL)
        return;
    for (size_t i = 0; i < plan->event_count; i++) {
        free((char *)plan->public_[i].asked);
        free((char *)plan->public_[i].reason);
    }
    free(plan->events);
    free(plan->public_);
    free(plan->groups);
    free(plan);
}

bool plan_give_up(struct group_plan *plan, size_t index, enum counts_state state,
                  const char *reason, struct status *st)
{
    char *copy = strdup(reason);
    if (copy == NULL)
        return no_memory(st);
    struct group_event *event = &plan->public_[index];
    free((char *)event->reason);
    event->reason = copy;
    event->state = state;
    event->group = -1;
    event->slot = -1;
    return true;
}

size_t group_plan_event_count(const struct group_plan *plan)
{
    return plan->event_count;
}

const struct group_event *group_plan_event(const struct group_plan *plan, size_t index)
{
    return &plan->public_[index];
}

size_t group_plan_group_count(const struct group_plan *plan)
{
    return plan->group_count;
}

void group_plan_missing(const struct group_plan *plan, struct counts *counts)
{
    for (size_t i = 0; i < plan->event_count; i++) {
        const struct group_event *event = &plan->public_[i];
        bool is_sum = event->parts > 0 && event->state == COUNTS_EXACT;
        if (event->group < 0 && !is_sum)
            counts[i] = counts_missing(event->state, event->source, event->reason);
    }
}
