#include "counters/group_prove.h"

#include "counters/event_table.h"
#include "counters/group_reading.h"
#include "counters/reason.h"
#include "machine/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Work that raises every EVENT_BUSY event: some µs of instructions, cycles and branches. */
static void spin(void)
{
    for (unsigned i = 0; i < 5000; i++)
        __asm__ volatile("" ::: "memory"); /* or the loop is optimised away */
}

/* Reads until the group has run or its time is up. False: reading failed or gave rubbish. */
static bool run_and_read(const struct source *source, int leader, size_t member_count,
                         struct source_reading *reading)
{
    uint64_t deadline = clock_monotonic_ns() + PROOF_WAIT_MS * 1000000ULL;
    do {
        spin();
        memset(reading, 0, sizeof *reading);
        ssize_t length = source->read(source->self, leader, reading, sizeof *reading);
        if (length < 0 || (length > 0 && reading->members != member_count))
            return false;
        if (length == 0) /* never scheduled, says the kernel */
            return true;
    } while (reading->running_ns == 0 && clock_monotonic_ns() < deadline);
    return true;
}

/* Arm's PMUs open and run events that they do not implement. */
static bool is_lacking(const struct pmus *pmus, const struct event *event)
{
    if (pmus == NULL || event->source != COUNTS_HARDWARE)
        return false;
    const struct pmu *pmu = pmus_by_type(pmus, event->code.type);
    if (pmu == NULL && event->code.type == EVENT_TYPE_RAW && pmus->count == 1)
        pmu = &pmus->list[0];
    return pmu != NULL && pmu_lacks(pmu, event->code.config);
}

static enum proof judge(const struct source_reading *reading, const struct pmus *pmus,
                        const struct event *events, const size_t *members, size_t member_count)
{
    if (reading->running_ns == 0)
        return PROOF_NEVER_RAN;
    for (size_t i = 0; i < member_count; i++) {
        if (reading->values[i].count != 0)
            continue;
        if (is_lacking(pmus, &events[members[i]]))
            return PROOF_LACKING;
        if ((events[members[i]].traits & EVENT_BUSY) != 0)
            return PROOF_STAYED_ZERO;
    }
    return PROOF_RUNS;
}

static enum proof prove_here(const struct source *source, const struct event *events,
                             const size_t *members, size_t member_count, int *sys_errno)
{
    int fds[SOURCE_MEMBERS_MAX];
    size_t opened = 0;
    enum proof proof = PROOF_REFUSED;

    for (; opened < member_count; opened++) {
        unsigned flags = SOURCE_CLOSE_ON_EXEC | (opened == 0 ? SOURCE_DISABLED : 0);
        int leader = opened == 0 ? -1 : fds[0];
        int fd =
            source->open(source->self, &events[members[opened]].code, SOURCE_SELF, leader, flags);
        if (fd < 0) {
            *sys_errno = -fd;
            goto out;
        }
        fds[opened] = fd;
    }
    int result = source->enable(source->self, fds[0]);
    if (result < 0) {
        *sys_errno = -result;
        goto out;
    }
    struct source_reading reading;
    if (!run_and_read(source, fds[0], member_count, &reading)) {
        *sys_errno = EIO;
        goto out;
    }
    proof = judge(&reading, source->pmus, events, members, member_count);
out:
    while (opened > 0)
        source->close(source->self, fds[--opened]);
    return proof;
}

enum proof plan_prove(const struct source *source, const struct event *events,
                      const size_t *members, size_t member_count, int *sys_errno)
{
    const struct pmu *core = events[members[0]].core;
    cpu_set_t before;
    if (core == NULL)
        return prove_here(source, events, members, member_count, sys_errno);
    if (source->move(source->self, core, &before) < 0)
        return PROOF_ELSEWHERE;
    enum proof proof = prove_here(source, events, members, member_count, sys_errno);
    source->move_back(source->self, &before);
    return proof;
}

/* False when the group had to wait for its counters between two readings. The time between opening
 * and counting, some ns, is no waiting. */
static bool runs_all_the_time(const struct source *source, int leader)
{
    struct source_reading first = {0};
    struct source_reading second = {0};
    ssize_t length = source->read(source->self, leader, &first, sizeof first);
    spin();
    return length > 0 && source->read(source->self, leader, &second, sizeof second) > 0 &&
           second.running_ns > first.running_ns &&
           second.running_ns - first.running_ns == second.enabled_ns - first.enabled_ns;
}

