/* attach: one event of a plan, counted on each of several threads that run already.
 *
 * The plan's own counters are inherited: they give the sum over everything that a worker starts,
 * and cannot say who did how much. These are opened from outside on the threads of a warm pool (and
 * count what those start later), each apart. They need counters of the PMU beside the plan's: where
 * those would have to take turns for it, attach_open refuses, because a breakdown is not worth a
 * scaled total. Not thread-safe. */
#ifndef PAYOFF_COUNTERS_ATTACH_H
#define PAYOFF_COUNTERS_ATTACH_H

#include "base/counts.h"
#include "base/status.h"
#include "counters/group.h"

#include <stddef.h>
#include <sys/types.h>

struct attach;

enum { ATTACH_TASKS_MAX = 4096 };

/* Counts event `index` of the plan on `count` threads (their ids as gettid gives them), from now
 * on. The plan must outlive it. STATUS_UNAVAILABLE, with a reason for people, where it cannot be
 * counted, the thread has ended, or descriptors run out; nothing is left open then. The caller
 * frees *attach. */
bool attach_open(const struct group_plan *plan, size_t index, const pid_t *tasks, size_t count,
                 struct attach **attach, struct status *st);
void attach_free(struct attach *attach); /* NULL is fine */

size_t attach_count(const struct attach *attach);

/* Remembers where the counters stand. Takes about half a microsecond per thread. */
bool attach_begin(struct attach *attach, struct status *st);

/* What each thread has counted since attach_begin: counts[0 … attach_count). Threads that have
 * ended meanwhile keep what they counted. */
bool attach_end(struct attach *attach, struct counts *counts, struct status *st);

#endif
