/* spawn_child: the child's half of spawn: between clone and exec.
 *
 * Only system calls and pure functions here: what was made ready before is in the plan. The memory is
 * payoff's own, which sleeps meanwhile: what is written here, payoff finds. */
#ifndef PAYOFF_WORKERS_SPAWN_CHILD_H
#define PAYOFF_WORKERS_SPAWN_CHILD_H

#include "workers/spawn.h"

#include <sched.h>
#include <stdnoreturn.h>

/* Where the child finds its descriptors. Counters follow, then the file in memory, then the report pipe,
 * which exec closes. */
enum { CHILD_COMMAND_FD = 3, CHILD_REPLY_FD = 4, CHILD_FIRST_COUNTER_FD = 5 };

struct spawn_child {
    const char *program; /* absolute */
    const char *image;   /* what to run in its place, if that can be run; NULL: nothing */
    char *const *argv;
    char **environment;
    char *counter_variable; /* "PAYOFF_COUNTER_FDS=…" in the environment, to be emptied in place */
    const char *cwd;
    const struct group_plan *plan; /* NULL: nothing to open */
    int *counter_fds;              /* room for the plan's groups */
    int counter_count;
    const cpu_set_t *cpus; /* NULL: not pinned */
    size_t cpus_size;
    uint64_t memory_bytes;
    pid_t parent;
    /* As they are in the parent; -1: none. */
    int command_fd, reply_fd, file_fd, output_fd, error_fd, report_fd, null_fd;
};

/* What the child says over the report pipe before exec closes it; smaller than PIPE_BUF. */
struct spawn_report {
    int fatal; /* 0: the counters could not be opened, the worker goes on without */
    int sys_errno;
    int code; /* enum status_code where sys_errno is 0 */
    char step[SPAWN_REASON_SIZE];
};

noreturn void spawn_child_run(const struct spawn_child *child);

/* The descriptor that the file in memory, script or image, has in the child. */
int spawn_child_file_fd(int counter_count);

#endif
