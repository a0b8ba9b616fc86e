/* pmu: the counting units of this machine's processor cores, as the kernel describes them.
 *
 * Most machines have one. A hybrid processor has one for each kind of core ("cpu_core" and
 * "cpu_atom", "armv8_cortex_a55" and "armv8_cortex_a76"), and an event of the one counts nothing on
 * the cores of the other. Read below a root that tests can replace; the rest are pure functions. */
#ifndef PAYOFF_MACHINE_PMU_H
#define PAYOFF_MACHINE_PMU_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PMU_MAX = 8, PMU_NAME_SIZE = 48, PMU_COMMON_EVENTS = 64 };

#define PMU_TYPE_UNKNOWN UINT32_MAX

struct pmu {
    char name[PMU_NAME_SIZE];
    uint32_t type;   /* of its own events, as perf_event_attr has it; or PMU_TYPE_UNKNOWN */
    bool has_cpus;   /* false: it does not say, because it is every processor's */
    cpu_set_t cpus;  /* the processors it counts on */
    bool is_arm;     /* numbers its events as Arm's PMUv3 does */
    uint64_t common; /* Arm: bit n is set when the kernel lists common event n as implemented */
};

struct pmus {
    size_t count;
    struct pmu list[PMU_MAX]; /* in the order of their types */
};

/* Fills `pmus` from /sys below `root` ("" for the real one). What is missing is not there. */
void pmus_read(const char *root, struct pmus *pmus);

/* The one of this type; NULL when there is none. */
const struct pmu *pmus_by_type(const struct pmus *pmus, uint32_t type);

/* True when `number` is one of Arm's common events, and this PMU lists those it implements without
 * it: such an event opens and stays 0. The kernel never lists 0 (SW_INCR) and 0x1e (CHAIN). */
bool pmu_lacks(const struct pmu *pmu, uint64_t number);

#endif