bool plan_prove_room(const struct group_plan *plan, size_t index, struct status *st)
{
    const struct source *source = plan->source;
    int leaders[GROUP_EVENTS_MAX];
    int opened[GROUP_EVENTS_MAX];
    size_t opened_count = 0;
    if (plan->events[index].core != NULL)
        return true;
    char reason[REASON_SIZE];
    struct status refused = STATUS_INIT;
    if (!plan_open(plan, SOURCE_CLOSE_ON_EXEC, leaders, opened, &opened_count, &refused)) {
        reason_refused(source->permissions, &plan->events[index], refused.sys_errno, reason);
        return status_fail(st, STATUS_UNAVAILABLE, "%s", reason);
    }
    int extra = source->open(source->self, &plan->events[index].code, SOURCE_SELF, -1,
                             SOURCE_CLOSE_ON_EXEC);
    bool fits = extra >= 0 && runs_all_the_time(source, extra);
    for (size_t g = 0; fits && g < plan->group_count; g++)
        fits = runs_all_the_time(source, leaders[g]);
    if (extra >= 0)
        source->close(source->self, extra);
    plan_close(plan, opened, opened_count);
    if (extra < 0) {
        reason_refused(source->permissions, &plan->events[index], -extra, reason);
        return status_fail(st, STATUS_UNAVAILABLE, "%s", reason);
    }
    return fits || status_fail(st, STATUS_UNAVAILABLE,
                               "the processor has too few counters to count each worker apart "
                               "beside what was asked for; ask for fewer metrics and events");
}

static bool note_reason(struct group_plan *plan, size_t index, const char *text, struct status *st)
{
    char *copy = strdup(text);
    if (copy == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory while planning counters");
    plan->public_[index].reason = copy;
    return true;
}

static bool give_up_after(struct group_plan *plan, size_t index, enum proof proof, int sys_errno,
                          struct status *st)
{
    const struct permissions *permissions = plan->source->permissions;
    const struct event *event = &plan->events[index];
    enum counts_state state = COUNTS_NOT_COUNTED;
    char reason[REASON_SIZE];
    if (proof == PROOF_REFUSED)
        state = reason_refused(permissions, event, sys_errno, reason);
    else if (proof == PROOF_NEVER_RAN)
        reason_never_ran(permissions, event, PROOF_WAIT_MS, reason);
    else if (proof == PROOF_LACKING)
        state = reason_lacking(event, reason);
    else if (proof == PROOF_ELSEWHERE)
        reason_elsewhere(event->core->name, reason);
    else
        reason_stayed_zero(event, reason);
    return plan_give_up(plan, index, state, reason, st);
}

/* The second step: without the kernel. */
static bool prove_user_only(struct group_plan *plan, size_t index, int refusal, struct status *st)
{
    const struct permissions *permissions = plan->source->permissions;
    struct event *event = &plan->events[index];
    char reason[REASON_SIZE];
    struct event user;
    if (!event_user_only(event, &user)) {
        if ((event->traits & EVENT_IN_KERNEL) == 0)
            return give_up_after(plan, index, PROOF_REFUSED, refusal, st);
        reason_kernel_hidden(permissions, event, refusal, reason);
        return plan_give_up(plan, index, COUNTS_NOT_COUNTED, reason, st);
    }
    const struct event asked = *event;
    *event = user;
    int sys_errno = 0;
    const size_t only[] = {index};
    enum proof proof = plan_prove(plan->source, plan->events, only, 1, &sys_errno);
    if (proof != PROOF_RUNS) {
        bool done = give_up_after(plan, index, proof, sys_errno, st);
        *event = asked; /* it is counted in no mode at all */
        return done;
    }
    if ((event->traits & EVENT_CLOCK) != 0) /* a clock loses nothing by it */
        return true;
    reason_user_only(permissions, refusal, reason);
    return note_reason(plan, index, reason, st);
}

bool plan_prove_event(struct group_plan *plan, size_t index, struct status *st)
{
    int sys_errno = 0;
    const size_t only[] = {index};
    if (plan->events[index].refusal != NULL)
        return plan_give_up(plan, index, COUNTS_NOT_COUNTED, plan->events[index].refusal, st);
    enum proof proof = plan_prove(plan->source, plan->events, only, 1, &sys_errno);
    if (proof == PROOF_RUNS)
        return true;
    bool refused = proof == PROOF_REFUSED && (sys_errno == EACCES || sys_errno == EPERM);
    if (refused && !plan->events[index].code.exclude_kernel)
        return prove_user_only(plan, index, sys_errno, st);
    return give_up_after(plan, index, proof, sys_errno, st);
}
