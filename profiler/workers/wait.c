#include "workers/wait.h"

#include "machine/clock.h"
#include "machine/interrupt.h"

#include <errno.h>
#include <signal.h>
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

/* The flag's signals are blocked from the look at the flag until ppoll unblocks them itself. */
static int poll_once(struct pollfd *fds, nfds_t count, int64_t deadline_ns, bool *cancelled)
{
    sigset_t flag_signals, old;
    sigemptyset(&flag_signals);
    sigaddset(&flag_signals, SIGINT);
    sigaddset(&flag_signals, SIGTERM);
    sigaddset(&flag_signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &flag_signals, &old);
    int ready = 0, error = 0;
    *cancelled = interrupt_pending();
    if (!*cancelled) {
        struct timespec left = remaining(deadline_ns);
        ready = ppoll(fds, count, deadline_ns == INT64_MAX ? NULL : &left, &old);
        error = errno;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = error;
    return ready;
}

bool wait_ready(struct pollfd *fds, nfds_t count, int64_t deadline_ns, struct status *st)
{
    for (;;) {
        bool cancelled;
        int ready = poll_once(fds, count, deadline_ns, &cancelled);
        if (cancelled)
            return status_fail(st, STATUS_CANCELLED, "interrupted");
        if (ready > 0)
            return true;
        if (ready == 0)
            return status_fail(st, STATUS_TIMEOUT, "the deadline passed");
        if (errno != EINTR)
            return status_fail_errno(st, errno, "poll");
    }
}
