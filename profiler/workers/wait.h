/* wait: until a descriptor is ready, a deadline passes, or the user interrupts.
 *
 * Deadlines are CLOCK_MONOTONIC in ns; INT64_MAX is never. Thread-safe, but for the interrupt
 * flag's being the process's. */
#ifndef PAYOFF_WORKERS_WAIT_H
#define PAYOFF_WORKERS_WAIT_H

#include "base/status.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* The deadline `timeout_s` seconds from now. Nothing, less, and NaN are now; more than 30 years is
 * never. */
int64_t wait_deadline(double timeout_s);

/* poll(2): true when at least one descriptor is ready (revents says which). STATUS_TIMEOUT when the
 * deadline passes first, STATUS_CANCELLED when interrupt_pending; a signal between the look at the
 * flag and the wait is not lost. */
bool wait_ready(struct pollfd *fds, nfds_t count, int64_t deadline_ns, struct status *st);

#endif
