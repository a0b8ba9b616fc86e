#include "machine/host.h"

#include "machine/files.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t field_bytes(const char *meminfo, const char *key)
{
    int64_t kib = sysfile_field_integer(meminfo, key, 10);
    return kib >= 0 && kib < INT64_MAX / 1024 ? kib * 1024 : SYSFILE_UNKNOWN;
}

static void read_memory(const char *root, struct host *host)
{
    char *meminfo = sysfile_whole(root, "/proc/meminfo"), text[64];
    const char *whole = meminfo != NULL ? meminfo : "";
    host->memory_bytes = field_bytes(whole, "MemTotal");
    host->memory_available_bytes = field_bytes(whole, "MemAvailable");
    host->swap_bytes = field_bytes(whole, "SwapTotal");
    host->swap_free_bytes = field_bytes(whole, "SwapFree");
    free(meminfo);
    /* "always [madvise] never": the chosen one is in brackets. */
    if (sysfile_text(root, text, sizeof text, "/sys/kernel/mm/transparent_hugepage/enabled"))
        if (sscanf(text, "%*[^[][%15[a-z]", host->huge_pages) != 1)
            sscanf(text, "[%15[a-z]", host->huge_pages);
}

static void read_process(const char *root, struct host *host)
{
    char *status = sysfile_whole(root, "/proc/self/status"), uids[128];
    long long effective = 0;
    host->capabilities = host->seccomp = host->uid = SYSFILE_UNKNOWN;
    if (status == NULL)
        return;
    host->capabilities = sysfile_field_integer(status, "CapEff", 16);
    host->seccomp = sysfile_field_integer(status, "Seccomp", 10);
    if (sysfile_field(status, "Uid", uids, sizeof uids) &&
        sscanf(uids, "%*d %lld", &effective) == 1)
        host->uid = effective;
    free(status);
}

static void read_kernel(const char *root, struct host *host)
{
    char release[96], *whole = sysfile_whole(root, "/etc/os-release");
    if (whole == NULL)
        whole = sysfile_whole(root, "/usr/lib/os-release");
    if (sysfile_text(root, release, sizeof release, "/proc/sys/kernel/osrelease"))
        snprintf(host->kernel, sizeof host->kernel, "Linux %s", release);
    if (whole != NULL) {
        char name[sizeof host->distribution];
        /* Shell quoting, in practice none or a pair of double quotes. */
        const char *at = strstr(whole, "PRETTY_NAME=");
        if (at != NULL && sscanf(at, "PRETTY_NAME=\"%127[^\"\n]", name) == 1)
            memcpy(host->distribution, name, sizeof name);
        else if (at != NULL && sscanf(at, "PRETTY_NAME=%127[^\"\n]", name) == 1)
            memcpy(host->distribution, name, sizeof name);
        free(whole);
    }
    sysfile_text(root, host->clocksource, sizeof host->clocksource,
                 "/sys/devices/system/clocksource/clocksource0/current_clocksource");
    host->aslr = sysfile_integer(root, "/proc/sys/kernel/randomize_va_space");
    host->paranoid = sysfile_integer(root, "/proc/sys/kernel/perf_event_paranoid");
    host->kptr_restrict = sysfile_integer(root, "/proc/sys/kernel/kptr_restrict");
    host->nmi_watchdog = sysfile_integer(root, "/proc/sys/kernel/nmi_watchdog");
}

/* "0x00000005"; 0 where the processor does not say. */
static int64_t read_slots(const char *root, const char *devices, const char *pmu)
{
    char text[32];
    if (!sysfile_text(root, text, sizeof text, "%s/%s/caps/slots", devices, pmu))
        return SYSFILE_UNKNOWN;
    unsigned long slots = strtoul(text, NULL, 16);
    return slots > 0 && slots < 256 ? (int64_t)slots : SYSFILE_UNKNOWN;
}

static void read_pmus(const char *root, struct host *host)
{
    static const char devices[] = "/sys/bus/event_source/devices";
    char path[512], **names = NULL;
    size_t count = 0;
    struct status st = STATUS_INIT;
    int length = snprintf(path, sizeof path, "%s%s", root, devices);
    if (length < 0 || (size_t)length >= sizeof path || !files_list(path, &names, &count, &st))
        return;
    for (size_t i = 0; i < count && host->pmu_count < HOST_PMUS_MAX; i++) {
        struct host_pmu *pmu = &host->pmus[host->pmu_count++];
        snprintf(pmu->name, sizeof pmu->name, "%s", names[i]);
        pmu->type = sysfile_integer(root, "%s/%s/type", devices, names[i]);
        sysfile_text(root, pmu->cpus, sizeof pmu->cpus, "%s/%s/cpus", devices, names[i]);
        pmu->slots = read_slots(root, devices, names[i]);
    }
    files_list_free(names, count);
}

/* What the kernel itself says of this process, for chroots and containers that hide /sys. Only of
 * the real machine: a fixture's root has no kernel to ask. */
static int64_t affinity_cpus(const char *root)
{
    cpu_set_t set;
    if (root[0] != '\0' || sched_getaffinity(0, sizeof set, &set) != 0)
        return SYSFILE_UNKNOWN;
    return CPU_COUNT(&set);
}

static int64_t usable_cpus(const char *root, const struct host *host)
{
    int64_t usable = host->cpu.usable;
    if (usable == SYSFILE_UNKNOWN)
        usable = affinity_cpus(root);
    if (usable == SYSFILE_UNKNOWN && host->cpu.thread_count > 0)
        usable = (int64_t)host->cpu.thread_count;
    if (usable == SYSFILE_UNKNOWN || host->cgroup.cpus == 0)
        return usable;
    /* Of 2.5 CPUs, a third job would be held up half of its time. */
    int64_t whole = (int64_t)host->cgroup.cpus;
    if (whole < 1)
        whole = 1;
    return whole < usable ? whole : usable;
}

void host_read(const char *root, struct host *host)
{
    memset(host, 0, sizeof *host);
    cpu_read(root, &host->cpu);
    cgroup_read(root, &host->cgroup);
    virtual_read(root, &host->virtual_machine);
    read_memory(root, host);
    read_process(root, host);
    read_kernel(root, host);
    read_pmus(root, host);
    host->cpus_usable = usable_cpus(root, host);
}

void host_free(struct host *host)
{
    cpu_free(&host->cpu);
}

int64_t host_has_capability(const struct host *host, int bit)
{
    if (host->capabilities == SYSFILE_UNKNOWN)
        return SYSFILE_UNKNOWN;
    return (host->capabilities >> bit) & 1;
}
