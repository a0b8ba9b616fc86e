#include "counters/group_parts.h"

#include "counters/event_table.h"
#include "counters/reason.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char reason_not_visited[] = "the work never ran on this kind of core";

enum { CORE_TYPE_SHIFT = 32 }; /* PERF_PMU_TYPE_SHIFT of linux/perf_event.h */

/* The number of Arm's common event that Linux counts for a generic one (armv8_pmuv3_perf_map of
 * drivers/perf/arm_pmuv3.c); older kernels take generic events for one kind of core only. */
static bool arm_number(const struct pmu *core, uint64_t generic, uint64_t *number)
{
    static const uint8_t numbers[] = {0x11, 0x08, 0x04, 0x03, 0x21, 0x10, 0x1d, 0x23, 0x24};
    enum { BRANCHES = 4, PC_WRITE_RETIRED = 0x0c };
    if (generic >= sizeof numbers / sizeof *numbers)
        return false;
    *number = numbers[generic];
    if (generic == BRANCHES && pmu_lacks(core, *number))
        *number = PC_WRITE_RETIRED;
    return true;
}

bool parts_wanted(const struct source *source)
{
    if (source->pmus == NULL || source->pmus->count < 2)
        return false;
    for (size_t i = 0; i < source->pmus->count; i++) {
        if (!source->pmus->list[i].has_cpus || source->pmus->list[i].type == PMU_TYPE_UNKNOWN)
            return false;
    }
    return true;
}

static bool encode(const struct event *whole, const struct pmu *core, struct event_code *code)
{
    uint64_t number = 0;
    switch (code->type) {
    case EVENT_TYPE_HARDWARE:
        if (core->is_arm && arm_number(core, code->config, &number)) {
            code->type = core->type;
            code->config = number;
            return true;
        }
        code->config |= (uint64_t)core->type << CORE_TYPE_SHIFT;
        return true;
    case EVENT_TYPE_HW_CACHE:
        code->config |= (uint64_t)core->type << CORE_TYPE_SHIFT;
        return true;
    case EVENT_TYPE_RAW: /* libpfm4 gives events of one CPU model this type, too */
        code->type = core->type;
        return strcmp(whole->pmu, "perf_raw") == 0;
    default:
        return false;
    }
}

bool parts_make(const struct event *whole, const struct pmu *core, struct event *part)
{
    *part = *whole;
    part->core = core;
    int length = snprintf(part->name, sizeof part->name, "%s::%s", core->name, whole->name);
    return length > 0 && (size_t)length < sizeof part->name - 2 && encode(whole, core, &part->code);
}

/* A copy of the reason of parts[which], with its core in front unless all say the same. */
static char *reason_of_part(const struct group_plan *plan, size_t first, size_t count, size_t which)
{
    const char *reason = plan->public_[which].reason;
    bool same = true;
    char *text = NULL;
    for (size_t part = first; part < first + count; part++) {
        const char *other = plan->public_[part].reason;
        same = same && other != NULL && strcmp(other, reason) == 0;
    }
    if (same)
        return strdup(reason);
    if (asprintf(&text, "on %s: %s", plan->events[which].core->name, reason) < 0)
        return NULL;
    return text;
}

/* Counted when any part is; what others lack, or all of them, is its reason. */
static bool settle(struct group_plan *plan, size_t index, struct status *st)
{
    struct group_event *sum = &plan->public_[index];
    size_t first = index + 1;
    size_t best = first;
    size_t worst = first;
    for (size_t part = first; part < first + sum->parts; part++) {
        if (plan->public_[part].state < plan->public_[best].state)
            best = part;
        if (plan->public_[part].state > plan->public_[worst].state)
            worst = part;
    }
    bool has_reason = plan->public_[worst].reason != NULL;
    free((char *)sum->reason);
    sum->reason = NULL;
    sum->state = plan->public_[best].state;
    if (has_reason && (sum->reason = reason_of_part(plan, first, sum->parts, worst)) == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory while planning counters");
    if (sum->state == COUNTS_EXACT && plan->events[best].code.exclude_kernel &&
        !plan->events[index].code.exclude_kernel) {
        struct event user;
        if (event_user_only(&plan->events[index], &user))
            plan->events[index] = user;
    }
    return true;
}

bool parts_settle(struct group_plan *plan, struct status *st)
{
    for (size_t i = 0; i < plan->event_count; i++) {
        if (plan->public_[i].parts > 0 && !settle(plan, i, st))
            return false;
    }
    return true;
}

/* What the sum tells of a part. Its own times cannot tell resting on another kind of core from
 * giving its counter away: where the parts together ran all the time, each of them was counted as
 * long as it had anything to count. */
static void settle_count(struct counts sum, struct counts *part)
{
    if (part->enabled_ns == 0 || (sum.state != COUNTS_EXACT && sum.state != COUNTS_SCALED))
        return;
    if (part->running_ns == 0) {
        *part = counts_missing(COUNTS_NOT_COUNTED, part->source, reason_not_visited);
        return;
    }
    part->state = sum.state;
    part->reason = sum.reason;
    part->enabled_ns = sum.state == COUNTS_EXACT
                           ? part->running_ns
                           : (uint64_t)((double)part->running_ns / counts_share(sum));
}

/* An event that only one kind of core has ("cpu_core/slots/") rests on the others, too; by itself it
 * cannot tell that from giving its counter away. A part of a sum that ran all the time tells how
 * long the work was on that kind of core. Counters take turns after a millisecond at the soonest. */
static void settle_alone(const struct group_plan *plan, size_t index, struct counts *counts)
{
    enum { TURN_NS = 500000 };
    struct counts *own = &counts[index];
    if (own->state > COUNTS_NOT_COUNTED || own->enabled_ns == 0)
        return;
    for (size_t i = 0; i < plan->event_count; i++) {
        int sum = plan->public_[i].part_of;
        if (sum < 0 || plan->events[i].core != plan->events[index].core ||
            counts[sum].state != COUNTS_EXACT)
            continue;
        if (counts[i].state != COUNTS_EXACT || own->running_ns == 0) {
            if (counts[i].state != COUNTS_EXACT)
                *own = counts_missing(COUNTS_NOT_COUNTED, own->source, reason_not_visited);
            return;
        }
        bool all = own->running_ns + TURN_NS > counts[i].running_ns;
        own->enabled_ns = all ? own->running_ns : counts[i].running_ns;
        own->state = all ? COUNTS_EXACT : COUNTS_SCALED;
        own->reason = all ? NULL : own->reason;
        return;
    }
}

void group_plan_merge(const struct group_plan *plan, struct counts *counts)
{
    for (size_t i = 0; i < plan->event_count; i++) {
        const struct group_event *event = &plan->public_[i];
        if (event->parts == 0 || event->state != COUNTS_EXACT)
            continue;
        struct counts sum = counts[i + 1];
        for (size_t part = 2; part <= event->parts; part++)
            sum = counts_merge(sum, counts[i + part]);
        counts[i] = sum;
        for (size_t part = 1; part <= event->parts; part++)
            settle_count(sum, &counts[i + part]);
    }
    for (size_t i = 0; i < plan->event_count; i++) {
        const struct group_event *event = &plan->public_[i];
        if (event->parts == 0 && event->part_of < 0 && event->group >= 0 &&
            plan->events[i].core != NULL)
            settle_alone(plan, i, counts);
    }
}
