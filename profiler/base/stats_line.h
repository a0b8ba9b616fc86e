/* stats_line: a straight line through measured points, as of time against size. Pure, thread-safe.
 */
#ifndef PAYOFF_BASE_STATS_LINE_H
#define PAYOFF_BASE_STATS_LINE_H

#include "base/stats.h"

struct stats_point {
    double x, y;
};

/* For qsort: ascending by x. */
int stats_point_compare(const void *a, const void *b);

/* Behind the last of the sorted points that share the x of `start`. */
size_t stats_point_run_end(const struct stats_point *points, size_t n, size_t start);

/* y = intercept + slope · x, by least squares. */
struct stats_line {
    struct stats_interval intercept, slope;
    double worst; /* the largest |residual|, in y's unit, or relative to y */
};

/* Intervals are Student's, for errors that are independent and of one size (N. R. Draper and H.
 * Smith, "Applied Regression Analysis", 3rd ed., 1998): of one absolute size, or
 * `relative`: in proportion to y, as times of sizes that differ by orders of magnitude are; then
 * all y must be above 0. It takes three points and two different x. */
struct stats_line stats_line(const struct stats_point *points, size_t n, bool relative,
                             double level);

#endif
