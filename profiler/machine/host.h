/* host: everything about this machine that a reader of a measurement may ask, in one place.
 *
 * Read from /proc and /sys below `root` ("" for the real ones), so that tests describe machines
 * that are not there. Whole numbers that are not known are SYSFILE_UNKNOWN, texts empty; nothing is
 * guessed. Lua sees it as the table of machine.describe(), in which what is unknown is nil:
 *
 *   { cpu = { model =, vendor =, architecture =, packages =, cores =, threads =,
 *             types = { {name = "cpu_core", threads = 16}, … },      only where cores differ
 *             caches = { {level = 1, kind = "data", size_bytes =, shared_by = 2}, … } },
 *     smt = true | false,
 *     cpus_usable = 2,            how many jobs can really run at once: affinity mask and quota
 *     cpus_affinity = 2,          logical CPUs in our affinity mask
 *     cpus_limit = 2.5 | nil,     quota of the container, nil: none, or not known
 *     governor =, frequency_driver =, energy_preference =, turbo = true | false,
 *     frequency_min_hz =, frequency_max_hz =, frequency_now_hz =,
 *     virtual_machine = "kvm" | … | "none", container = "docker" | … | nil, product =,
 *     memory_bytes =, memory_available_bytes =, memory_limit_bytes = | nil,
 *     swap_bytes =, swap_free_bytes =, huge_pages = "madvise", aslr = 2,
 *     load = {1.5, 1.2, 0.9}, pressure = {cpu = 0.02, memory =, io =},   shares of the last 10 s
 *     perf_event_paranoid =, kptr_restrict =, cap_perfmon = bool, cap_sys_admin = bool,
 *     seccomp = "off" | "strict" | "filter", nmi_watchdog = bool,
 *     pmus = { {name = "cpu", type = 4, cpus = "0-7" | nil, slots = 8 | nil}, … },
 *     clocksource = "tsc", kernel = "Linux 6.1.0", distribution = "Debian …", uid = 1000 } */
#ifndef PAYOFF_MACHINE_HOST_H
#define PAYOFF_MACHINE_HOST_H

#include "machine/cgroup.h"
#include "machine/cpu.h"
#include "machine/virtual.h"

enum { HOST_PMUS_MAX = 256 };

struct host_pmu {
    char name[64];
    int64_t type;
    char cpus[64]; /* the CPUs it is for, of a core PMU that says so; else empty */
    int64_t slots; /* operations that a core can start in a cycle, of a PMU that says so */
};

struct host {
    struct cpu cpu;
    struct cgroup cgroup;
    struct virtual_machine virtual_machine;
    int64_t cpus_usable;
    int64_t memory_bytes, memory_available_bytes, swap_bytes, swap_free_bytes;
    char huge_pages[16];
    int64_t aslr, paranoid, kptr_restrict, nmi_watchdog;
    int64_t capabilities; /* CapEff, as bits */
    int64_t seccomp;      /* 0 off, 1 strict, 2 filter */
    int64_t uid;          /* effective */
    struct host_pmu pmus[HOST_PMUS_MAX];
    size_t pmu_count;
    char clocksource[32], kernel[128], distribution[128];
};

/* Fills *host (large: not for small stacks); free with host_free. Thread-safe. */
void host_read(const char *root, struct host *host);
void host_free(struct host *host);

/* True or false for a capability's bit; SYSFILE_UNKNOWN when CapEff is not known. */
int64_t host_has_capability(const struct host *host, int bit);
enum { HOST_CAP_SYS_ADMIN = 21, HOST_CAP_PERFMON = 38 };

#endif
