/* worker_side: what a worker does around its work, and a loop whose count is known; shared by the
 * suites' forked children and by guest_loop. */
#ifndef PAYOFF_TESTS_GUEST_WORKER_SIDE_H
#define PAYOFF_TESTS_GUEST_WORKER_SIDE_H

#include "counters/group.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

enum { READINGS_MAX = 16 };

struct reading {
    ssize_t size; /* −1: read() failed */
    unsigned char bytes[GROUP_READING_MAX];
};

/* Two instructions per iteration in user mode, whatever the compiler does; n >= 1. */
static inline void worker_loop(uint64_t n)
{
    __asm__ volatile("1: subs %0, %0, #1\n"
                     "   b.ne 1b"
                     : "+r"(n)
                     :
                     : "cc");
}

static inline void worker_read(const int *fds, size_t groups, struct reading *readings)
{
    for (size_t g = 0; g < groups; g++)
        readings[g].size = read(fds[g], readings[g].bytes, sizeof readings[g].bytes);
}

/* Each group's two readings, one after the other. */
static inline bool worker_send(int to, size_t groups, const struct reading *before,
                               const struct reading *after)
{
    for (size_t g = 0; g < groups; g++) {
        if (write(to, &before[g], sizeof before[g]) != sizeof before[g] ||
            write(to, &after[g], sizeof after[g]) != sizeof after[g])
            return false;
    }
    return true;
}

#endif
