/* threads: a crew of POSIX threads that share the tasks.
 *
 * Cold, they are created and joined in every round. Warm, they wait at a barrier: the owner opens
 * it for a round and waits until the last has finished. One owner, which alone calls these
 * functions. */
#ifndef PAYOFF_WORKERS_NATIVE_THREADS_H
#define PAYOFF_WORKERS_NATIVE_THREADS_H

#include "workers/native/work.h"

struct threads;

/* Takes the memory for `jobs` threads; starts none. Keeps `work`. The caller frees it. */
struct threads *threads_new(struct work *work, struct status *st);

/* One round with threads of its own: create, work, join. STATUS_SYSTEM when the system has no
 * thread to give; those that were created have ended then. */
bool threads_run_cold(struct threads *threads, struct status *st);

/* Creates the threads that wait, and sends them through a round without tasks. */
bool threads_start(struct threads *threads, struct status *st);

/* One round with the threads that wait. */
void threads_run_warm(struct threads *crew);

/* Ends and joins the threads that wait. NULL is fine. */
void threads_free(struct threads *crew);

#endif
