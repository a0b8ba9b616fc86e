#include "machine/load.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FIELDS = 8 };

bool load_times_parse(const char *text, struct load_times *times)
{
    unsigned long long ticks[FIELDS] = {0};
    long per_second = sysconf(_SC_CLK_TCK);
    if (per_second <= 0)
        return false;
    int found = sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &ticks[0], &ticks[1],
                       &ticks[2], &ticks[3], &ticks[4], &ticks[5], &ticks[6], &ticks[7]);
    if (found < 4)
        return false;
    int64_t tick_ns = 1000000000 / per_second;
    int64_t *const fields[FIELDS] = {&times->user_ns,    &times->nice_ns,   &times->system_ns,
                                     &times->idle_ns,    &times->iowait_ns, &times->irq_ns,
                                     &times->softirq_ns, &times->steal_ns};
    for (int i = 0; i < FIELDS; i++)
        *fields[i] = i < found && ticks[i] < INT64_MAX / 1000000000ULL ? (int64_t)ticks[i] * tick_ns
                                                                       : SYSFILE_UNKNOWN;
    times->resolution_ns = tick_ns;
    return true;
}

bool load_times_read(const char *root, struct load_times *times)
{
    char text[512];
    return sysfile_text(root, text, sizeof text, "/proc/stat") && load_times_parse(text, times);
}

bool load_averages_read(const char *root, double averages[3])
{
    char text[128];
    return sysfile_text(root, text, sizeof text, "/proc/loadavg") &&
           sscanf(text, "%lf %lf %lf", &averages[0], &averages[1], &averages[2]) == 3;
}

double load_pressure(const char *root, const char *resource)
{
    char text[256];
    double percent = 0;
    if (!sysfile_text(root, text, sizeof text, "/proc/pressure/%s", resource) ||
        sscanf(text, "some avg10=%lf", &percent) != 1)
        return -1;
    return percent / 100;
}
