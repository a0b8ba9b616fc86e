/* stats_changepoint: where a sequence of measurements changes its level, and what that says of a
 * runtime's warm-up. Pure, thread-safe; the caller lends the room. */
#ifndef PAYOFF_BASE_STATS_CHANGEPOINT_H
#define PAYOFF_BASE_STATS_CHANGEPOINT_H

#include <stddef.h>

enum {
    STATS_CHANGES_MOST = 1024, /* the search takes n³/6 steps: a sixth of a second for this many */
    STATS_WARMUP_NEEDED = 10,  /* fewer calls say nothing about warm-up */
};

/* Stretches of one level. Exact segmentation by optimal partitioning (B. Jackson et al., IEEE
 * Signal Processing Letters 12, 2005; PELT prunes the same search, and is not needed for so few
 * values), with the bounded loss of P. Fearnhead and G. Rigaill, "Changepoint Detection in the
 * Presence of Outliers", Journal of the American Statistical Association 114, 2019: a value costs
 * min(((x − level) / scale)², 3²), so that lone outliers stay in their stretch whatever their size.
 * The level is the stretch's median; each change costs 4 ln n (theirs is 2 ln n for independent
 * values; timings resemble their neighbours). */
struct stats_changes {
    size_t count;  /* of stretches; 0: no values, too many, or one that is not finite */
    double scale;  /* standard deviation around the levels, from the differences of neighbours */
    size_t *first; /* where each stretch begins, from 0; the caller's room for n */
    double *level; /* the caller's room for n */
};

/* `least_scale`: differences below it are of no interest. room: for 2 × n + 1 doubles; `from`: for
 * n + 1. Fills first, level, count and scale. */
void stats_changes_find(struct stats_changes *changes, const double *values, size_t n,
                        double least_scale, double *room, size_t *from);

/* After E. Barrett et al., "Virtual Machine Warmup Blows Hot and Cold", OOPSLA 2017. */
enum stats_warmup_state {
    STATS_WARMUP_UNKNOWN,    /* too few values */
    STATS_WARMUP_FLAT,       /* it begins at the level at which it ends */
    STATS_WARMUP_WARMS_UP,   /* it ends at its fastest level */
    STATS_WARMUP_SLOWS_DOWN, /* it was faster before */
    STATS_WARMUP_NO_STEADY,  /* the last quarter or more is not at one level */
};

struct stats_warmup {
    enum stats_warmup_state state;
    size_t steady_from; /* the first value of the steady state, from 0; n without one */
    double steady;      /* its level; NaN without one */
    double other;       /* share of the values from there on that are at other levels */
};

/* What the stretches of `n` log times say. Levels that differ by no more than `tolerance`, or
 * than twice the scale, are one. The steady state begins with the first stretch at the final level
 * from which on nine tenths of all values are at it. */
struct stats_warmup stats_warmup(const struct stats_changes *changes, size_t n, double tolerance);

const char *stats_warmup_name(enum stats_warmup_state state); /* static text */

#endif
