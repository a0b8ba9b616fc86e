/* source: where counter values come from, as a table of functions.
 *
 * source_perf asks the kernel, source_fake plays any machine for tests; a simulator will be a
 * third. A reading is what the kernel gives for PERF_FORMAT_GROUP | TOTAL_TIME_ENABLED |
 * TOTAL_TIME_RUNNING | ID, in the machine's byte order: struct source_reading. */
#ifndef PAYOFF_COUNTERS_SOURCE_H
#define PAYOFF_COUNTERS_SOURCE_H

#include "counters/event.h"
#include "machine/permissions.h"
#include "machine/pmu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A group has at most so many members; no PMU has as many counters. */
enum { SOURCE_MEMBERS_MAX = 32 };

struct source_reading {
    uint64_t members;
    uint64_t enabled_ns;
    uint64_t running_ns;
    struct source_value {
        uint64_t count;
        uint64_t id; /* the kernel's number of this event; the same in every reading of it */
    } values[SOURCE_MEMBERS_MAX];
};

enum source_kind {
    SOURCE_KERNEL,    /* hardware and software events, counted while the subject runs natively */
    SOURCE_SIMULATED, /* counted by a simulator that runs the subject */
};

enum source_flag {
    SOURCE_DISABLED = 1,      /* does not count until `enable` */
    SOURCE_CLOSE_ON_EXEC = 2, /* the descriptor does not survive an exec */
};

/* What is counted: a thread (0: the calling one) wherever it runs (cpu −1), or everything on one
 * CPU (task −1). */
struct source_target {
    pid_t task;
    int cpu;
};

#define SOURCE_SELF ((struct source_target){.task = 0, .cpu = -1})

/* Functions that can fail return −errno. All of them are async-signal-safe: group_plan_open_self
 * calls them between clone and exec. */
struct source {
    const char *name;
    enum source_kind kind;
    const struct permissions *permissions; /* to explain refusals; outlives the source */
    const struct pmus *pmus;               /* the machine's core PMUs; NULL: nothing is known */
    void *self;
    /* More descriptors than this a plan must not take, so that the worker has some left; 0: as many
     * as can be opened. */
    size_t descriptors_max;

    /* A descriptor that counts `code` on the target and, where that is a thread, all its later
     * children and threads (inherit), as a member of the group that group_fd leads, or as a leader
     * when that is −1. */
    int (*open)(void *self, const struct event_code *code, struct source_target target,
                int group_fd, unsigned flags);
    /* Bytes read from a leader; 0 when the group could never be scheduled. */
    ssize_t (*read)(void *self, int fd, void *buffer, size_t size);
    /* The leader alone: with it the whole group counts or rests. */
    int (*enable)(void *self, int fd);
    int (*disable)(void *self, int fd);
    void (*close)(void *self, int fd);
    /* Moves the calling thread onto the processors of one kind of core, where alone that PMU's
     * events count, and back to where it was. */
    int (*move)(void *self, const struct pmu *core, cpu_set_t *before);
    void (*move_back)(void *self, const cpu_set_t *before);
};

#endif
