#include "machine/cpu.h"

#include "machine/cpu_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define CPU_FOLDER "/sys/devices/system/cpu"

enum { LIST_SIZE = 4096, THREADS_MAX = 65536 };

static bool in_list(const char *list, int id)
{
    int first = 0, last = 0;
    while (sysfile_next_range(&list, &first, &last)) {
        if (id >= first && id <= last)
            return true;
    }
    return false;
}

static bool add_thread(struct cpu *cpu, int id)
{
    if (cpu->thread_count % 64 == 0) {
        struct cpu_thread *more =
            reallocarray(cpu->threads, cpu->thread_count + 64, sizeof *cpu->threads);
        if (more == NULL)
            return false;
        cpu->threads = more;
    }
    cpu->threads[cpu->thread_count++] =
        (struct cpu_thread){.id = id, .core = id, .package = -1, .type = -1};
    return true;
}

/* Which CPUs are there, and which of them are ours. */
static void read_threads(const char *root, struct cpu *cpu)
{
    char online[LIST_SIZE], allowed[LIST_SIZE] = "";
    if (!sysfile_text(root, online, sizeof online, CPU_FOLDER "/online"))
        return;
    char *status = sysfile_whole(root, "/proc/self/status");
    bool known =
        status != NULL && sysfile_field(status, "Cpus_allowed_list", allowed, sizeof allowed);
    free(status);
    const char *list = online;
    int first = 0, last = 0;
    if (known)
        cpu->usable = 0;
    while (sysfile_next_range(&list, &first, &last)) {
        for (int id = first; id <= last && cpu->thread_count < THREADS_MAX; id++) {
            if (!add_thread(cpu, id))
                return;
            bool usable = known && in_list(allowed, id);
            cpu->threads[cpu->thread_count - 1].usable = usable || !known;
            cpu->usable += usable;
        }
    }
    if (cpu->usable == 0) { /* a list that names none of them is damaged: we run on some */
        cpu->usable = SYSFILE_UNKNOWN;
        for (size_t i = 0; i < cpu->thread_count; i++)
            cpu->threads[i].usable = true;
    }
}

static bool is_online(const struct cpu *cpu, int id)
{
    for (size_t i = 0; i < cpu->thread_count; i++) {
        if (cpu->threads[i].id == id)
            return true;
    }
    return false;
}

static int lowest_online(const struct cpu *cpu, const char *list)
{
    int first = 0, last = 0;
    while (sysfile_next_range(&list, &first, &last)) {
        for (int id = first; id <= last; id++) {
            if (is_online(cpu, id))
                return id;
        }
    }
    return -1;
}

static int64_t count_packages(const struct cpu *cpu)
{
    int64_t count = 0;
    for (size_t i = 0; i < cpu->thread_count; i++) {
        bool seen = cpu->threads[i].package < 0;
        for (size_t k = 0; k < i && !seen; k++)
            seen = cpu->threads[k].package == cpu->threads[i].package;
        count += !seen;
    }
    return count > 0 ? count : SYSFILE_UNKNOWN;
}

static void read_topology(const char *root, struct cpu *cpu)
{
    bool known = cpu->thread_count > 0;
    int64_t cores = 0;
    for (size_t i = 0; i < cpu->thread_count; i++) {
        struct cpu_thread *thread = &cpu->threads[i];
        char siblings[LIST_SIZE];
        int64_t package =
            sysfile_integer(root, CPU_FOLDER "/cpu%d/topology/physical_package_id", thread->id);
        thread->package = package >= 0 && package < 65536 ? (int)package : -1;
        if (!sysfile_text(root, siblings, sizeof siblings,
                          CPU_FOLDER "/cpu%d/topology/thread_siblings_list", thread->id)) {
            known = false;
            continue;
        }
        int lowest = lowest_online(cpu, siblings);
        thread->core = lowest >= 0 ? lowest : thread->id;
        cores += thread->core == thread->id;
    }
    cpu->packages = count_packages(cpu);
    if (known) {
        cpu->cores = cores;
        cpu->smt = cores < (int64_t)cpu->thread_count;
    }
}

static int count_online(const struct cpu *cpu, const char *list)
{
    int count = 0;
    for (size_t i = 0; i < cpu->thread_count; i++)
        count += in_list(list, cpu->threads[i].id);
    return count;
}

