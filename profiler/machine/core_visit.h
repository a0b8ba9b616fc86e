/* core_visit: the calling thread goes to another CPU for a moment, to do something there, and comes
 * back to where it was allowed before. */
#ifndef PAYOFF_MACHINE_CORE_VISIT_H
#define PAYOFF_MACHINE_CORE_VISIT_H

#include "base/status.h"

#include <sched.h>

struct core_visit {
    cpu_set_t before;
    bool moved; /* not where the thread may run on that CPU alone anyway */
    int cpu;
};

/* False where the system refuses; the thread is then where it was. Thread-safe. */
bool core_visit_begin(struct core_visit *visit, int cpu, struct status *st);

/* False where the way back is refused: the thread stays on that CPU. */
bool core_visit_end(const struct core_visit *visit, struct status *st);

#endif
