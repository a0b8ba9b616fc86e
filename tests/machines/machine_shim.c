/* machine_shim: lets the real command and its workers run as on another machine. Preloaded, it
 *
 *   shows files below $SHIM_ROOT in place of the same ones of /sys/bus/event_source/devices and
 *   /sys/class/powercap, and
 *   plays a hybrid processor of two kinds of core, each of one CPU: a hardware event of the PMU of
 *   type SHIM_CORE_TYPE is counted on CPU $SHIM_CORE alone, one of SHIM_ATOM_TYPE on $SHIM_ATOM, by
 *   the kernel itself: as time of the task (ns) on that CPU. An event rests while the task is on
 *   the other kind of core, as on a real one: enabled, and not running.
 *
 * An event that names no kind of core counts on SHIM_CORE_TYPE's, as Linux has it. */
#undef _FILE_OFFSET_BITS /* or open and open64 were one name */
#include "../next_call.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SHIM_CORE_TYPE = 4, SHIM_ATOM_TYPE = 10, TYPE_SHIFT = 32 };

/* The path to open: another one where the machine that is played has its own. */
static const char *redirect(const char *path, char *to, size_t size)
{
    static const char *const folders[] = {"/sys/bus/event_source/devices", "/sys/class/powercap"};
    const char *root = getenv("SHIM_ROOT");
    for (size_t i = 0; root != NULL && i < sizeof folders / sizeof *folders; i++) {
        if (strncmp(path, folders[i], strlen(folders[i])) != 0)
            continue;
        int length = snprintf(to, size, "%s%s", root, path);
        return length > 0 && (size_t)length < size ? to : path;
    }
    return path;
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): names are ours, in any case */
VISIBLE int open(const char *path, int flags, ...)
{
    char to[1024];
    mode_t mode = 0;
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return openat(AT_FDCWD, redirect(path, to, sizeof to), flags, mode);
}

VISIBLE int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return open(path, flags, mode);
}

VISIBLE DIR *opendir(const char *path)
{
    char to[1024];
    int fd = openat(AT_FDCWD, redirect(path, to, sizeof to), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? NULL : fdopendir(fd);
}

VISIBLE int access(const char *path, int mode)
{
    char to[1024];
    return faccessat(AT_FDCWD, redirect(path, to, sizeof to), mode, 0);
}

static bool is_generic(const struct perf_event_attr *attr)
{
    return attr->type == PERF_TYPE_HARDWARE || attr->type == PERF_TYPE_HW_CACHE;
}

/* The CPU that stands for the kind of core that counts this event; NULL: it is no event of cores. */
static const char *cpu_of(const struct perf_event_attr *attr)
{
    uint64_t type = is_generic(attr) ? attr->config >> TYPE_SHIFT : attr->type;
    if (is_generic(attr) && type == 0)
        type = SHIM_CORE_TYPE;
    if (type == SHIM_CORE_TYPE)
        return getenv("SHIM_CORE");
    return type == SHIM_ATOM_TYPE ? getenv("SHIM_ATOM") : NULL;
}

VISIBLE long syscall(long number, ...)
{
    long a[6];
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    if (number != SYS_perf_event_open)
        return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    struct perf_event_attr attr;
    memcpy(&attr, (const void *)a[0], sizeof attr); /* payoff's, of this very size */
    const char *cpu = cpu_of(&attr);
    if (cpu != NULL) {
        attr.type = PERF_TYPE_SOFTWARE;
        attr.config = PERF_COUNT_SW_TASK_CLOCK;
        attr.config1 = attr.config2 = 0;
        a[2] = strtol(cpu, NULL, 10);
    }
    return NEXT(syscall)(number, &attr, a[1], a[2], a[3], a[4], 0L);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
