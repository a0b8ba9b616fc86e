/* stats_test: tests, and verdicts from intervals. Pure and thread-safe. */
#ifndef PAYOFF_BASE_STATS_TEST_H
#define PAYOFF_BASE_STATS_TEST_H

#include "base/stats.h"

enum stats_side {
    STATS_TWO_SIDED,
    STATS_GREATER, /* the alternative: positive differences prevail */
    STATS_LESS,
};

/* The sign test: how likely is it to see so uneven a split of signs, or a more uneven one, when
 * both are equally likely? Exact; ties are left out beforehand (W. J. Dixon and A. M. Mood, JASA
 * 41, 1946). With the order within each pair drawn at random it is a randomisation test, valid
 * whatever drifts. 1 when there are no signs at all. */
double stats_sign_test(size_t positive, size_t negative, enum stats_side side);

/* Where an interval of a ratio (or a difference) lies against its neutral value and a margin around
 * it that does not matter. */
enum stats_relation {
    STATS_EQUIVALENT, /* within the margin, all of it */
    STATS_LARGER,     /* above the neutral value, all of it */
    STATS_SMALLER,
    STATS_UNRESOLVED, /* none of these, or there is no interval */
};

/* Equivalence from an interval of level 1 − 2α is the two one-sided tests at α each (D. J.
 * Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15, 1987). It comes first: what lies within
 * the margin is equivalent even where the neutral value lies outside the interval. margin_low ≤
 * neutral ≤ margin_high; equal ones mean that no margin is given. */
enum stats_relation stats_relation(const struct stats_interval *interval, double neutral,
                                   double margin_low, double margin_high);
const char *stats_relation_name(enum stats_relation relation); /* "equivalent", "larger", … */

/* Replaces p-values of a family of tests by adjusted ones that may each be held against α (S. Holm,
 * Scandinavian Journal of Statistics 6, 1979). `order` is room for n indices. */
void stats_holm(double *p, size_t *order, size_t n);

/* How many samples each process should take, r1, so that time is best spent when a process costs
 * `process_cost` to start and a sample `sample_cost` more (any unit), from samples that were taken:
 * T. Kalibera and R. Jones, "Rigorous benchmarking in reasonable time", ISMM 2013:
 * T1² = S1², T2² = S2² − S1²/r, r1 = ⌈√(process_cost/sample_cost · T1²/T2²)⌉. */
struct stats_repetitions {
    size_t repetitions; /* r1 ≥ 1; 0 when there is a reason */
    double within;      /* T1²: variance of samples within a process; NaN when unknown */
    double between;     /* T2²: variance that processes add; 0 when it is too small to be seen */
    const char *reason; /* static; NULL when there is a number */
};

/* `samples` holds `per_process` samples of each of `processes` in turn. Needs two of both. */
struct stats_repetitions stats_repetitions(const double *samples, size_t processes,
                                           size_t per_process, double sample_cost,
                                           double process_cost);

#endif
