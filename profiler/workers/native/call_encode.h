/* call_encode: the results that calls have left behind, for `results`. Not while a run is on. */
#ifndef PAYOFF_WORKERS_NATIVE_CALL_ENCODE_H
#define PAYOFF_WORKERS_NATIVE_CALL_ENCODE_H

#include "workers/native/call.h"

#include <jansson.h>

/* The encoded results of all tasks, in order: a new list. STATUS_MEMORY, or STATUS_SUBJECT with the
 * index in *task when a returned string is no UTF-8. */
json_t *call_tasks_results(const struct call_tasks *tasks, size_t *index, struct status *st);

#endif
