#include "machine/gauge.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/* The kernel hands out what it writes record by record (seq_file) a page at a time, less what its
 * next record would not have room in: an answer that is so much shorter was the last. */
enum { SURELY_ALL = 2048 };

/* Descriptors that are left to workers' pipes and counters, and to the store. */
enum { LEFT_TO_OTHERS = 64 };

static bool has_room(int fd)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)fd + LEFT_TO_OTHERS < limit.rlim_cur;
}

bool gauge_open(const char *path, struct gauge *gauge, struct status *st)
{
    gauge->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (gauge->fd >= 0 && has_room(gauge->fd))
        return true;
    if (gauge->fd >= 0) {
        gauge_close(gauge);
        return status_fail_errno(st, EMFILE, "cannot keep %s open", path);
    }
    status_fail_errno(st, errno, "cannot open %s", path);
    if (st->sys_errno == ENOENT)
        st->code = STATUS_NOT_FOUND;
    return false;
}

bool gauge_read(const struct gauge *gauge, char *text, size_t size, size_t *used, struct status *st)
{
    *used = 0;
    while (*used < size - 1) {
        ssize_t got = pread(gauge->fd, text + *used, size - 1 - *used, (off_t)*used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return status_fail_errno(st, errno, "cannot read a file that was kept open");
        *used += (size_t)got;
        if (got < SURELY_ALL)
            break;
    }
    text[*used] = '\0';
    return true;
}

void gauge_close(struct gauge *gauge)
{
    if (gauge->fd >= 0)
        close(gauge->fd);
    gauge->fd = -1;
}
