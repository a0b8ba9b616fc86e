/* stats_rank: are two subjects different at all? Tests that hold their error where nothing differs.
 *
 * Two subjects that do the same, measured in random order, are exchangeable: log a/b is as likely
 * to be d as −d, and which run a time came from is as good as drawn. Given that, the p-values of
 * both rank tests are exact for few values, whatever the distribution; for many they are normal
 * approximations with ties and continuity taken care of. Two-sided. Pure and thread-safe. */
#ifndef PAYOFF_BASE_STATS_RANK_H
#define PAYOFF_BASE_STATS_RANK_H

#include <stddef.h>

/* The signed-rank test of n differences (F. Wilcoxon, Biometrics Bulletin 1, 1945): how likely is a
 * rank sum as uneven as this if every difference may as well have the other sign? Zeros are left
 * out, ties share their mean rank. Exact up to 64 differences. 1 when there are none. Overwrites
 * the values. NaN must not be among them. */
double stats_signed_rank(double *differences, size_t n);

/* The rank-sum test of two groups (H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics
 * 18, 1947). Exact where there are no ties and no group has more than 16 values. Sorts both. */
double stats_rank_sum(double *a, size_t n_a, double *b, size_t n_b);

/* Student's test of the mean of n differences, for so few that no rank test can reach the error
 * asked for: it needs normal values, and errs on the safe side for heavier tails. 1 for n < 2, and
 * where all are 0; 0 where all are equal and are not. */
double stats_student_test(const double *differences, size_t n);

#endif
