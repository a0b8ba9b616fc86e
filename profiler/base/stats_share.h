/* stats_share: shares of a whole, and what making a share faster does to the whole. Pure,
 * thread-safe. */
#ifndef PAYOFF_BASE_STATS_SHARE_H
#define PAYOFF_BASE_STATS_SHARE_H

#include "base/stats.h"

#include <stdint.h>

/* k of n samples hit, as a share with its exact interval: C. J. Clopper and E. S. Pearson,
 * Biometrika 26 (1934), by the quantiles of the binomial's tails. At least the level for samples
 * that are independent; those of a profiler are nearly so when they are far apart. 0 ≤ k ≤ n. */
struct stats_interval stats_share(int64_t k, int64_t n, double level);

/* How many times faster the whole becomes when `share` of it becomes `speedup` times as fast: G. M.
 * Amdahl, AFIPS 1967. Both may be intervals (low and high NaN where there is none): the result then
 * lies between the worst and the best corner, at a level of no less than 1 − the sum of what both
 * miss (Bonferroni). speedup > 0 (INFINITY gives the ceiling), 0 ≤ share ≤ 1. */
struct stats_interval stats_whole_gain(struct stats_interval share, struct stats_interval speedup);

#endif
