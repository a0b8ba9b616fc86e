/* streams: the descriptors 0, 1 and 2, which a caller may have closed. */
#ifndef PAYOFF_MACHINE_STREAMS_H
#define PAYOFF_MACHINE_STREAMS_H

#include "base/status.h"

#include <stdbool.h>

/* Makes sure that 0, 1 and 2 are open, so that no file that is opened later (the store above all)
 * becomes the one that output is written to. What was closed stays useless: reading from it, and
 * writing to it, fails with EBADF. To be called first, before other threads exist.
 * False: /dev/null cannot be opened; the status says why. */
bool streams_guard(struct status *st);

#endif
