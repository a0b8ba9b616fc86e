/* source_fake: any machine, for tests: a PMU with N counters, multiplexing, rights, refusals.
 *
 * It behaves as the kernel was seen to behave: a group that is too big for the counters that are
 * free opens, is enabled and reads with running = 0; one that is too big for the PMU is EINVAL; the
 * permission check comes before the one for a PMU; context-switches with the kernel excluded open
 * and read 0; on a hybrid processor an event of one kind of core rests while the thread is on the
 * other. Every reading is one ms of virtual time after the last. Not thread-safe. */
#ifndef PAYOFF_COUNTERS_SOURCE_FAKE_H
#define PAYOFF_COUNTERS_SOURCE_FAKE_H

#include "counters/source.h"

enum { FAKE_DESCRIPTORS = 1024, FAKE_RULES = 16, FAKE_FIRST_FD = 1000 };

/* What opening or counting one event does, whatever the machine. */
struct fake_rule {
    uint32_t type;
    uint64_t config;
    int open_errno; /* 0: opens */
    bool silent;    /* opens, runs, stays 0 */
};

struct fake_event {
    bool used;
    struct event_code code;
    struct source_target target;
    int leader; /* index; its own for a leader */
    bool enabled;
    uint64_t enabled_ns; /* of a leader, for its group */
    uint64_t running_ns;
};

struct source_fake {
    struct permissions permissions;
    unsigned counters;     /* hardware counters of the PMU */
    unsigned held;         /* of which others hold so many (NMI watchdog) */
    double hardware_share; /* of the time that a hardware group runs; 1 unless multiplexed */
    unsigned open_max;     /* descriptors that may be open at once */
    int read_errno;        /* every read fails with it, unless 0 */
    struct pmus pmus;      /* two or more: a hybrid processor */
    size_t at;             /* which of them the thread's processor belongs to */
    int move_errno;        /* moving to another kind of core fails with it, unless 0 */
    struct fake_rule rules[FAKE_RULES];
    size_t rule_count;

    unsigned open_count;   /* open now */
    unsigned opened_total; /* opened since the start */
    struct fake_event events[FAKE_DESCRIPTORS];
};

/* A machine with everything: 4 counters, root, no refusals, 1,000 descriptors. */
void source_fake_reset(struct source_fake *fake);
/* Lets the thread work for so long, on cores of the PMU `at`. */
void source_fake_run(struct source_fake *fake, uint64_t ns);
/* `fake` is borrowed and may be changed between calls. */
struct source source_fake_make(struct source_fake *fake);

#endif
