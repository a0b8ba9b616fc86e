#include "counters/energy.h"

#include "counters/source.h"
#include "machine/pmu_event.h"
#include "machine/sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POWERCAP "/sys/class/powercap/intel-rapl:%d"
#define DEVICE   "/sys/bus/event_source/devices/power"

enum { PACKAGES_MAX = 16 };

struct package {
    int fd;       /* of the PMU */
    int zone;     /* of powercap */
    int64_t most; /* microjoules at which the zone's counter starts anew, or SYSFILE_UNKNOWN */
    uint64_t before;
};

struct energy {
    const struct source *source;
    const char *root;
    double microjoules; /* per count of the PMU; 0: powercap is read */
    struct package packages[PACKAGES_MAX];
    size_t count;
};

static bool open_package(struct energy *energy, const struct pmu_event *found, int cpu,
                         int *sys_errno)
{
    const struct source *source = energy->source;
    struct event_code code = {.type = found->type,
                              .config = found->config,
                              .config1 = found->config1,
                              .config2 = found->config2};
    int fd = source->open(source->self, &code, (struct source_target){.task = -1, .cpu = cpu}, -1,
                          SOURCE_CLOSE_ON_EXEC);
    if (fd < 0) {
        *sys_errno = -fd;
        return false;
    }
    energy->packages[energy->count++] = (struct package){.fd = fd};
    return true;
}

static void close_packages(struct energy *energy)
{
    for (size_t i = 0; energy->microjoules > 0 && i < energy->count; i++)
        energy->source->close(energy->source->self, energy->packages[i].fd);
    energy->count = 0;
    energy->microjoules = 0;
}

/* One counter per package: the PMU's file "cpumask" names a CPU of each. */
static bool open_pmu(struct energy *energy, int *sys_errno)
{
    char mask[256];
    struct pmu_event found;
    *sys_errno = ENOENT;
    if (!pmu_event_find(energy->root, "power", "energy-pkg", &found) || found.scale <= 0 ||
        strcmp(found.unit, "Joules") != 0 ||
        !sysfile_text(energy->root, mask, sizeof mask, DEVICE "/cpumask"))
        return false;
    energy->microjoules = found.scale * 1e6;
    const char *rest = mask;
    int first = 0;
    int last = 0;
    while (sysfile_next_range(&rest, &first, &last)) {
        for (int cpu = first; cpu <= last && energy->count < PACKAGES_MAX; cpu++) {
            if (open_package(energy, &found, cpu, sys_errno))
                continue;
            close_packages(energy);
            return false;
        }
    }
    if (energy->count > 0)
        return true;
    close_packages(energy);
    return false;
}

static int64_t zone_read(const struct energy *energy, int zone)
{
    return sysfile_integer(energy->root, POWERCAP "/energy_uj", zone);
}

/* Zones of whole packages; their parts (cores, memory) are in them already. *exists: one is there,
 * readable or not. */
static bool open_powercap(struct energy *energy, bool *exists)
{
    *exists = false;
    for (int zone = 0; zone < PACKAGES_MAX; zone++) {
        char name[32];
        if (!sysfile_text(energy->root, name, sizeof name, POWERCAP "/name", zone) ||
            strncmp(name, "package", 7) != 0)
            continue;
        *exists = true;
        if (zone_read(energy, zone) < 0) {
            energy->count = 0; /* a sum without one of them is none */
            return false;
        }
        energy->packages[energy->count++] = (struct package){
            .zone = zone,
            .most = sysfile_integer(energy->root, POWERCAP "/max_energy_range_uj", zone),
        };
    }
    return energy->count > 0;
}

static bool explain(int pmu_errno, bool zones, struct status *st)
{
    if (pmu_errno == ENOENT && !zones)
        return status_fail(st, STATUS_UNAVAILABLE,
                           "this machine's kernel shows no energy counter of the processor (RAPL); "
                           "virtual machines have none as a rule");
    if (pmu_errno != ENOENT && pmu_errno != EACCES && pmu_errno != EPERM)
        return status_fail(st, STATUS_UNAVAILABLE, "power/energy-pkg/ cannot be counted: %s",
                           strerror(pmu_errno));
    return status_fail(st, STATUS_UNAVAILABLE,
                       "energy is counted for the whole machine, and this user may not read it: %s",
                       pmu_errno == ENOENT
                           ? "/sys/class/powercap/intel-rapl:0/energy_uj is for root alone"
                           : "it takes CAP_PERFMON, or 'sudo sysctl "
                             "kernel.perf_event_paranoid=0'");
}

bool energy_open(const struct source *source, const char *root, struct energy **out,
                 struct status *st)
{
    bool zones = false;
    int pmu_errno = 0;
    struct energy *energy = calloc(1, sizeof *energy);
    if (energy == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for energy counters");
    energy->source = source;
    energy->root = root;
    if (open_pmu(energy, &pmu_errno) || open_powercap(energy, &zones)) {
        *out = energy;
        return true;
    }
    free(energy);
    return explain(pmu_errno, zones, st);
}

void energy_close(struct energy *energy)
{
    if (energy == NULL)
        return;
    close_packages(energy);
    free(energy);
}

size_t energy_packages(const struct energy *energy)
{
    return energy->count;
}

const char *energy_how(const struct energy *energy)
{
    return energy->microjoules > 0 ? "power/energy-pkg/" : "powercap";
}

static bool package_read(const struct energy *energy, const struct package *package,
                         uint64_t *value, struct status *st)
{
    if (energy->microjoules > 0) {
        struct source_reading reading = {0};
        ssize_t length =
            energy->source->read(energy->source->self, package->fd, &reading, sizeof reading);
        if (length <= 0 || reading.members != 1 || reading.running_ns == 0)
            return status_fail(st, STATUS_DATA, "power/energy-pkg/ could not be read");
        *value = reading.values[0].count;
        return true;
    }
    int64_t now = zone_read(energy, package->zone);
    if (now < 0)
        return status_fail(st, STATUS_DATA, POWERCAP "/energy_uj could not be read", package->zone);
    *value = (uint64_t)now;
    return true;
}

bool energy_begin(struct energy *energy, struct status *st)
{
    for (size_t i = 0; i < energy->count; i++) {
        if (!package_read(energy, &energy->packages[i], &energy->packages[i].before, st))
            return false;
    }
    return true;
}

static bool difference(const struct package *package, uint64_t after, uint64_t *used,
                       struct status *st)
{
    if (after >= package->before) {
        *used = after - package->before;
        return true;
    }
    if (package->most <= 0 || package->before > (uint64_t)package->most)
        return status_fail(st, STATUS_DATA, "an energy counter ran backwards");
    *used = (uint64_t)package->most - package->before + after;
    return true;
}

bool energy_end(struct energy *energy, uint64_t *microjoules, struct status *st)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < energy->count; i++) {
        uint64_t after = 0;
        uint64_t used = 0;
        if (!package_read(energy, &energy->packages[i], &after, st) ||
            !difference(&energy->packages[i], after, &used, st))
            return false;
        sum += used;
    }
    *microjoules =
        energy->microjoules > 0 ? (uint64_t)((double)sum * energy->microjoules + 0.5) : sum;
    return true;
}
