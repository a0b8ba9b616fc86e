#include "base/stats_split.h"

#include "base/stats_order.h"

#include <math.h>
#include <string.h>

enum { SLOPE_NEEDED = 3 };

static double mean_of(const double *values, size_t n)
{
    return stats_sum(values, n) / (double)n;
}

/* The product of each block, as a logarithm; returns their mean and the sum of squares around it. */
static double products(const double *logs, size_t count, size_t n, double *totals, double *squares)
{
    for (size_t i = 0; i < n; i++) {
        totals[i] = 0;
        for (size_t k = 0; k < count; k++)
            totals[i] += logs[k * n + i];
    }
    double mean = mean_of(totals, n);
    *squares = 0;
    for (size_t i = 0; i < n; i++)
        *squares += (totals[i] - mean) * (totals[i] - mean);
    return mean;
}

static double slope_of(const double *values, double mean, const double *totals, double mean_total,
                       double squares, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (values[i] - mean) * (totals[i] - mean_total);
    return sum / squares;
}

/* What rounding left over goes to the largest factor, so that the sum is `at` to the last bit or so.
 */
static void settle(struct stats_interval *out, size_t count, double at)
{
    double sum = 0;
    size_t largest = 0;
    for (size_t k = 0; k < count; k++) {
        sum += out[k].estimate;
        if (fabs(out[k].estimate) > fabs(out[largest].estimate))
            largest = k;
    }
    out[largest].estimate += at - sum;
}

void stats_split(const double *logs, size_t count, size_t n, double at, double level,
                 struct stats_interval *out, double *room)
{
    double squares = 0, mean_total = products(logs, count, n, room, &squares);
    bool moved = n >= SLOPE_NEEDED && squares > 0;
    for (size_t k = 0; k < count; k++) {
        const double *values = logs + k * n;
        double mean = mean_of(values, n), slope = k + 1 == count ? 1 : 0;
        if (moved)
            slope = slope_of(values, mean, room, mean_total, squares, n);
        out[k].estimate = mean + slope * (at - mean_total);
    }
    settle(out, count, at);
    for (size_t k = 0; k < count; k++) {
        double estimate = out[k].estimate;
        memcpy(room, logs + k * n, n * sizeof *room);
        out[k] = stats_median(room, n, level);
        out[k].estimate = estimate;
        if (out[k].reason == NULL) {
            out[k].low = fmin(out[k].low, estimate);
            out[k].high = fmax(out[k].high, estimate);
        }
    }
}
