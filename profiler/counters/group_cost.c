#include "counters/group_cost.h"

#include "counters/group_reading.h"
#include "machine/clock.h"

#include <stdlib.h>

enum { COST_BRACKETS = 1001 };

static int compare_ns(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static double median_ns(uint64_t *sorted, size_t count)
{
    qsort(sorted, count, sizeof *sorted, compare_ns);
    uint64_t middle = sorted[count / 2];
    return (double)middle;
}

static int read_all(const struct group_plan *plan, const int *leaders,
                    struct source_reading *reading)
{
    const struct source *source = plan->source;
    for (size_t g = 0; g < plan->group_count; g++) {
        ssize_t length = source->read(source->self, leaders[g], reading, sizeof *reading);
        if (length < 0)
            return (int)-length;
    }
    return 0;
}

/* The bracket is what a worker does: read, clock, nothing, clock, read. What the clock sees of it
 * is two calls of the clock; what the counters see is a whole reading, so that is the figure. */
static int measure(const struct group_plan *plan, const int *leaders, uint64_t *read_ns,
                   uint64_t *bracket_ns)
{
    struct source_reading reading;
    for (size_t i = 0; i < COST_BRACKETS; i++) {
        uint64_t start = clock_monotonic_ns();
        int error = read_all(plan, leaders, &reading);
        uint64_t middle = clock_monotonic_ns();
        if (error == 0)
            error = read_all(plan, leaders, &reading);
        uint64_t end = clock_monotonic_ns();
        if (error != 0)
            return error;
        read_ns[i] = middle - start;
        bracket_ns[i] = end - start;
    }
    return 0;
}

bool group_plan_probe_cost(const struct group_plan *plan, struct group_cost *cost,
                           struct status *st)
{
    int leaders[GROUP_EVENTS_MAX];
    int opened[GROUP_EVENTS_MAX];
    size_t opened_count = 0;
    uint64_t *times = calloc(2 * COST_BRACKETS, sizeof *times);
    bool done = false;

    if (times == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory while measuring the counters' cost");
    if (!plan_open(plan, SOURCE_CLOSE_ON_EXEC, leaders, opened, &opened_count, st)) {
        status_fail_errno(st, st->sys_errno, "cannot open the counters to measure their cost");
        goto out;
    }
    int error = measure(plan, leaders, times, times + COST_BRACKETS);
    if (error != 0) {
        status_fail_errno(st, error, "cannot read the counters to measure their cost");
        goto out;
    }
    *cost = (struct group_cost){
        .read_ns = median_ns(times, COST_BRACKETS),
        .bracket_ns = median_ns(times + COST_BRACKETS, COST_BRACKETS),
        .brackets = COST_BRACKETS,
    };
    done = true;
out:
    plan_close(plan, opened, opened_count);
    free(times);
    return done;
}
