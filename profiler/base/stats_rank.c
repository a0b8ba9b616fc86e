#include "base/stats_rank.h"

#include "base/stats.h"
#include "base/stats_distribution.h"

#include <math.h>
#include <stdlib.h>

enum { SIGNED_MOST = 64, SUM_MOST = 16 };

static int compare_size(const void *a, const void *b)
{
    double x = fabs(*(const double *)a), y = fabs(*(const double *)b);
    return (x > y) - (x < y);
}

/* Two-sided, from how far a statistic lies from its mean, half a step less far. */
static double normal_p(double distance, double step, double variance)
{
    double off = fmax(0, fabs(distance) - step / 2);
    return variance > 0 ? fmin(1, 2 * stats_normal_at_most(-off / sqrt(variance))) : 1;
}

/* The end of the run of values as large as that at `begin`. */
static size_t end_of_ties(const double *sorted, size_t begin, size_t n)
{
    size_t end = begin + 1;
    while (end < n && fabs(sorted[end]) == fabs(sorted[begin]))
        end++;
    return end;
}

/* P(twice the rank sum ≤ low) + P(≥ total − low), when each rank counts with probability ½. The
 * ranks are doubled, so that mean ranks are whole. */
static double exact_signed(const unsigned *doubled, size_t n, size_t low, size_t total)
{
    enum { ROOM = SIGNED_MOST * (SIGNED_MOST + 1) + 1 };
    double chance[ROOM] = {1};
    size_t reach = 0;
    for (size_t i = 0; i < n; i++) {
        reach += doubled[i];
        for (size_t sum = reach + 1; sum-- > 0;) {
            double with = sum >= doubled[i] ? chance[sum - doubled[i]] : 0;
            chance[sum] = (chance[sum] + with) / 2;
        }
    }
    double tail = 0;
    for (size_t sum = 0; sum <= low && sum <= total; sum++)
        tail += chance[sum];
    return fmin(1, 2 * tail);
}

double stats_signed_rank(double *differences, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (differences[i] != 0)
            differences[kept++] = differences[i];
    if (kept == 0)
        return 1;
    qsort(differences, kept, sizeof *differences, compare_size);
    unsigned doubled[SIGNED_MOST];
    double positive = 0, squares = 0, total = (double)kept * (double)(kept + 1);
    for (size_t begin = 0, end; begin < kept; begin = end) {
        end = end_of_ties(differences, begin, kept);
        unsigned rank = (unsigned)(begin + 1 + end); /* twice the mean rank */
        for (size_t i = begin; i < end; i++) {
            positive += differences[i] > 0 ? rank : 0;
            squares += (double)rank * rank;
            if (i < SIGNED_MOST)
                doubled[i] = rank;
        }
    }
    if (kept > SIGNED_MOST)
        return normal_p(positive - total / 2, 2, squares / 4);
    return exact_signed(doubled, kept, (size_t)fmin(positive, total - positive), (size_t)total);
}

/* P(U ≤ low), doubled: U is how often a value of one group is below one of the other. counts[i][u]
 * is the number of orders of i and j values with U = u, built for one j after the other. */
static double exact_sum(size_t n_a, size_t n_b, size_t low)
{
    static const size_t most = (size_t)SUM_MOST * SUM_MOST;
    double counts[SUM_MOST + 1][SUM_MOST * SUM_MOST + 1] = {{0}};
    for (size_t i = 0; i <= n_a; i++)
        counts[i][0] = 1;
    /* orders(i, j, u) = orders(i − 1, j, u − j) + orders(i, j − 1, u): the last is of a, or of b */
    for (size_t j = 1; j <= n_b; j++)
        for (size_t i = 1; i <= n_a; i++)
            for (size_t u = j; u <= most; u++)
                counts[i][u] += counts[i - 1][u - j];
    double tail = 0, all = 0;
    for (size_t u = 0; u <= n_a * n_b; u++) {
        all += counts[n_a][u];
        tail += u <= low ? counts[n_a][u] : 0;
    }
    return fmin(1, 2 * tail / all);
}

double stats_rank_sum(double *a, size_t n_a, double *b, size_t n_b)
{
    if (n_a == 0 || n_b == 0)
        return 1;
    stats_sort(a, n_a);
    stats_sort(b, n_b);
    double x = (double)n_a, y = (double)n_b, all = x + y, below = 0, ties = 0;
    for (size_t i = 0, j = 0; i < n_a || j < n_b;) {
        double value = j >= n_b || (i < n_a && a[i] <= b[j]) ? a[i] : b[j];
        double of_a = 0, of_b = 0;
        for (; i < n_a && a[i] == value; i++)
            of_a++;
        for (; j < n_b && b[j] == value; j++)
            of_b++;
        double same = of_a + of_b;
        below += of_a * ((double)(n_b - j) + of_b / 2); /* pairs with a below b */
        ties += same * (same * same - 1);
    }
    if (ties == 0 && n_a <= SUM_MOST && n_b <= SUM_MOST)
        return exact_sum(n_a, n_b, (size_t)fmin(below, x * y - below));
    double variance = x * y / 12 * (all + 1 - ties / (all * (all - 1)));
    return normal_p(below - x * y / 2, 1, variance);
}

double stats_student_test(const double *differences, size_t n)
{
    if (n < 2)
        return 1;
    double mean = stats_sum(differences, n) / (double)n, squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (differences[i] - mean) * (differences[i] - mean);
    double degrees = (double)(n - 1), error = sqrt(squares / degrees / (double)n);
    if (error <= 0)
        return mean != 0 ? 0 : 1;
    return fmin(1, 2 * stats_student_at_most(-fabs(mean) / error, degrees));
}
