/* orphans: what a worker left behind: pools, daemons, forks that ignore every signal but one.
 *
 * When the worker dies its descendants become payoff's children (payoff is a child subreaper), so
 * none can hide by leaving the process group or by forking twice. For the main thread. */
#ifndef PAYOFF_WORKERS_ORPHANS_H
#define PAYOFF_WORKERS_ORPHANS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Makes payoff the parent of its workers' orphans. Harmless when called again. */
bool orphans_adopt(struct status *st);

/* Kills and reaps what a dead worker left. `session` is its session: the worker itself is dead but
 * not yet reaped, so that the number is still its own. `mark` is a "NAME=value" that was in its
 * environment. `keep` tells which of payoff's children are none of its business (live workers and
 * the dead one). Children of payoff in payoff's own session are never touched. Returns how many
 * could not be ended within a second or two. */
size_t orphans_end(pid_t session, const char *mark, bool (*keep)(pid_t pid));

#endif
