/* gauge: a small file of /proc or /sys that is read again and again, and is kept open for that: to
 * find it and to open it anew is most of what a reading costs. Not thread-safe. */
#ifndef PAYOFF_MACHINE_GAUGE_H
#define PAYOFF_MACHINE_GAUGE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct gauge {
    int fd; /* -1: closed */
};

/* STATUS_NOT_FOUND where there is no such file; EMFILE where so few descriptors may be open that
 * others need them more. */
bool gauge_open(const char *path, struct gauge *gauge, struct status *st);

/* What the file says now, from its beginning: the first size - 1 bytes at most, ended by NUL, of
 * which *used are text. What a process's file says is gone with the process. */
bool gauge_read(const struct gauge *gauge, char *text, size_t size, size_t *used,
                struct status *st);

void gauge_close(struct gauge *gauge);

#endif
