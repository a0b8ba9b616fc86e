/* call_decode: the tasks of a `prepare` become argument blocks. Not thread-safe. */
#ifndef PAYOFF_WORKERS_NATIVE_CALL_DECODE_H
#define PAYOFF_WORKERS_NATIVE_CALL_DECODE_H

#include "workers/native/call.h"

#include <jansson.h>

/* Decodes a list of task tuples. STATUS_USAGE when it is none; STATUS_DATA when a task's arguments
 * do not fit the signature ("argument 2 (uint8): 300 does not fit …"), with its index in *task;
 * STATUS_MEMORY or STATUS_SYSTEM. Keeps `call`; the caller frees *tasks. */
bool call_tasks_decode(const struct call *call, const json_t *list, struct call_tasks **tasks,
                       size_t *task, struct status *st);

#endif
