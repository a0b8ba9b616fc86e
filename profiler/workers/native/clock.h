/* clock: a clock's time in nanoseconds. Thread-safe. */
#ifndef PAYOFF_WORKERS_NATIVE_CLOCK_H
#define PAYOFF_WORKERS_NATIVE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* For CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID and CLOCK_THREAD_CPUTIME_ID, which no Linux lacks:
 * there is no failure to report. */
static inline int64_t clock_now_ns(clockid_t clock)
{
    struct timespec now = {0, 0};
    clock_gettime(clock, &now);
    return now.tv_sec * (int64_t)1000000000 + now.tv_nsec;
}

#endif
