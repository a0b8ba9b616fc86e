/* interrupt: SIGINT, SIGTERM and SIGHUP as a flag that loops look at.
 *
 * Handlers are installed without SA_RESTART, so poll, read and sleeps return EINTR at once. A
 * second SIGINT while the first is still pending restores the default and ends payoff on the spot:
 * a user who presses Ctrl-C twice is not asked to wait. SIGPIPE is ignored, so that a reader that
 * went away is an EPIPE and not a death. A signal that was ignored when payoff started (nohup, a
 * background job) stays ignored. The flag is per process; any thread may look at it. */
#ifndef PAYOFF_MACHINE_INTERRUPT_H
#define PAYOFF_MACHINE_INTERRUPT_H

#include "base/status.h"

#include <poll.h>
#include <stdbool.h>
#include <time.h>

/* Installs the handlers; harmless when called again. For the main thread, before others start. */
bool interrupt_install(struct status *st);

/* True from the first signal until interrupt_clear. Async-signal-safe. */
bool interrupt_pending(void);

/* The signal that is pending, 0 when none is. Async-signal-safe. */
int interrupt_signal(void);

/* Forgets the signal, so that what follows (writing the report) is not cancelled too. */
void interrupt_clear(void);

/* ppoll past which no signal slips: the flag's signals are blocked from the look at the flag until
 * ppoll unblocks them itself. -1 with EINTR, at once, when one is pending. Thread-safe. */
int interrupt_poll(struct pollfd *fds, nfds_t count, const struct timespec *timeout);

/* Puts a child's signals back to what payoff itself was started with and unblocks all of them. For
 * use between clone and exec: async-signal-safe. */
void interrupt_child_reset(void);

#endif
