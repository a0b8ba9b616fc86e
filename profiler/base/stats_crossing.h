/* stats_crossing: from which size on one way of computing is faster than another. Pure, thread-safe.
 */
#ifndef PAYOFF_BASE_STATS_CROSSING_H
#define PAYOFF_BASE_STATS_CROSSING_H

#include "base/stats.h"
#include "base/stats_line.h"

#include <stdint.h>

/* Where `port` is below `reference`. */
enum stats_crossing_kind {
    STATS_CROSSING_UNKNOWN, /* the points do not make two lines; the interval's reason says why */
    STATS_CROSSING_FROM,    /* from `at` on */
    STATS_CROSSING_UP_TO,   /* up to `at` */
    STATS_CROSSING_ALWAYS,  /* at = 0 */
    STATS_CROSSING_NEVER,   /* at = INFINITY */
};

struct stats_crossing {
    enum stats_crossing_kind kind;
    struct stats_interval at; /* in x; low may be 0 and high INFINITY: then it may be no crossing */
    double port_intercept, port_slope, reference_intercept, reference_slope;
    double port_worst, reference_worst; /* largest |residual| of a median, relative to it */
};

enum { STATS_CROSSING_NEEDED = 5 }; /* times of each size, for an interval */

/* x is the size, above 0; y the time, above 0; several of each size, from processes of their own.
 * Each line goes through the medians of the sizes by least squares of relative errors
 * (stats_line.h); at = (a_port − a_reference) / (b_reference − b_port).
 *
 * The interval comes from a bootstrap that draws among the times of one size: percentiles, expanded
 * for few values (T. C. Hesterberg, American Statistician 69, 2015). A draw without a crossing
 * counts as 0 (always) or INFINITY (never), so that the interval tells when it may be neither. The
 * level is nominal. Sorts the points. It takes two sizes of each; `room` is for replicates + 4 × the
 * larger of n_port and n_reference doubles. */
struct stats_crossing stats_crossing(struct stats_point *port, size_t n_port,
                                     struct stats_point *reference, size_t n_reference,
                                     double level, uint64_t seed, size_t replicates, double *room);

/* "from", "up to", "always", "never", "unknown". */
const char *stats_crossing_name(enum stats_crossing_kind kind);

#endif
