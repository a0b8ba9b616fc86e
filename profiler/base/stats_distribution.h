/* stats_distribution: the distributions that tests and intervals are read from.
 *
 * Relative errors of tails are about 1e-12, also for a million trials: the binomial terms are
 * computed by C. Loader, "Fast and accurate computation of binomial probabilities" (2000), the
 * incomplete beta function by its continued fraction (DLMF 8.17.22). NaN where the arguments make
 * no sense. Pure and thread-safe. */
#ifndef PAYOFF_BASE_STATS_DISTRIBUTION_H
#define PAYOFF_BASE_STATS_DISTRIBUTION_H

#include <stdint.h>

/* P(X ≤ k) and P(X ≥ k) of n trials with success probability p, 0 ≤ p ≤ 1. Each tail is computed
 * itself, not as 1 minus the other, so small ones are right. */
double stats_binomial_at_most(int64_t k, int64_t n, double p);
double stats_binomial_at_least(int64_t k, int64_t n, double p);

/* I_x(a, b), the regularised incomplete beta function; a, b > 0, 0 ≤ x ≤ 1. */
double stats_beta_share(double x, double a, double b);

/* P(Z ≤ z) of the standard normal distribution, and the z for which it is p, 0 < p < 1. */
double stats_normal_at_most(double z);
double stats_normal_quantile(double p);

/* P(T ≤ t) of Student's distribution with `degrees` > 0 of freedom, and the t for which it is p. */
double stats_student_at_most(double t, double degrees);
double stats_student_quantile(double p, double degrees);

#endif
