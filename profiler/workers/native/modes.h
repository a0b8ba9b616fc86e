/* modes: the ways in which a run's tasks are worked on, inside the bracket.
 *
 *   serial   this thread, one task after the other, and nothing else
 *   thread   `jobs` POSIX threads while this one waits (threads.h)
 *   process  `jobs` forked children while this one waits (processes.h)
 *   empty    nothing: what the bracket itself costs
 *
 * Cold crews are started and ended inside the clock, once in each loop, as in a program that uses
 * them once. Warm crews wait before the clock starts, and stay for later runs of the same mode and
 * jobs. Not thread-safe. */
#ifndef PAYOFF_WORKERS_NATIVE_MODES_H
#define PAYOFF_WORKERS_NATIVE_MODES_H

#include "workers/native/bracket.h"
#include "workers/native/work.h"

enum modes_mode { MODES_SERIAL, MODES_PROCESS, MODES_THREAD, MODES_EMPTY };

struct modes_run {
    enum modes_mode mode;
    size_t jobs; /* 1 … WORK_JOBS_MAX */
    bool cold;   /* of process and thread */
    uint64_t loops;
};

/* What went wrong in the subject, with STATUS_SUBJECT. */
struct modes_failure {
    size_t task;      /* WORK_NO_TASK when it was in none */
    const char *type; /* "SIGSEGV", "Exit", "ValueError"; a literal */
};

struct modes;

/* Keeps `bracket`. `close_fds` are descriptors that forked children close: kept, too. */
struct modes *modes_new(struct bracket *bracket, const int *close_fds, size_t close_count,
                        struct status *st);
void modes_free(struct modes *modes); /* NULL is fine */

/* Ends the crew that waits. To be called before its tasks are freed. */
void modes_disband(struct modes *modes);

/* One measurement. On success the bracket holds the times and readings, and the results are those
 * of the last loop. STATUS_SUBJECT with *failure, STATUS_SYSTEM or STATUS_MEMORY; whatever fails,
 * all threads and children have ended. `tasks` may be NULL for MODES_EMPTY. */
bool modes_run(struct modes *modes, struct call_tasks *tasks, const struct modes_run *run,
               struct modes_failure *failure, struct status *st);

/* Of the last successful run. CPU time of this process and of its children, reaped or reporting,
 * in ns. */
int64_t modes_cpu_ns(const struct modes *modes);

/* Starts the crew of a warm run, if it does not wait already, and leaves it waiting. Failures as
 * with modes_run; STATUS_UNAVAILABLE for a run that has no such crew. */
bool modes_crew(struct modes *modes, const struct call_tasks *tasks, const struct modes_run *run,
                struct modes_failure *failure, struct status *st);

/* The crew's threads, or its processes' first threads, by their kernel's ids, in the order of their
 * ids here; a new reference, NULL without memory. After modes_crew. */
json_t *modes_tids(const struct modes *modes);

/* A list of {id, wall_ns, cpu_ns, tasks, tid, switches}, one per worker; a new reference, NULL without memory. */
json_t *modes_workers(const struct modes *modes);

#endif
