#include "base/stats_test.h"

#include "base/stats_distribution.h"

#include <math.h>
#include <stdlib.h>

double stats_sign_test(size_t positive, size_t negative, enum stats_side side)
{
    int64_t n = (int64_t)(positive + negative), more = (int64_t)positive;
    if (side == STATS_LESS)
        more = (int64_t)negative;
    if (side == STATS_TWO_SIDED && negative > positive)
        more = (int64_t)negative;
    double p = stats_binomial_at_least(more, n, 0.5);
    return side == STATS_TWO_SIDED ? fmin(1, 2 * p) : p;
}

enum stats_relation stats_relation(const struct stats_interval *interval, double neutral,
                                   double margin_low, double margin_high)
{
    if (interval->reason != NULL)
        return STATS_UNRESOLVED;
    if (margin_low < margin_high && interval->low >= margin_low && interval->high <= margin_high)
        return STATS_EQUIVALENT;
    if (interval->low > neutral)
        return STATS_LARGER;
    if (interval->high < neutral)
        return STATS_SMALLER;
    return STATS_UNRESOLVED;
}

const char *stats_relation_name(enum stats_relation relation)
{
    switch (relation) {
    case STATS_EQUIVALENT:
        return "equivalent";
    case STATS_LARGER:
        return "larger";
    case STATS_SMALLER:
        return "smaller";
    case STATS_UNRESOLVED:
        return "unresolved";
    }
    return "unresolved";
}

static int compare_by_p(const void *a, const void *b, void *values)
{
    const double *p = values;
    double x = p[*(const size_t *)a], y = p[*(const size_t *)b];
    return (x > y) - (x < y);
}

void stats_holm(double *p, size_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    if (n > 1)
        qsort_r(order, n, sizeof *order, compare_by_p, p);
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fmin(1, (double)(n - i) * p[order[i]]));
        p[order[i]] = largest;
    }
}

static double mean_of(const double *values, size_t n)
{
    return stats_sum(values, n) / (double)n;
}

struct stats_repetitions stats_repetitions(const double *samples, size_t processes,
                                           size_t per_process, double sample_cost,
                                           double process_cost)
{
    struct stats_repetitions result = {.within = NAN, .between = NAN};
    if (processes < 2 || per_process < 2) {
        result.reason = "it takes two processes with two samples each to tell";
        return result;
    }
    if (!stats_all_finite(samples, processes * per_process) || !(sample_cost > 0) ||
        !(process_cost >= 0)) {
        result.reason = "a value is no finite number, or a cost is not above 0";
        return result;
    }
    double grand = mean_of(samples, processes * per_process), within = 0, between = 0;
    for (size_t i = 0; i < processes; i++) {
        const double *row = samples + i * per_process;
        double mean = mean_of(row, per_process);
        for (size_t k = 0; k < per_process; k++)
            within += (row[k] - mean) * (row[k] - mean);
        between += (mean - grand) * (mean - grand);
    }
    within /= (double)(processes * (per_process - 1));
    between = between / (double)(processes - 1) - within / (double)per_process;
    result.within = within;
    result.between = fmax(0, between);
    if (between <= 0) {
        /* Then more samples in one process serve as well as more processes, and cost less. */
        result.reason = "processes do not differ more than samples within one";
        return result;
    }
    double best = ceil(sqrt(process_cost / sample_cost * within / between));
    result.repetitions = best > 1 ? (best < 1e9 ? (size_t)best : 1000000000) : 1;
    return result;
}
