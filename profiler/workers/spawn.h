/* spawn: clone and exec of one worker, with everything that it must find when it starts.
 *
 * Between clone and exec the child gets a session of its own, dies with payoff, is pinned, limited
 * and stripped of every descriptor that is not meant for it; the counter groups are opened on it
 * there, so that they count it and all it starts later. For the main thread. */
#ifndef PAYOFF_WORKERS_SPAWN_H
#define PAYOFF_WORKERS_SPAWN_H

#include "base/status.h"
#include "counters/group.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Borrowed; NULL and 0 where not wanted, but for argv. */
struct spawn_spec {
    const char *const *argv;        /* NULL-terminated. argv[0] is searched for in the PATH of the
                                       environment; an element "{script}" is replaced by a path
                                       under which the child can read `script` */
    const char *const *environment; /* "NAME=value", NULL-terminated; NULL: payoff's own */
    const char *cwd;
    const void *script; /* bytes; handed over as a sealed memory file */
    size_t script_size;
    const void *image; /* bytes of an executable that is run in place of argv[0], where this system
                          runs a file in memory; not together with a script */
    size_t image_size;
    const struct group_plan *plan;
    const int *cpus; /* to be pinned to */
    size_t cpu_count;
    uint64_t memory_bytes; /* limit of its address space; its children have the same each */
    bool brief;            /* its runtime is known from an earlier process: see PROTOCOL.md */
};

enum { SPAWN_MARK_SIZE = 48, SPAWN_REASON_SIZE = 256 };

/* A child that has reached exec. All descriptors are nonblocking but pid_fd, close-on-exec, and the
 * caller's to close; the child is the caller's to kill and reap. */
struct spawn {
    pid_t pid; /* also its session and its process group */
    int pid_fd;
    int command_fd, reply_fd; /* payoff's ends */
    int output_fd, error_fd;  /* of its stdout and stderr */
    bool counted;             /* the plan's groups are open on it; true without a plan */
    char uncounted[2 * SPAWN_REASON_SIZE]; /* why not */
    char mark[SPAWN_MARK_SIZE]; /* "PAYOFF_WORKER=…", in the environment of all its descendants */
};

/* STATUS_NOT_FOUND: no such program. STATUS_USAGE: argv or a CPU number that cannot be. Other codes
 * as the step that failed before exec; the message names it. Nothing is left behind on failure. */
bool spawn_start(const struct spawn_spec *spec, int64_t deadline_ns, struct spawn *spawn,
                 struct status *st);

#endif
