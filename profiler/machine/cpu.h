/* cpu: the processor: model, cores and threads, kinds of cores, caches, frequency policy.
 *
 * From /proc/cpuinfo and /sys/devices/system/cpu below `root` (see sysfile.h). Numbers that are not
 * known are SYSFILE_UNKNOWN, texts empty. */
#ifndef PAYOFF_MACHINE_CPU_H
#define PAYOFF_MACHINE_CPU_H

#include "machine/sysfile.h"

enum { CPU_TYPES_MAX = 4, CPU_CACHES_MAX = 8 };

/* One logical CPU that is online. */
struct cpu_thread {
    int id;
    int core;    /* the lowest id among the threads of its core */
    int package; /* −1 when unknown */
    int type;    /* index into types; −1 when all are of one kind, or it is not known */
    bool usable; /* in this process's affinity mask */
};

struct cpu_type {
    char name[48]; /* "cpu_core", "cpu_atom" (the PMUs' names); "Cortex-A72" */
    int threads;
};

struct cpu_cache {
    int64_t level, size_bytes;
    char kind[16]; /* "data", "instruction", "unified" */
    int shared_by; /* threads, of those online; of the first CPU, as all of this list */
};

struct cpu {
    char architecture[32]; /* "x86_64", "aarch64": of the running kernel */
    char model[128], vendor[48];
    /* As the vendor numbers them: x86's family, model and stepping; on arm64 the implementer, part
     * and revision of the first processor (MIDR_EL1). */
    int64_t family, model_number, stepping;
    struct cpu_thread *threads; /* in order of id */
    size_t thread_count;        /* logical CPUs online; 0 when unknown */
    int64_t usable;             /* of those, in our affinity mask */
    int64_t cores, packages;
    int64_t smt; /* 1 when cores have several threads online, 0 when not */
    struct cpu_type types[CPU_TYPES_MAX];
    size_t type_count; /* 0 when all cores are alike, or nothing is known */
    struct cpu_cache caches[CPU_CACHES_MAX];
    size_t cache_count;
    char governor[32]; /* "mixed" when CPUs differ */
    char driver[32], preference[32];
    int64_t turbo;                  /* 1 allowed, 0 switched off */
    int64_t min_hz, max_hz, now_hz; /* policy limits of the first CPU, and its frequency now */
};

/* Fills *cpu; free with cpu_free. Nothing found leaves everything unknown. */
void cpu_read(const char *root, struct cpu *cpu);
void cpu_free(struct cpu *cpu);

#endif
