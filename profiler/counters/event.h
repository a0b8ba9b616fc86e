/* event: an event's name -> what the kernel must be told to count it, and what it means.
 *
 * Names come from libpfm4 (`cycles`, `perf::CYCLES`, `INST_RETIRED:ANY`, raw `r01c2`) and, for what
 * it lacks, from event_table and event_device (`msr/tsc/`, `sched:sched_switch`). Upper and lower case, `-` and `_` are the same. `:u` counts user mode
 * only, `:k` kernel mode only; libpfm4's own modifiers (`c=1`) pass through. event.c is the only
 * file that includes libpfm4, whose copy of the kernel's header cannot live beside the kernel's
 * own: hence struct event_code. All functions are thread-safe, except that the first call (which
 * initialises libpfm4, about 0.4 ms) reads the environment. */
#ifndef PAYOFF_COUNTERS_EVENT_H
#define PAYOFF_COUNTERS_EVENT_H

#include "base/counts.h"
#include "base/status.h"
#include "machine/pmu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EVENT_NAME_SIZE = 128 };

/* The part of struct perf_event_attr that says what to count. */
struct event_code {
    uint32_t type; /* PERF_TYPE_…, or the number of a dynamic PMU */
    uint64_t config;
    uint64_t config1;
    uint64_t config2;
    bool exclude_user;
    bool exclude_kernel;
    bool exclude_hv;
    bool exclude_host;
    bool exclude_guest;
};

enum event_trait {
    EVENT_IN_KERNEL = 1, /* happens inside the kernel only: with the kernel excluded it reads 0 */
    EVENT_CLOCK = 2,     /* counts ns, of both modes, whatever modes are excluded */
    EVENT_ALL_MODES = 8, /* cannot leave user or kernel mode out */
    EVENT_BUSY = 4,      /* any running code raises it: a zero after a busy loop is no true zero */
};

/* Strings other than `name` are constants of the program or of libpfm4. */
struct event {
    char name[EVENT_NAME_SIZE]; /* as payoff writes it: "page-faults", "instructions:u" */
    const char *pmu;            /* "perf", "perf_raw", "arm_n1", … or "kernel" (our own table) */
    const char *unit;           /* "events" or "ns" */
    const char *description;    /* one plain sentence, or what libpfm4 says */
    enum counts_source source;  /* hardware or software */
    unsigned traits;            /* of enum event_trait */
    struct event_code code;
    const char *refusal;    /* known beforehand: why it cannot be counted for a process; or NULL */
    const struct pmu *core; /* on a hybrid processor: the one kind of core it counts on, or NULL */
};

/* Text -> event. Unknown is STATUS_NOT_FOUND and suggests the nearest name; a modifier that does
 * not exist or cannot work with this event is STATUS_USAGE. */
bool event_parse(const char *text, struct event *event, struct status *st);

/* The same event with the kernel excluded. Its name gets ":u", except a clock's, whose count stays
 * the same. False, and *user untouched, when the event happens in the kernel only or was asked for
 * with ":k", so that there is nothing left to count. */
bool event_user_only(const struct event *event, struct event *user);

/* True when the two count the same thing in the same modes. */
bool event_code_equal(const struct event_code *a, const struct event_code *b);

/* Calls visit for each event that has a name on this machine, the kernel's own first; stops early
 * when visit returns false. The event is only valid during the call. `code` is zero for events of
 * the CPU model (parse the name to encode it). */
void event_each(bool (*visit)(const struct event *event, void *context), void *context);

/* libpfm4's version, "4.13": major and minor. */
void event_library_version(char *text, size_t size);

#endif
