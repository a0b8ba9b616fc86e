/* processes: a crew of forked children that share the tasks.
 *
 * Results reach the parent through the shared memory that they are written to. Cold, the children
 * are forked and reaped in every round. Warm, each waits for a byte on a socket, and sends one back
 * when its share is done. A child that dies ends the round: STATUS_SUBJECT, with the signal's name
 * and the task; the others are killed and reaped. One owner, which alone calls these functions and
 * runs no threads of its own while it forks. */
#ifndef PAYOFF_WORKERS_NATIVE_PROCESSES_H
#define PAYOFF_WORKERS_NATIVE_PROCESSES_H

#include "workers/native/work.h"

#include <sys/types.h>

struct processes;

/* How a child ended a round before its time. */
struct processes_death {
    size_t task;        /* the one it was at; WORK_NO_TASK when it was at none */
    const char *signal; /* "SIGSEGV"; NULL when it exited */
};

/* Takes the memory for work->jobs children; forks none. Keeps `work`. `close_fds` are descriptors
 * that a child closes first. The caller frees it. */
struct processes *processes_new(struct work *work, const int *close_fds, size_t close_count,
                                struct status *st);

/* One round with children of its own: fork, work, reap. */
bool processes_run_cold(struct processes *processes, struct processes_death *death,
                        struct status *st);

/* Forks the children that wait, and sends them through a round without tasks. */
bool processes_start(struct processes *processes, struct processes_death *death, struct status *st);

/* One round with the children that wait. After a failure there are none any more. */
bool processes_run_warm(struct processes *processes, struct processes_death *death,
                        struct status *st);

/* Sends the children that wait home and reaps them. NULL is fine. */
void processes_free(struct processes *crew);

#endif
