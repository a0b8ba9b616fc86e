/* stats_bootstrap: intervals by drawing again from what was measured.
 *
 * The medians of stats_order.h are the first choice. Ratios of means are for where the total counts
 * (cost, energy, garbage collection that hits every tenth sample): the mean has no exact interval,
 * so this one is approximate, its level nominal. It is the studentised bootstrap of the logarithm
 * of the ratio (A. C. Davison and D. V. Hinkley, "Bootstrap Methods and their Application", 1997,
 * section 2.4), which for few values covers better than percentiles:
 * of a nominal 95 %, 91 to 94 % were counted for 10 exponentially skewed values
 * (tests/test_stats_bootstrap.c). The same seed gives
 * the same interval on every machine. Pure and thread-safe; the caller lends the room. */
#ifndef PAYOFF_BASE_STATS_BOOTSTRAP_H
#define PAYOFF_BASE_STATS_BOOTSTRAP_H

#include "base/stats.h"

#include <stdint.h>

enum { STATS_BOOTSTRAP_NEEDED = 8 }; /* fewer values than that say too little about their spread */

struct stats_bootstrap {
    uint64_t seed;
    size_t replicates; /* 2000 is usual; at least 100 */
    double *room;      /* of `replicates` doubles */
};

/* mean(a) / mean(b) of independent groups; values above 0. */
struct stats_interval stats_means_ratio(const double *a, size_t n_a, const double *b, size_t n_b,
                                        double level, const struct stats_bootstrap *bootstrap);

/* The same of pairs measured together, drawn again as pairs. */
struct stats_interval stats_paired_means_ratio(const double *a, const double *b, size_t n,
                                               double level,
                                               const struct stats_bootstrap *bootstrap);

#endif
