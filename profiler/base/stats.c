#include "base/stats.h"

#include <math.h>
#include <stdlib.h>

struct stats_interval stats_no_interval(double estimate, size_t n, size_t needed,
                                        const char *reason)
{
    return (struct stats_interval){
        .estimate = estimate,
        .low = NAN,
        .high = NAN,
        .n = n,
        .needed = needed,
        .reason = reason,
    };
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void stats_sort(double *values, size_t n)
{
    if (n > 1)
        qsort(values, n, sizeof *values, compare);
}

bool stats_all_finite(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            return false;
    }
    return true;
}

bool stats_all_positive(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]) || values[i] <= 0)
            return false;
    }
    return true;
}

double stats_sum(const double *values, size_t n)
{
    double sum = 0, lost = 0;
    for (size_t i = 0; i < n; i++) {
        double next = sum + values[i];
        lost += fabs(sum) >= fabs(values[i]) ? (sum - next) + values[i] : (values[i] - next) + sum;
        sum = next;
    }
    return sum + lost;
}