static int64_t size_with_unit(const char *text)
{
    char *unit = NULL;
    long long size = strtoll(text, &unit, 10);
    if (unit == text || size < 0)
        return SYSFILE_UNKNOWN;
    return size * (*unit == 'K' ? 1 << 10 : *unit == 'M' ? 1 << 20 : 1);
}

static void read_caches(const char *root, struct cpu *cpu)
{
    int id = cpu->thread_count > 0 ? cpu->threads[0].id : 0;
    for (int i = 0; i < CPU_CACHES_MAX; i++) {
        struct cpu_cache *cache = &cpu->caches[cpu->cache_count];
        char size[32], shared[LIST_SIZE];
        cache->level = sysfile_integer(root, CPU_FOLDER "/cpu%d/cache/index%d/level", id, i);
        if (cache->level == SYSFILE_UNKNOWN ||
            !sysfile_text(root, size, sizeof size, CPU_FOLDER "/cpu%d/cache/index%d/size", id, i))
            continue;
        cache->size_bytes = size_with_unit(size);
        sysfile_text(root, cache->kind, sizeof cache->kind, CPU_FOLDER "/cpu%d/cache/index%d/type",
                     id, i);
        if (cache->kind[0] >= 'A' && cache->kind[0] <= 'Z')
            cache->kind[0] = (char)(cache->kind[0] - 'A' + 'a');
        sysfile_text(root, shared, sizeof shared, CPU_FOLDER "/cpu%d/cache/index%d/shared_cpu_list",
                     id, i);
        cache->shared_by = count_online(cpu, shared);
        cpu->cache_count++;
    }
}

static void read_governor(const char *root, struct cpu *cpu)
{
    for (size_t i = 0; i < cpu->thread_count; i++) {
        char governor[sizeof cpu->governor];
        if (!sysfile_text(root, governor, sizeof governor,
                          CPU_FOLDER "/cpu%d/cpufreq/scaling_governor", cpu->threads[i].id))
            continue;
        if (cpu->governor[0] == '\0')
            memcpy(cpu->governor, governor, sizeof governor);
        else if (strcmp(cpu->governor, governor) != 0)
            snprintf(cpu->governor, sizeof cpu->governor, "mixed");
    }
}

static int64_t read_khz(const char *root, int id, const char *name)
{
    int64_t khz = sysfile_integer(root, CPU_FOLDER "/cpu%d/cpufreq/%s", id, name);
    return khz >= 0 && khz < INT64_MAX / 1000 ? khz * 1000 : SYSFILE_UNKNOWN;
}

static void read_frequency(const char *root, struct cpu *cpu)
{
    int id = cpu->thread_count > 0 ? cpu->threads[0].id : 0;
    read_governor(root, cpu);
    sysfile_text(root, cpu->driver, sizeof cpu->driver, CPU_FOLDER "/cpu%d/cpufreq/scaling_driver",
                 id);
    sysfile_text(root, cpu->preference, sizeof cpu->preference,
                 CPU_FOLDER "/cpu%d/cpufreq/energy_performance_preference", id);
    cpu->min_hz = read_khz(root, id, "scaling_min_freq");
    cpu->max_hz = read_khz(root, id, "scaling_max_freq");
    cpu->now_hz = read_khz(root, id, "scaling_cur_freq");
    int64_t off = sysfile_integer(root, CPU_FOLDER "/intel_pstate/no_turbo");
    int64_t boost = sysfile_integer(root, CPU_FOLDER "/cpufreq/boost");
    cpu->turbo = off != SYSFILE_UNKNOWN ? off == 0 : boost != SYSFILE_UNKNOWN ? boost != 0 : boost;
}

void cpu_read(const char *root, struct cpu *cpu)
{
    *cpu = (struct cpu){
        .usable = SYSFILE_UNKNOWN,
        .cores = SYSFILE_UNKNOWN,
        .packages = SYSFILE_UNKNOWN,
        .smt = SYSFILE_UNKNOWN,
        .turbo = SYSFILE_UNKNOWN,
    };
    read_threads(root, cpu);
    read_topology(root, cpu);
    read_caches(root, cpu);
    read_frequency(root, cpu);
    cpu_model_read(root, cpu);
}

void cpu_free(struct cpu *cpu)
{
    free(cpu->threads);
    cpu->threads = NULL;
    cpu->thread_count = 0;
}
