/* stats_test: tests, and verdicts from intervals. Pure and thread-safe. */
#ifndef PAYOFF_BASE_STATS_TEST_H
#define PAYOFF_BASE_STATS_TEST_H

#include "base/stats.h"

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

#endif
