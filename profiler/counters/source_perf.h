/* source_perf: counters of the kernel; the only caller of perf_event_open. */
#ifndef PAYOFF_COUNTERS_SOURCE_PERF_H
#define PAYOFF_COUNTERS_SOURCE_PERF_H

#include "counters/source.h"

/* Stateless: copies may be used from any thread. `permissions` and `pmus` (NULL: nothing is known of
 * them) are borrowed. */
struct source source_perf_make(const struct permissions *permissions, const struct pmus *pmus);

#endif
