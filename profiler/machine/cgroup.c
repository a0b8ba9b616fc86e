#include "machine/cgroup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 512 };

/* Values this large stand for "no limit" in version 1. */
static const int64_t memory_unlimited = INT64_MAX / 2;

static void tighten_cpus(struct cgroup *cgroup, double quota, double period)
{
    if (quota > 0 && period > 0 && (cgroup->cpus == 0 || quota / period < cgroup->cpus))
        cgroup->cpus = quota / period;
}

static void tighten_memory(struct cgroup *cgroup, int64_t bytes)
{
    if (bytes > 0 && bytes < memory_unlimited &&
        (cgroup->memory_bytes == 0 || bytes < cgroup->memory_bytes))
        cgroup->memory_bytes = bytes;
}

/* cpu.max: "max 100000" or "250000 100000" (Linux, admin-guide/cgroup-v2). */
static void read_v2(const char *root, const char *folder, struct cgroup *cgroup)
{
    char text[64];
    double quota = 0, period = 0;
    if (sysfile_text(root, text, sizeof text, "%s/cpu.max", folder)) {
        cgroup->known = true;
        if (sscanf(text, "%lf %lf", &quota, &period) == 2)
            tighten_cpus(cgroup, quota, period);
    }
    if (sysfile_text(root, text, sizeof text, "%s/memory.max", folder)) {
        cgroup->known = true;
        if (text[0] >= '0' && text[0] <= '9')
            tighten_memory(cgroup, strtoll(text, NULL, 10));
    }
}

static void read_v1_cpu(const char *root, const char *folder, struct cgroup *cgroup)
{
    int64_t quota = sysfile_integer(root, "%s/cpu.cfs_quota_us", folder);
    int64_t period = sysfile_integer(root, "%s/cpu.cfs_period_us", folder);
    if (quota == SYSFILE_UNKNOWN)
        return;
    cgroup->known = true;
    tighten_cpus(cgroup, (double)quota, (double)period); /* −1: no limit */
}

static void read_v1_memory(const char *root, const char *folder, struct cgroup *cgroup)
{
    int64_t bytes = sysfile_integer(root, "%s/memory.limit_in_bytes", folder);
    if (bytes == SYSFILE_UNKNOWN)
        return;
    cgroup->known = true;
    tighten_memory(cgroup, bytes);
}

/* Visits mount/a/b/c, mount/a/b, mount/a and mount. */
static void walk_up(const char *root, const char *mount, const char *group,
                    void (*visit)(const char *, const char *, struct cgroup *),
                    struct cgroup *cgroup)
{
    char folder[PATH_SIZE];
    int length = snprintf(folder, sizeof folder, "%s%s", mount, group);
    if (length < 0 || (size_t)length >= sizeof folder)
        return;
    size_t least = strlen(mount);
    for (;;) {
        visit(root, folder, cgroup);
        char *slash = strrchr(folder + least, '/');
        if (slash == NULL)
            break;
        *slash = '\0';
    }
}

static bool has_controller(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* "hierarchy:controllers:path"; controllers are empty for version 2. */
static void read_line(const char *root, char *line, struct cgroup *cgroup)
{
    char *controllers = strchr(line, ':');
    char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (path == NULL)
        return;
    *controllers++ = '\0';
    *path++ = '\0';
    char mount[PATH_SIZE];
    if (*controllers == '\0') {
        walk_up(root, "/sys/fs/cgroup", path, read_v2, cgroup);
        walk_up(root, "/sys/fs/cgroup/unified", path, read_v2, cgroup);
        return;
    }
    /* Mounted under its list of controllers, with a link for each alone, or alone. */
    if (has_controller(controllers, "cpu"))
        walk_up(root, "/sys/fs/cgroup/cpu", path, read_v1_cpu, cgroup);
    if (has_controller(controllers, "memory"))
        walk_up(root, "/sys/fs/cgroup/memory", path, read_v1_memory, cgroup);
    int length = snprintf(mount, sizeof mount, "/sys/fs/cgroup/%s", controllers);
    if (has_controller(controllers, "cpu") && strcmp(controllers, "cpu") != 0 && length > 0 &&
        (size_t)length < sizeof mount)
        walk_up(root, mount, path, read_v1_cpu, cgroup);
}

void cgroup_read(const char *root, struct cgroup *cgroup)
{
    *cgroup = (struct cgroup){0};
    char *whole = sysfile_whole(root, "/proc/self/cgroup"), *rest = NULL;
    if (whole == NULL)
        return;
    for (char *line = strtok_r(whole, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        read_line(root, line, cgroup);
    free(whole);
}
