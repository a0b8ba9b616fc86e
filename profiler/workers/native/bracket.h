/* bracket: what stands around the work: one read() of each counter group, the clock; the work; the
 * clock, one read() of each counter group. Under Valgrind, its bracket is the innermost
 * (simulator.h).
 *
 * All memory is taken and touched beforehand; between bracket_begin and bracket_end nothing of this
 * module runs. Not thread-safe. */
#ifndef PAYOFF_WORKERS_NATIVE_BRACKET_H
#define PAYOFF_WORKERS_NATIVE_BRACKET_H

#include "base/status.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define BRACKET_GROUPS_MAX  64
#define BRACKET_GROUP_BYTES 4096 /* a reading: three words and one for each event */

/* One read of one group: `size` bytes, or minus the errno of the failure. */
struct bracket_reading {
    ssize_t size;
    unsigned char bytes[BRACKET_GROUP_BYTES];
};

/* CPU time until now, in ns: of this process, and of the children that it has reaped. */
struct bracket_cpu {
    int64_t self_ns, children_ns;
};

struct bracket {
    int fds[BRACKET_GROUPS_MAX];
    size_t group_count;
    struct bracket_reading *before, *after; /* owned, group_count each */
    int64_t before_ns, after_ns;            /* CLOCK_MONOTONIC */
    struct bracket_cpu cpu_before, cpu_after;
};

/* Takes the comma-separated descriptors of the counter groups ("" or NULL: none) and makes them
 * close-on-exec. STATUS_USAGE when the list is none or a descriptor is not open. */
bool bracket_init(struct bracket *bracket, const char *fds, struct status *st);
void bracket_free(struct bracket *bracket);

void bracket_begin(struct bracket *bracket);
void bracket_end(struct bracket *bracket);

/* The wall time between the two, in ns. */
int64_t bracket_wall_ns(const struct bracket *bracket);

/* The CPU time of this process and its reaped children, in ns. The resolution of the children's
 * part is a microsecond. */
int64_t bracket_cpu_ns(const struct bracket *bracket);

/* Adds "before" and "after" to the reply: the bytes as read. STATUS_SYSTEM when a group could not
 * be read, STATUS_MEMORY. */
bool bracket_encode(const struct bracket *bracket, json_t *reply, struct status *st);

#endif
