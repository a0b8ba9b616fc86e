#include "machine/clock.h"

#include "machine/interrupt.h"

#include <time.h>

enum { NS_PER_S = 1000000000, SLICE_NS = NS_PER_S / 10 };

uint64_t clock_monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for a clock that every Linux has */
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

bool clock_sleep_ns(uint64_t duration_ns)
{
    uint64_t end_ns = clock_monotonic_ns() + duration_ns;
    for (;;) {
        uint64_t now_ns = clock_monotonic_ns();
        if (interrupt_pending())
            return false;
        if (now_ns >= end_ns)
            return true;
        /* In slices: a signal right before the call would otherwise be slept over. */
        uint64_t slice_ns = end_ns - now_ns < SLICE_NS ? end_ns - now_ns : SLICE_NS;
        struct timespec slice = {.tv_nsec = (long)slice_ns};
        clock_nanosleep(CLOCK_MONOTONIC, 0, &slice, NULL);
    }
}

void clock_iso_now(char *text, size_t size)
{
    time_t now = time(NULL);
    struct tm parts;
    if (gmtime_r(&now, &parts) == NULL || strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        text[0] = '\0';
}
