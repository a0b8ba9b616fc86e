/* stats_order: medians, and intervals that need no assumption about how times are distributed.
 *
 * The interval of a median is made of order statistics: [x_(k), x_(n+1−k)] covers the true median
 * with probability 1 − 2·P(Bin(n, ½) < k), whatever the distribution (H. A. David and H. N.
 * Nagaraja, "Order Statistics", 3rd ed., 2003, section 7.1). These levels are far apart for few
 * values: eight have 0.992 and 0.930, nothing near 0.95. So the interval lies between that of the
 * largest k whose level is at least the asked one and that of k + 1, as far from the first as T. P.
 * Hettmansperger and S. J. Sheather say ("Confidence intervals based on interpolated order
 * statistics", Statistics and Probability Letters 4, 1986): nearly distribution-free, and within
 * half a percent of the asked level for everything from uniform to Cauchy (tests/validation counts
 * it). Too few values have no interval, and the result says how many it takes.
 *
 * Values that are no finite numbers (or not above 0 for ratios) give an estimate of NaN and a
 * reason. Pure and thread-safe; values are left sorted where the pointer is not const. */
#ifndef PAYOFF_BASE_STATS_ORDER_H
#define PAYOFF_BASE_STATS_ORDER_H

#include "base/random.h"
#include "base/stats.h"

#include <stdint.h>

/* Of sorted values; n ≥ 1. The mean of the middle two when n is even. */
double stats_median_sorted(const double *sorted, size_t n);

/* The median of n values drawn among them with replacement, as bootstraps do, in the time of one:
 * the k-th smallest of n units is drawn instead of them all, and then the next one above it. */
double stats_median_drawn(const double *sorted, size_t n, struct random *random);

/* The q-quantile, 0 ≤ q ≤ 1, of sorted values by linear interpolation: type 7 of R. J. Hyndman and
 * Y. Fan, "Sample quantiles in statistical packages", American Statistician 50 (1996), which is
 * what NumPy does. n ≥ 1. */
double stats_quantile_sorted(const double *sorted, size_t n, double q);

/* Median of |x − median|, without the factor 1.4826 that makes it a standard deviation for normal
 * values. Sorts, then overwrites the values with the sorted deviations. n ≥ 1. */
double stats_mad(double *values, size_t n);

/* The largest k with 1 − 2·P(Bin(n, ½) < k) ≥ level, and that level; 0 when there is none. */
size_t stats_median_rank(size_t n, double level, double *attained);

/* The fewest values whose median has an interval of that level: 6 for 0.95. */
size_t stats_median_needed(double level);

/* The median and its interval, interpolated; `level` is the asked one. Sorts. */
struct stats_interval stats_median(double *values, size_t n, double level);

/* Pairs measured together (in one block): median of log a_i/b_i with its interval, as ratio a/b.
 * What both of a pair share, as a slow machine, cancels out. Writes the sorted log ratios to `a`.
 */
struct stats_interval stats_paired_ratio(double *a, const double *b, size_t n, double level);

/* median(a) / median(b) of values that are not paired, or not all of them, and independent of each
 * other. Each median has its interval at `level`; the distances of the ends from the medians, as
 * logarithms, add up as squares (G. Y. Zou and A. Donner, "Construction of confidence limits about
 * effect measures", Statistics in Medicine 27, 2008). That asks nothing of the distributions but
 * what the two intervals do, nor that they have the same shape, and 95 % cover in 95 to 98 of 100
 * from six values on (tests/validation). Sorts both. */
struct stats_interval stats_unpaired_ratio(double *a, size_t n_a, double *b, size_t n_b,
                                           double level);

#endif
