#include "machine/pmu.h"

#include "machine/files.h"
#include "machine/sysfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICES "/sys/bus/event_source/devices"

enum { COMMON_SW_INCR = 0, COMMON_CHAIN = 0x1e };

static void parse_cpus(const char *text, cpu_set_t *cpus)
{
    int first = 0;
    int last = 0;
    CPU_ZERO(cpus);
    while (sysfile_next_range(&text, &first, &last)) {
        for (int cpu = first; cpu <= last && cpu < CPU_SETSIZE; cpu++)
            CPU_SET((size_t)cpu, cpus);
    }
}

/* events/inst_retired holds "event=0x0008". */
static void read_common_events(const char *root, struct pmu *pmu)
{
    char folder[128];
    char **names = NULL;
    snprintf(folder, sizeof folder, DEVICES "/%s/events", pmu->name);
    size_t count = sysfile_list(root, folder, &names);
    for (size_t i = 0; i < count; i++) {
        char text[64];
        if (!sysfile_text(root, text, sizeof text, "%s/%s", folder, names[i]) ||
            strncmp(text, "event=", 6) != 0)
            continue;
        unsigned long number = strtoul(text + 6, NULL, 0);
        if (number < PMU_COMMON_EVENTS)
            pmu->common |= 1ULL << number;
    }
    files_list_free(names, count);
}

/* x86 names its one core PMU "cpu"; on arm64 and on hybrid x86 a core PMU has a file "cpus" (an
 * uncore PMU has "cpumask" in its place). */
static bool read_pmu(const char *root, const char *name, struct pmu *pmu)
{
    char cpus[4096];
    *pmu = (struct pmu){.type = PMU_TYPE_UNKNOWN};
    pmu->has_cpus = sysfile_text(root, cpus, sizeof cpus, DEVICES "/%s/cpus", name);
    if ((!pmu->has_cpus && strcmp(name, "cpu") != 0) || strlen(name) >= sizeof pmu->name)
        return false;
    memcpy(pmu->name, name, strlen(name) + 1);
    parse_cpus(cpus, &pmu->cpus);
    int64_t type = sysfile_integer(root, DEVICES "/%s/type", name);
    if (type >= 0 && type < PMU_TYPE_UNKNOWN)
        pmu->type = (uint32_t)type;
    pmu->is_arm = strncmp(name, "armv8_", 6) == 0 || strncmp(name, "armv9_", 6) == 0;
    if (pmu->is_arm)
        read_common_events(root, pmu);
    return true;
}

static int compare_types(const void *a, const void *b)
{
    uint32_t x = ((const struct pmu *)a)->type;
    uint32_t y = ((const struct pmu *)b)->type;
    return (x > y) - (x < y);
}

void pmus_read(const char *root, struct pmus *pmus)
{
    char **names = NULL;
    size_t count = sysfile_list(root, DEVICES, &names);
    memset(pmus, 0, sizeof *pmus);
    for (size_t i = 0; i < count && pmus->count < PMU_MAX; i++)
        pmus->count += read_pmu(root, names[i], &pmus->list[pmus->count]);
    files_list_free(names, count);
    qsort(pmus->list, pmus->count, sizeof *pmus->list, compare_types);
}

const struct pmu *pmus_by_type(const struct pmus *pmus, uint32_t type)
{
    for (size_t i = 0; i < pmus->count; i++) {
        if (pmus->list[i].type == type)
            return &pmus->list[i];
    }
    return NULL;
}

bool pmu_lacks(const struct pmu *pmu, uint64_t number)
{
    return pmu->common != 0 && number < PMU_COMMON_EVENTS && number != COMMON_SW_INCR &&
           number != COMMON_CHAIN && ((pmu->common >> number) & 1) == 0;
}
