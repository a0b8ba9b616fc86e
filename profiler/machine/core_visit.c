#include "machine/core_visit.h"

#include <errno.h>

bool core_visit_begin(struct core_visit *visit, int cpu, struct status *st)
{
    cpu_set_t there;
    visit->cpu = cpu;
    if (cpu < 0 || cpu >= CPU_SETSIZE)
        return status_fail(st, STATUS_UNAVAILABLE, "CPU %d is beyond those that payoff goes to",
                           cpu);
    CPU_ZERO(&there);
    CPU_SET((size_t)cpu, &there);
    if (sched_getaffinity(0, sizeof visit->before, &visit->before) != 0)
        return status_fail_errno(st, errno, "cannot learn on which CPUs payoff may run");
    /* As it is beside a serial worker, on whose CPU payoff waits: nothing to do. */
    visit->moved = !CPU_EQUAL(&visit->before, &there);
    if (visit->moved && sched_setaffinity(0, sizeof there, &there) != 0)
        return status_fail_errno(st, errno, "cannot go to CPU %d", cpu);
    return true;
}

bool core_visit_end(const struct core_visit *visit, struct status *st)
{
    if (visit->moved && sched_setaffinity(0, sizeof visit->before, &visit->before) != 0)
        return status_fail_errno(st, errno, "cannot come back from CPU %d", visit->cpu);
    return true;
}
