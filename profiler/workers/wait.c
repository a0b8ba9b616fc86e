#include "workers/wait.h"

#include "machine/clock.h"
#include "machine/interrupt.h"

#include <errno.h>
#include <time.h>

int64_t wait_deadline(double timeout_s)
{
    int64_t now = (int64_t)clock_monotonic_ns();
    if (!(timeout_s > 0)) /* NaN too */
        return now;
    if (timeout_s > 1e9)
        return INT64_MAX;
    return now + (int64_t)(timeout_s * 1e9);
}

static struct timespec remaining(int64_t deadline_ns)
{
    int64_t left_ns = deadline_ns - (int64_t)clock_monotonic_ns();
    if (left_ns < 0)
        left_ns = 0;
    return (struct timespec){.tv_sec = left_ns / 1000000000, .tv_nsec = left_ns % 1000000000};
}

bool wait_ready(struct pollfd *fds, nfds_t count, int64_t deadline_ns, struct status *st)
{
    for (;;) {
        struct timespec left = remaining(deadline_ns);
        int ready = interrupt_poll(fds, count, deadline_ns == INT64_MAX ? NULL : &left);
        if (ready > 0)
            return true;
        if (ready == 0)
            return status_fail(st, STATUS_TIMEOUT, "the deadline passed");
        if (errno != EINTR)
            return status_fail_errno(st, errno, "poll");
        if (interrupt_pending())
            return status_fail(st, STATUS_CANCELLED, "interrupted");
    }
}
