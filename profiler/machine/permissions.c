#include "machine/permissions.h"

#include "machine/pmu.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CAPABILITY_SYS_ADMIN = 21, CAPABILITY_PERFMON = 38 };

static FILE *open_below(const char *root, const char *path)
{
    char full[512];
    if (snprintf(full, sizeof full, "%s%s", root, path) >= (int)sizeof full)
        return NULL;
    return fopen(full, "re");
}

static bool exists_below(const char *root, const char *path)
{
    char full[512];
    if (snprintf(full, sizeof full, "%s%s", root, path) >= (int)sizeof full)
        return false;
    return access(full, F_OK) == 0;
}

static int read_number(const char *root, const char *path)
{
    FILE *file = open_below(root, path);
    if (file == NULL)
        return PERMISSIONS_UNKNOWN;
    int number = PERMISSIONS_UNKNOWN;
    if (fscanf(file, "%d", &number) != 1)
        number = PERMISSIONS_UNKNOWN;
    fclose(file);
    return number;
}

/* Calls visit for each line of a small file; long lines come in pieces. */
static void each_line(const char *root, const char *path,
                      void (*visit)(const char *line, struct permissions *), struct permissions *p)
{
    FILE *file = open_below(root, path);
    if (file == NULL)
        return;
    char line[4096];
    while (fgets(line, sizeof line, file) != NULL)
        visit(line, p);
    fclose(file);
}

static void visit_status(const char *line, struct permissions *p)
{
    if (strncmp(line, "CapEff:", 7) == 0) {
        uint64_t effective = strtoull(line + 7, NULL, 16);
        p->has_perfmon = ((effective >> CAPABILITY_PERFMON) & 1) != 0 ||
                         ((effective >> CAPABILITY_SYS_ADMIN) & 1) != 0;
    } else if (strncmp(line, "Seccomp:", 8) == 0) {
        p->seccomp = strtol(line + 8, NULL, 10) != 0;
    }
}

static void visit_cpuinfo(const char *line, struct permissions *p)
{
    if (strncmp(line, "flags", 5) == 0 && strstr(line, " hypervisor") != NULL)
        p->is_vm = true;
}

/* The initial user namespace maps every id onto itself. */
static void visit_uid_map(const char *line, struct permissions *p)
{
    unsigned long inside = 1;
    unsigned long outside = 1;
    unsigned long length = 0;
    bool whole = sscanf(line, "%lu %lu %lu", &inside, &outside, &length) == 3 && inside == 0 &&
                 outside == 0 && length == 4294967295UL;
    if (!whole)
        p->in_user_namespace = true;
}

/* arm64 has no CPU flag for it: ask the firmware. */
static bool firmware_is_virtual(const char *root)
{
    if (exists_below(root, "/sys/hypervisor/type") ||
        exists_below(root, "/proc/device-tree/hypervisor"))
        return true;
    FILE *file = open_below(root, "/sys/class/dmi/id/sys_vendor");
    if (file == NULL)
        file = open_below(root, "/proc/device-tree/compatible");
    if (file == NULL)
        return false;
    char text[128] = {0};
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    static const char *const vendors[] = {"QEMU",
                                          "Amazon EC2",
                                          "Google",
                                          "VMware",
                                          "Xen",
                                          "innotek",
                                          "Parallels",
                                          "Microsoft Corporation",
                                          "linux,dummy-virt"};
    for (size_t i = 0; i < sizeof vendors / sizeof *vendors; i++) {
        if (strstr(text, vendors[i]) != NULL)
            return true;
    }
    return false;
}

void permissions_read(const char *root, struct permissions *p)
{
    *p = (struct permissions){.paranoid = read_number(root, "/proc/sys/kernel/perf_event_paranoid"),
                              .nmi_watchdog = read_number(root, "/proc/sys/kernel/nmi_watchdog")};
    each_line(root, "/proc/self/status", visit_status, p);
    each_line(root, "/proc/self/uid_map", visit_uid_map, p);
    each_line(root, "/proc/cpuinfo", visit_cpuinfo, p);
    p->is_vm = p->is_vm || firmware_is_virtual(root);
    struct pmus pmus;
    pmus_read(root, &pmus);
    p->has_pmu = pmus.count > 0;
}
