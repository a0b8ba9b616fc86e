#include "counters/source_perf.h"

#include <linux/perf_event.h>

#include <errno.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int perf_open(void *self, const struct event_code *code, struct source_target target,
                     int group_fd, unsigned flags)
{
    (void)self;
    struct perf_event_attr attr = {
        .type = code->type,
        .size = sizeof attr,
        .config = code->config,
        .config1 = code->config1,
        .config2 = code->config2,
        .exclude_user = code->exclude_user,
        .exclude_kernel = code->exclude_kernel,
        .exclude_hv = code->exclude_hv,
        .exclude_host = code->exclude_host,
        .exclude_guest = code->exclude_guest,
        .disabled = (flags & SOURCE_DISABLED) != 0,
        .inherit = target.task >= 0,
        .read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED |
                       PERF_FORMAT_TOTAL_TIME_RUNNING | PERF_FORMAT_ID,
    };
    unsigned long open_flags = (flags & SOURCE_CLOSE_ON_EXEC) != 0 ? PERF_FLAG_FD_CLOEXEC : 0;
    long fd = syscall(SYS_perf_event_open, &attr, target.task, target.cpu, group_fd, open_flags);
    return fd < 0 ? -errno : (int)fd;
}

static ssize_t perf_read(void *self, int fd, void *buffer, size_t size)
{
    (void)self;
    ssize_t length;
    do {
        length = read(fd, buffer, size);
    } while (length < 0 && errno == EINTR);
    return length < 0 ? -errno : length;
}

/* Never PERF_IOC_FLAG_GROUP: on some kernels it counts siblings of another PMU only the first time.
 * Siblings are opened enabled, and follow their leader. */
static int perf_enable(void *self, int fd)
{
    (void)self;
    return ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) < 0 ? -errno : 0;
}

static int perf_disable(void *self, int fd)
{
    (void)self;
    return ioctl(fd, PERF_EVENT_IOC_DISABLE, 0) < 0 ? -errno : 0;
}

static void perf_close(void *self, int fd)
{
    (void)self;
    close(fd);
}

static int perf_move(void *self, const struct pmu *core, cpu_set_t *before)
{
    (void)self;
    if (sched_getaffinity(0, sizeof *before, before) != 0 ||
        sched_setaffinity(0, sizeof core->cpus, &core->cpus) != 0)
        return -errno;
    return 0;
}

static void perf_move_back(void *self, const cpu_set_t *before)
{
    (void)self;
    sched_setaffinity(0, sizeof *before, before);
}

/* Of a worker's descriptors, those that are not for counters: its pipes and script, and what its
 * interpreter opens for imports and pools. */
enum { DESCRIPTORS_RESERVED = 28 };

static size_t perf_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return 0;
    return limit.rlim_cur > DESCRIPTORS_RESERVED ? (size_t)limit.rlim_cur - DESCRIPTORS_RESERVED
                                                 : 1;
}

struct source source_perf_make(const struct permissions *permissions, const struct pmus *pmus)
{
    return (struct source){
        .name = "perf",
        .kind = SOURCE_KERNEL,
        .permissions = permissions,
        .pmus = pmus,
        .self = NULL,
        .descriptors_max = perf_descriptors(),
        .open = perf_open,
        .read = perf_read,
        .enable = perf_enable,
        .disable = perf_disable,
        .close = perf_close,
        .move = perf_move,
        .move_back = perf_move_back,
    };
}
