/* work: the tasks of one round, and who takes which.
 *
 * Tasks are handed out dynamically, one at a time in their order, to whoever is free: as
 * ThreadPoolExecutor does, and ProcessPoolExecutor with its chunks of one. A round is the whole
 * list once; the next begins when every worker has finished this one, as with one call of map()
 * after the other.
 *
 * struct work lies in memory that forked workers share. Its counter is atomic; a worker's record
 * is written by that worker alone, and read by others once the round is over or the worker dead. */
#ifndef PAYOFF_WORKERS_NATIVE_WORK_H
#define PAYOFF_WORKERS_NATIVE_WORK_H

#include "base/status.h"
#include "workers/native/call.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define WORK_JOBS_MAX 4096
#define WORK_NO_TASK  SIZE_MAX

/* What one worker did since work_reset, over all rounds. */
struct work_record {
    _Alignas(64) int64_t wall_ns; /* from the start to the end of its share */
    int64_t cpu_ns;
    int64_t switches; /* how often the kernel took it off its CPU, waiting or not */
    pid_t tid;        /* its thread, or its process's first; 0: not told */
    uint64_t tasks;
    size_t current;  /* the task it is at; WORK_NO_TASK between tasks */
    size_t unusable; /* a task whose result could not be kept; WORK_NO_TASK when there is none */
    bool finished;   /* its share of the round is done */
};

struct work {
    const struct call_tasks *tasks;
    size_t jobs, size; /* size: bytes of the mapping */
    _Alignas(64) atomic_size_t next;
    struct work_record records[];
};

/* In shared memory; the caller frees it with work_free. STATUS_MEMORY or STATUS_SYSTEM. */
struct work *work_new(const struct call_tasks *tasks, size_t jobs, struct status *st);
void work_free(struct work *work); /* NULL is fine */

/* Clears the records. Before the clock. */
void work_reset(struct work *work);

/* Makes all tasks available again. By the owner, while no worker runs. */
void work_new_round(struct work *work);

/* Takes and runs tasks until there is none, as worker `id`, whose CPU time `cpu_clock` tells. */
void work_share(struct work *work, size_t id, clockid_t cpu_clock);

/* Leaves no task to take, so that workers which still run come to an end soon. */
void work_stop(struct work *work);

#endif
