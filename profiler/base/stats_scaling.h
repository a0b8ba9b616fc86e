/* stats_scaling: the law that time follows as jobs are added. Pure, thread-safe. */
#ifndef PAYOFF_BASE_STATS_SCALING_H
#define PAYOFF_BASE_STATS_SCALING_H

#include "base/stats.h"
#include "base/stats_line.h"

#include <stdint.h>

/* How time falls with the number of jobs, x = jobs ≥ 1 and y = time of the same work, both above 0:
 *
 *   T(N) = T(1) · (1/N + serial · (1 − 1/N) + crosstalk · (N − 1))
 *
 * Without crosstalk it is Amdahl's law (G. M. Amdahl, AFIPS 1967), the serial share s of the work:
 * no more than 1/s times faster. With it, it is the universal scalability law (N. J. Gunther,
 * "Guerrilla Capacity Planning", 2007; σ and κ there), which has a best number of jobs.
 * Both are linear in T(1), T(1)·serial and T(1)·crosstalk, and are fitted by least squares of
 * relative errors, none of the three below 0; that is exact, nothing is searched for. */
struct stats_scaling {
    double one;                      /* T(1), as fitted */
    struct stats_interval serial;    /* share, 0 … 1 in healthy cases */
    struct stats_interval crosstalk; /* share per pair of jobs; without estimate for Amdahl */
    double worst;                    /* largest |residual| relative to y */
    double best_jobs; /* √((1 − serial)/crosstalk); INFINITY: ever more is better */
};

enum { STATS_SCALING_NEEDED = 5 }; /* times for each number of jobs, for an interval */

/* Intervals come from a bootstrap that draws among the times of the same number of jobs:
 * percentiles, expanded for few values (T. C. Hesterberg, American Statistician 69, 2015). The
 * level is nominal; of 95 %, 96 to 97 % were counted for six times each
 * (tests/test_stats_scaling.c). 1000 replicates or more. Sorts the points. Amdahl's law takes two
 * different numbers of jobs, the universal law three; with just as many the fit cannot be checked
 * and `worst` says nothing about it. `room` is for 2 × replicates + 2 × n doubles. */
struct stats_scaling stats_scaling(struct stats_point *points, size_t n, bool with_crosstalk,
                                   double level, uint64_t seed, size_t replicates, double *room);

#endif
