/* examine: calls outside any clock, each with everything that can be seen of it: the result, and the
 * arguments where the function wrote to memory that its signature calls const.
 *
 * Each task is decoded twice; what the function was given and what it was not are compared after the
 * call, byte by byte. An inout buffer is part of the result and needs no telling. */
#ifndef PAYOFF_WORKERS_NATIVE_EXAMINE_H
#define PAYOFF_WORKERS_NATIVE_EXAMINE_H

#include "base/status.h"
#include "workers/native/call.h"

#include <jansson.h>

/* The list of outcomes (PROTOCOL.md), one per task; a new reference. NULL on failure: STATUS_USAGE
 * when `tasks` is no list, STATUS_MEMORY or STATUS_SYSTEM. Not safe beside another call of the same
 * function that is not itself safe from several threads. */
json_t *examine_tasks(const struct call *call, const json_t *tasks, struct status *st);

#endif
