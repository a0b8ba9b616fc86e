#include "workers/native/simulator.h"

#include <valgrind/callgrind.h>

bool simulator_here(void)
{
    return RUNNING_ON_VALGRIND != 0;
}

void simulator_begin(void)
{
    CALLGRIND_ZERO_STATS;
    CALLGRIND_TOGGLE_COLLECT;
}

void simulator_end(void)
{
    CALLGRIND_TOGGLE_COLLECT;
    CALLGRIND_DUMP_STATS_AT("payoff");
}
