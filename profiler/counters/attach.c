#include "counters/attach.h"

#include "counters/group_plan.h"
#include "counters/group_prove.h"
#include "counters/group_reading.h"
#include "counters/reason.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { READ_TRIES_MAX = 1000000 }; /* about a second */

/* One counter on one thread; on a hybrid processor there is one for each kind of core. */
struct attach_counter {
    int fd;
    struct counts before;
};

struct attach {
    const struct group_plan *plan;
    size_t first, parts; /* events of the plan: first … first + parts − 1 */
    size_t count;        /* of threads */
    size_t opened;
    struct attach_counter counters[]; /* those of one thread stand together */
};

void attach_free(struct attach *attach)
{
    if (attach == NULL)
        return;
    const struct source *source = attach->plan->source;
    while (attach->opened > 0)
        source->close(source->self, attach->counters[--attach->opened].fd);
    free(attach);
}

size_t attach_count(const struct attach *attach)
{
    return attach->count;
}

static bool refuse(const struct attach *attach, size_t event, int sys_errno, struct status *st)
{
    char reason[REASON_SIZE];
    if (sys_errno == ESRCH)
        return status_fail(st, STATUS_UNAVAILABLE, "a worker ended before it could be counted");
    reason_refused(attach->plan->source->permissions, &attach->plan->events[event], sys_errno,
                   reason);
    return status_fail(st, STATUS_UNAVAILABLE, "%s", reason);
}

static bool open_all(struct attach *attach, const pid_t *tasks, struct status *st)
{
    const struct source *source = attach->plan->source;
    for (size_t i = 0; i < attach->count; i++) {
        for (size_t part = 0; part < attach->parts; part++) {
            size_t event = attach->first + part;
            struct source_target target = {.task = tasks[i], .cpu = -1};
            int fd = source->open(source->self, &attach->plan->events[event].code, target, -1,
                                  SOURCE_CLOSE_ON_EXEC);
            if (fd < 0)
                return refuse(attach, event, -fd, st);
            attach->counters[attach->opened++].fd = fd;
        }
    }
    return true;
}

/* The parts of a sum are counted where any of them is. */
static bool choose_events(struct attach *attach, size_t index, struct status *st)
{
    const struct group_event *event = &attach->plan->public_[index];
    if (event->state != COUNTS_EXACT)
        return status_fail(st, STATUS_UNAVAILABLE, "%s", event->reason);
    attach->first = event->parts > 0 ? index + 1 : index;
    attach->parts = event->parts > 0 ? event->parts : 1;
    for (size_t part = 0; part < attach->parts; part++) {
        const struct group_event *one = &attach->plan->public_[attach->first + part];
        if (one->state != COUNTS_EXACT)
            return status_fail(st, STATUS_UNAVAILABLE, "%s", one->reason);
    }
    return true;
}

bool attach_open(const struct group_plan *plan, size_t index, const pid_t *tasks, size_t count,
                 struct attach **out, struct status *st)
{
    size_t each = index < plan->event_count && plan->public_[index].parts > 0
                      ? plan->public_[index].parts
                      : 1;
    if (index >= plan->event_count || count == 0 || count > ATTACH_TASKS_MAX)
        return status_fail(st, STATUS_USAGE, "there is no such event, or 1 to %d threads",
                           ATTACH_TASKS_MAX);
    struct attach *attach = calloc(1, sizeof *attach + each * count * sizeof *attach->counters);
    if (attach == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for %zu workers' counters", count);
    attach->plan = plan;
    attach->count = count;
    if (choose_events(attach, index, st) && plan_prove_room(plan, attach->first, st) &&
        open_all(attach, tasks, st)) {
        *out = attach;
        return true;
    }
    attach_free(attach);
    return false;
}

static bool read_one(const struct attach *attach, size_t at, struct counts *value,
                     struct status *st)
{
    const struct source *source = attach->plan->source;
    const struct group_event *event = &attach->plan->public_[attach->first + at % attach->parts];
    struct source_reading reading = {0};
    ssize_t length;
    long tries = 0;
    do { /* while a thread that it counts is just ending, the kernel answers ECHILD */
        length = source->read(source->self, attach->counters[at].fd, &reading, sizeof reading);
    } while (length == -ECHILD && ++tries < READ_TRIES_MAX);
    if (length < 0)
        return status_fail_errno(st, (int)-length, "read a worker's counter");
    *value = counts_reading(reading.values[0].count, reading.enabled_ns, reading.running_ns,
                            event->source);
    return true;
}

bool attach_begin(struct attach *attach, struct status *st)
{
    for (size_t at = 0; at < attach->opened; at++) {
        if (!read_one(attach, at, &attach->counters[at].before, st))
            return false;
    }
    return true;
}

bool attach_end(struct attach *attach, struct counts *counts, struct status *st)
{
    for (size_t at = 0; at < attach->opened; at++) {
        struct counts after = {0};
        if (!read_one(attach, at, &after, st))
            return false;
        struct counts delta = counts_delta(attach->counters[at].before, after);
        size_t task = at / attach->parts;
        counts[task] = at % attach->parts == 0 ? delta : counts_merge(counts[task], delta);
        if (counts[task].state == COUNTS_NOT_COUNTED && counts[task].reason == NULL)
            counts[task].reason = "its counter did not run";
    }
    return true;
}
