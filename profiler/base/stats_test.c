#include "base/stats_test.h"

#include "base/stats_distribution.h"

#include <math.h>
#include <stdlib.h>

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
