/* stats_split: a ratio taken apart into factors, each with its interval. Pure, thread-safe. */
#ifndef PAYOFF_BASE_STATS_SPLIT_H
#define PAYOFF_BASE_STATS_SPLIT_H

#include "base/stats.h"

/* logs[k · n + i] is the logarithm of factor k as block i had it; in every block the factors multiply
 * to that block's ratio. `at` is the logarithm of the ratio that was measured over all blocks, the
 * median as a rule. Fills out[0 … count − 1], logarithms too, whose estimates add up to `at`.
 *
 * Medians of factors do not multiply to the median of their product. So each factor's estimate is
 * its mean over the blocks, moved along its least-squares line over the product to where the
 * product is `at`: the slopes of all factors add up to 1, hence the estimates to `at` (N. R. Draper
 * and H. Smith, "Applied Regression Analysis", 3rd ed., 1998, section 1.2; that predictions add up
 * is the linearity of least squares). No factor is moved by more than its own standard deviation
 * while `at` lies within one of the mean. With fewer than three blocks, or no spread, the last
 * factor takes the difference.
 *
 * Intervals are those of each factor's median over the blocks (stats_order.h), widened where need
 * be to hold the estimate. `room` is for n doubles. count ≥ 1, n ≥ 1, all finite. */
void stats_split(const double *logs, size_t count, size_t n, double at, double level,
                 struct stats_interval *out, double *room);

#endif
