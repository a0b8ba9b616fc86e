#include "base/stats_order.h"

#include "base/stats_distribution.h"

#include <math.h>

static const char reason_none[] = "there are no values";
static const char reason_few[] = "too few values for an interval";
static const char reason_finite[] = "a value is no finite number";
static const char reason_positive[] = "a value is not above 0";

double stats_median_sorted(const double *sorted, size_t n)
{
    double low = sorted[(n - 1) / 2], high = sorted[n / 2];
    return low + (high - low) / 2;
}

/* The value that a unit stands for: each has an equal share of them. */
static double value_at(const double *sorted, size_t n, double unit)
{
    size_t place = (size_t)(unit * (double)n);
    return sorted[place < n ? place : n - 1];
}

double stats_median_drawn(const double *sorted, size_t n, struct random *random)
{
    size_t k = (n + 1) / 2;
    double unit = random_beta(random, (double)k, (double)(n - k + 1));
    double value = value_at(sorted, n, unit);
    if (n % 2 != 0)
        return value;
    /* Of those n − k above it, the least. */
    unit = 1 - (1 - unit) * pow(1 - random_unit(random), 1 / (double)(n - k));
    return (value + value_at(sorted, n, unit)) / 2;
}

double stats_quantile_sorted(const double *sorted, size_t n, double q)
{
    double place = q * (double)(n - 1);
    size_t below = (size_t)place;
    if (below + 1 >= n)
        return sorted[n - 1];
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

double stats_mad(double *values, size_t n)
{
    stats_sort(values, n);
    double median = stats_median_sorted(values, n);
    for (size_t i = 0; i < n; i++)
        values[i] = fabs(values[i] - median);
    stats_sort(values, n);
    return stats_median_sorted(values, n);
}

/* What the interval [x_(k), x_(n+1−k)] misses: 2·P(Bin(n, ½) < k). */
static double miss(size_t n, size_t k)
{
    return 2 * stats_binomial_at_most((int64_t)k - 1, (int64_t)n, 0.5);
}

/* The largest k that misses no more than alpha, by bisection (the miss grows with k). The hair's
 * breadth is for a level that someone asks for again after it was attained, rounded. */
static size_t rank_for(size_t n, double alpha)
{
    const double hair = 1 + 1e-9;
    size_t low = 0, high = n / 2 + 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (miss(n, middle) <= alpha * hair)
            low = middle;
        else
            high = middle;
    }
    return low;
}

size_t stats_median_rank(size_t n, double level, double *attained)
{
    size_t k = rank_for(n, 1 - level);
    *attained = k > 0 ? 1 - miss(n, k) : 0;
    return k;
}

size_t stats_median_needed(double level)
{
    size_t n = 1;
    while (n < 1075 && ldexp(1, 1 - (int)n) > 1 - level) /* miss(n, 1) = 2^(1−n) */
        n++;
    return n;
}

/* How far to go from rank k, which covers with `attained`, towards rank k + 1, so that what is asked
 * for is covered: Hettmansperger and Sheather's λ. */
static double step_inwards(size_t n, size_t k, double attained, double level)
{
    double more = attained - (1 - miss(n, k + 1));
    if (2 * (k + 1) > n + 1 || more <= 0)
        return 0;
    double share = fmin(1, fmax(0, (attained - level) / more));
    double rest = (double)(n - k);
    return rest * share / ((double)k + (rest - (double)k) * share);
}

struct stats_interval stats_median(double *values, size_t n, double level)
{
    if (n == 0)
        return stats_no_interval(NAN, 0, stats_median_needed(level), reason_none);
    if (!stats_all_finite(values, n))
        return stats_no_interval(NAN, n, 0, reason_finite);
    double attained = 0;
    size_t k = stats_median_rank(n, level, &attained);
    stats_sort(values, n);
    double median = stats_median_sorted(values, n);
    if (k == 0)
        return stats_no_interval(median, n, stats_median_needed(level), reason_few);
    double step = step_inwards(n, k, attained, level);
    return (struct stats_interval){
        .estimate = median,
        .low = values[k - 1] + step * (values[k] - values[k - 1]),
        .high = values[n - k] - step * (values[n - k] - values[n - k - 1]),
        .level = step > 0 ? level : attained,
        .n = n,
    };
}

struct stats_interval stats_paired_ratio(double *a, const double *b, size_t n, double level)
{
    if (!stats_all_positive(a, n) || !stats_all_positive(b, n))
        return stats_no_interval(NAN, n, 0, reason_positive);
    for (size_t i = 0; i < n; i++)
        a[i] = log(a[i]) - log(b[i]);
    struct stats_interval result = stats_median(a, n, level);
    result.estimate = exp(result.estimate);
    result.low = exp(result.low);
    result.high = exp(result.high);
    return result;
}

struct stats_interval stats_unpaired_ratio(double *a, size_t n_a, double *b, size_t n_b,
                                           double level)
{
    size_t n = n_a < n_b ? n_a : n_b;
    if (n == 0)
        return stats_no_interval(NAN, 0, stats_median_needed(level), reason_none);
    if (!stats_all_positive(a, n_a) || !stats_all_positive(b, n_b))
        return stats_no_interval(NAN, n, 0, reason_positive);
    struct stats_interval of_a = stats_median(a, n_a, level), of_b = stats_median(b, n_b, level);
    double ratio = of_a.estimate / of_b.estimate;
    if (of_a.reason != NULL || of_b.reason != NULL)
        return stats_no_interval(ratio, n, stats_median_needed(level), reason_few);
    double below = hypot(log(of_a.estimate / of_a.low), log(of_b.high / of_b.estimate));
    double above = hypot(log(of_a.high / of_a.estimate), log(of_b.estimate / of_b.low));
    return (struct stats_interval){
        .estimate = ratio,
        .low = ratio * exp(-below),
        .high = ratio * exp(above),
        .level = level,
        .n = n,
    };
}
