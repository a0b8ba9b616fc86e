/* spawn_environment: a worker's environment: what it was given, and where the protocol is. */
#ifndef PAYOFF_WORKERS_SPAWN_ENVIRONMENT_H
#define PAYOFF_WORKERS_SPAWN_ENVIRONMENT_H

#include "base/status.h"

struct spawn_environment {
    char **list;            /* NULL-terminated; the elements of the caller's are borrowed */
    char *counter_variable; /* the element PAYOFF_COUNTER_FDS=…; writable */
    char *text;             /* what holds ours */
};

/* `environment` (NULL: payoff's own) without any PAYOFF_COMMAND_FD, PAYOFF_REPLY_FD,
 * PAYOFF_COUNTER_FDS, PAYOFF_PROTOCOL and PAYOFF_WORKER of its own, then those of this worker.
 * `mark` and `environment` outlive it. Free with spawn_environment_free in either case. */
bool spawn_environment_make(const char *const *environment, const char *mark, int counters,
                            struct spawn_environment *made, struct status *st);
void spawn_environment_free(struct spawn_environment *made);

/* The value of a variable, or NULL. */
const char *spawn_environment_value(const struct spawn_environment *made, const char *name);

#endif
