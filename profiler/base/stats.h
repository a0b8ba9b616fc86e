/* stats: what every statistic of payoff returns, and the sorting they share.
 *
 * The stats_* files are pure: no I/O, no allocation, no state; safe from any thread. Functions that
 * need order take their values by a pointer to non-const and leave them sorted. */
#ifndef PAYOFF_BASE_STATS_H
#define PAYOFF_BASE_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* An estimate and the interval around it. Without an interval (reason not NULL) low and high are
 * NaN; the estimate is NaN too when there is not even that. */
struct stats_interval {
    double estimate;
    double low, high;
    double level;  /* the confidence that it really has, or at least has; 0 without an interval */
    size_t n;      /* how many values (pairs, blocks) it rests on; the smaller group's for two */
    size_t needed; /* how many it would take, where too few is the reason; else 0 */
    const char *reason; /* static text */
};

/* An estimate without an interval. */
struct stats_interval stats_no_interval(double estimate, size_t n, size_t needed,
                                        const char *reason);

/* Ascending. NaN must not be among them. */
void stats_sort(double *values, size_t n);

/* True when all are finite (and above 0, if asked: ratios and logarithms). */
bool stats_all_finite(const double *values, size_t n);
bool stats_all_positive(const double *values, size_t n);

/* Sum with the rounding errors carried along (Neumaier 1974). */
double stats_sum(const double *values, size_t n);

#endif
