/* pmu_event: the events that the kernel itself names, PMU by PMU ("msr/tsc/", "power/energy-pkg/",
 * "cpu/topdown-retiring/"), and its tracepoints ("sched:sched_switch").
 *
 * Read from /sys/bus/event_source/devices and tracefs below a root that tests can replace. Formats
 * (`config:0-7,21`, `config1:3`, …) and terms (`event=0x3c,umask=0x1,cmask`) as Linux documents them
 * in Documentation/ABI/testing/sysfs-bus-event_source-devices-format. Thread-safe. */
#ifndef PAYOFF_MACHINE_PMU_EVENT_H
#define PAYOFF_MACHINE_PMU_EVENT_H

#include <stdbool.h>
#include <stdint.h>

enum { PMU_EVENT_NAME_SIZE = 96 };

enum pmu_event_scope {
    PMU_EVENT_CORE,    /* of processor cores: follows a process, knows user and kernel mode */
    PMU_EVENT_PROCESS, /* follows a process, but cannot leave a mode out */
    PMU_EVENT_SYSTEM,  /* counts the whole machine, or a socket */
};

struct pmu_event {
    char name[PMU_EVENT_NAME_SIZE]; /* "msr/tsc/" */
    uint32_t type;
    uint64_t config, config1, config2;
    double scale;  /* multiply a count by this … */
    char unit[16]; /* … to have it in these ("Joules"); "" : plain events */
    enum pmu_event_scope scope;
};

/* False: there is no such PMU, no such event, or it is written in a way that is not known. */
bool pmu_event_find(const char *root, const char *pmu, const char *event, struct pmu_event *found);

/* Calls visit for each event of each PMU; stops when it returns false. */
void pmu_event_each(const char *root, bool (*visit)(const struct pmu_event *event, void *context),
                    void *context);

enum tracepoint {
    TRACEPOINT_FOUND,
    TRACEPOINT_UNKNOWN,   /* tracefs can be read, and has none of that name */
    TRACEPOINT_FORBIDDEN, /* tracefs is there, but not for this user */
    TRACEPOINT_NO_TRACEFS /* it is not mounted */
};

/* The number of "system:name", as perf_event_attr's config has it. */
enum tracepoint tracepoint_find(const char *root, const char *system, const char *name,
                                uint64_t *id);

#endif
