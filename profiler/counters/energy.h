/* energy: what the processor's packages used between two moments, where they tell (RAPL).
 *
 * The counters belong to whole packages: everything that ran on them is in it, and nobody can take
 * a process's share out. So this is no event of a plan, which counts a process; the harness reads it
 * before and after a sample. It is read through the kernel's PMU "power" where that may be opened
 * (kernel.perf_event_paranoid of 0 or less, or CAP_PERFMON), else from /sys/class/powercap where
 * that may be read (by root, as kernels have it since 5.10). The hardware renews its counters about
 * once in a millisecond. Not thread-safe. */
#ifndef PAYOFF_COUNTERS_ENERGY_H
#define PAYOFF_COUNTERS_ENERGY_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;
struct energy;

/* Opens the counters of all packages. `root` is put in front of /sys ("" for the real one); it and
 * the source must outlive *out, which the caller frees with energy_close. None that can be read is
 * STATUS_UNAVAILABLE, and the message says why and what would help. */
bool energy_open(const struct source *source, const char *root, struct energy **out,
                 struct status *st);
void energy_close(struct energy *energy); /* NULL is fine */

size_t energy_packages(const struct energy *energy);
const char *energy_how(const struct energy *energy); /* "power/energy-pkg/", "powercap" */

/* From here on … */
bool energy_begin(struct energy *energy, struct status *st);
/* … to here: the sum over all packages, in microjoules. A counter of powercap that has started anew
 * meanwhile is allowed for; that it did so twice, which takes many minutes, cannot be found out.
 * STATUS_DATA when a counter ran backwards. */
bool energy_end(struct energy *energy, uint64_t *microjoules, struct status *st);

#endif
