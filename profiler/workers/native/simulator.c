#include "workers/native/simulator.h"

#include <valgrind/callgrind.h>

void simulator_begin(void)
{
    CALLGRIND_START_INSTRUMENTATION; /* stays on: switched off, the caches would be forgotten */
    CALLGRIND_ZERO_STATS;
}

void simulator_end(void)
{
    CALLGRIND_DUMP_STATS_AT("payoff");
}

void simulator_child(void)
{
    CALLGRIND_ZERO_STATS;
}
