/* What counting costs: a group read, an empty bracket, making a plan. Figures, no verdict. */
#include "counters/group.h"
#include "counters/group_cost.h"
#include "counters/source_perf.h"
#include "machine/clock.h"

#include <stdio.h>

static const char *const four[] = {"task-clock", "page-faults", "minor-faults", "major-faults"};
static const char *const hardware[] = {"cycles", "instructions", "branches", "branch-misses"};

static bool show(const struct source *source, const char *title, const char *const *names,
                 size_t count)
{
    const struct group_request request = {.events = names, .event_count = count};
    struct group_plan *plan = NULL;
    struct group_cost cost;
    struct status st = STATUS_INIT;
    uint64_t start = clock_monotonic_ns();
    if (!group_plan_make(source, &request, 1, &plan, &st)) {
        printf("%s\n", st.message);
        return false;
    }
    double plan_us = (double)(clock_monotonic_ns() - start) / 1e3;
    const struct group_event *first = group_plan_event(plan, 0);
    if (group_plan_group_count(plan) == 0)
        printf("%-16s %s\n", title, first->reason);
    else if (group_plan_probe_cost(plan, &cost, &st))
        printf("%-16s read %6.0f ns   empty bracket %6.0f ns   plan %7.0f us   %zu group(s)\n",
               title, cost.read_ns, cost.bracket_ns, plan_us, group_plan_group_count(plan));
    else
        printf("%-16s %s\n", title, st.message);
    group_plan_free(plan);
    return true;
}

static bool count_events(const struct event *event, void *context)
{
    (void)event;
    ++*(size_t *)context;
    return true;
}

int main(void)
{
    struct permissions permissions;
    permissions_read("", &permissions);
    struct source source = source_perf_make(&permissions, NULL);
    bool done = show(&source, "1 software", four, 1) && show(&source, "4 software", four, 4) &&
                show(&source, "4 hardware", hardware, 4);
    size_t names = 0;
    uint64_t start = clock_monotonic_ns();
    event_each(count_events, &names);
    printf("%-16s %zu names in %.0f us\n", "enumeration", names,
           (double)(clock_monotonic_ns() - start) / 1e3);
    return done ? 0 : 1;
}
