#include "machine/core_probe.h"

#include "machine/clock.h"

#include <errno.h>
#include <sched.h>

enum { STEPS = 20000, TURNS = 2 };

/* Eight operations a step, none of which needs another's result of the same step. */
static void fill_slots(void)
{
    uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8;
    for (uint64_t i = 0; i < STEPS; i++) {
        a += i;
        b ^= i;
        c += i;
        d ^= i;
        e += i;
        f ^= i;
        g += i;
        h ^= i;
        /* No chain may be left out, joined with another, or put into a vector. */
        __asm__ volatile(""
                         : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f), "+r"(g), "+r"(h));
    }
}

bool core_probe(int cpu, int64_t *ns, struct status *st)
{
    cpu_set_t before, there;
    if (cpu < 0 || cpu >= CPU_SETSIZE)
        return status_fail(st, STATUS_UNAVAILABLE, "CPU %d is beyond those that a probe goes to",
                           cpu);
    CPU_ZERO(&there);
    CPU_SET((size_t)cpu, &there);
    if (sched_getaffinity(0, sizeof before, &before) != 0)
        return status_fail_errno(st, errno, "cannot learn on which CPUs payoff may run");
    bool is_there = CPU_EQUAL(&before, &there); /* as it is beside a serial worker: nothing to do */
    if (!is_there && sched_setaffinity(0, sizeof there, &there) != 0)
        return status_fail_errno(st, errno, "cannot go to CPU %d", cpu);
    uint64_t best_ns = UINT64_MAX;
    for (int turn = 0; turn < TURNS; turn++) {
        uint64_t began_ns = clock_monotonic_ns();
        fill_slots();
        uint64_t took_ns = clock_monotonic_ns() - began_ns;
        best_ns = took_ns < best_ns ? took_ns : best_ns;
    }
    if (!is_there && sched_setaffinity(0, sizeof before, &before) != 0)
        return status_fail_errno(st, errno, "cannot come back from CPU %d", cpu);
    *ns = (int64_t)best_ns;
    return true;
}
