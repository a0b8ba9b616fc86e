#include "counters/group_reading.h"

#include <stddef.h>
#include <string.h>

/* No formatting: this runs between clone and exec, where printf's locks may be held for ever. */
static bool fail_open(const struct event *event, int sys_errno, struct status *st)
{
    static const char text[] = "cannot open the counter ";
    st->code = STATUS_SYSTEM;
    st->sys_errno = sys_errno;
    memcpy(st->message, text, sizeof text - 1);
    memcpy(st->message + sizeof text - 1, event->name, strlen(event->name) + 1);
    return false;
}

void plan_close(const struct group_plan *plan, const int *opened, size_t opened_count)
{
    while (opened_count > 0)
        plan->source->close(plan->source->self, opened[--opened_count]);
}

static bool open_group(const struct group_plan *plan, const struct plan_group *group,
                       unsigned flags, int *leader, int *opened, size_t *opened_count,
                       struct status *st)
{
    const struct source *source = plan->source;
    *leader = -1;
    for (size_t i = 0; i < group->member_count; i++) {
        const struct event *event = &plan->events[group->members[i]];
        unsigned how = flags | (i == 0 ? SOURCE_DISABLED : 0);
        int fd = source->open(source->self, &event->code, SOURCE_SELF, *leader, how);
        if (fd < 0)
            return fail_open(event, -fd, st);
        if (i == 0)
            *leader = fd;
        opened[(*opened_count)++] = fd;
    }
    int result = source->enable(source->self, *leader);
    if (result < 0)
        return fail_open(&plan->events[group->members[0]], -result, st);
    return true;
}

bool plan_open(const struct group_plan *plan, unsigned flags, int *leaders, int *opened,
               size_t *opened_count, struct status *st)
{
    *opened_count = 0;
    for (size_t g = 0; g < plan->group_count; g++) {
        if (!open_group(plan, &plan->groups[g], flags, &leaders[g], opened, opened_count, st)) {
            plan_close(plan, opened, *opened_count);
            *opened_count = 0;
            return false;
        }
    }
    return true;
}

bool group_plan_open_self(const struct group_plan *plan, int *fds, struct status *st)
{
    int opened[GROUP_EVENTS_MAX];
    size_t opened_count = 0;
    return plan_open(plan, 0, fds, opened, &opened_count, st);
}

/* Bytes -> a reading that is known to have this many members. */
static bool parse_reading(const void *bytes, size_t size, size_t member_count,
                          struct source_reading *reading, struct status *st)
{
    size_t expected =
        offsetof(struct source_reading, values) + member_count * sizeof(struct source_value);
    if (size != expected)
        return status_fail(st, STATUS_DATA, "a counter reading has %zu bytes instead of %zu", size,
                           expected);
    memcpy(reading, bytes, size);
    if (reading->members != member_count)
        return status_fail(st, STATUS_DATA, "a counter reading has %llu members instead of %zu",
                           (unsigned long long)reading->members, member_count);
    return true;
}

static const char closed[] =
    "its counter could not be read any more: the subject closed its descriptor";
static const char no_counter[] = "its counter gave nothing to read during this measurement: the "
                                 "PMU had none free for it, or the "
                                 "subject closed its descriptor";

static void not_scheduled(const struct group_plan *plan, int group, struct counts *counts)
{
    for (size_t i = 0; i < plan->event_count; i++) {
        const struct group_event *event = &plan->public_[i];
        if (event->group == group)
            counts[i] = counts_missing(COUNTS_NOT_COUNTED, event->source,
                                       event->source == COUNTS_SOFTWARE ? closed : no_counter);
    }
}

static struct counts value_at(const struct source_reading *reading, const struct group_event *event)
{
    return counts_reading(reading->values[event->slot].count, reading->enabled_ns,
                          reading->running_ns, event->source);
}

bool group_plan_decode(const struct group_plan *plan, size_t group, const void *before,
                       size_t before_size, const void *after, size_t after_size,
                       struct counts *counts, struct status *st)
{
    if (group >= plan->group_count)
        return status_fail(st, STATUS_DATA, "a reading of counter group %zu of %zu", group + 1,
                           plan->group_count);
    if (before_size == 0 || after_size == 0) {
        not_scheduled(plan, (int)group, counts);
        return true;
    }
    size_t member_count = plan->groups[group].member_count;
    struct source_reading first = {0};
    struct source_reading second = {0};
    if (!parse_reading(before, before_size, member_count, &first, st) ||
        !parse_reading(after, after_size, member_count, &second, st))
        return false;
    for (size_t i = 0; i < member_count; i++) {
        if (first.values[i].id != second.values[i].id)
            return status_fail(st, STATUS_DATA,
                               "the readings before and after are of different counters");
    }
    for (size_t i = 0; i < plan->event_count; i++) {
        const struct group_event *event = &plan->public_[i];
        if (event->group == (int)group)
            counts[i] = counts_delta(value_at(&first, event), value_at(&second, event));
    }
    return true;
}
