#include "base/stats_line.h"

#include "base/stats_distribution.h"

#include <math.h>

int stats_point_compare(const void *a, const void *b)
{
    double x = ((const struct stats_point *)a)->x, y = ((const struct stats_point *)b)->x;
    return (x > y) - (x < y);
}

size_t stats_point_run_end(const struct stats_point *points, size_t n, size_t start)
{
    size_t end = start;
    while (end < n && points[end].x == points[start].x)
        end++;
    return end;
}

static struct stats_line line_without(double intercept, double slope, size_t n, size_t needed,
                                      const char *reason)
{
    return (struct stats_line){
        .intercept = stats_no_interval(intercept, n, needed, reason),
        .slope = stats_no_interval(slope, n, needed, reason),
        .worst = NAN,
    };
}

static struct stats_interval student_interval(double estimate, double error, double t, double level,
                                              size_t n)
{
    return (struct stats_interval){
        .estimate = estimate,
        .low = estimate - t * error,
        .high = estimate + t * error,
        .level = level,
        .n = n,
    };
}

static double weight_of(double y, bool relative)
{
    return relative ? 1 / (y * y) : 1;
}

static bool points_are_usable(const struct stats_point *points, size_t n, bool positive)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(points[i].x) || !isfinite(points[i].y) || (positive && points[i].y <= 0))
            return false;
    }
    return true;
}

struct stats_line stats_line(const struct stats_point *points, size_t n, bool relative,
                             double level)
{
    if (!points_are_usable(points, n, relative))
        return line_without(NAN, NAN, n, 0, "a value is no finite number, or not above 0");
    double sum = 0, sum_x = 0, sum_y = 0, sxx = 0, sxy = 0, squares = 0, worst = 0;
    for (size_t i = 0; i < n; i++) {
        double w = weight_of(points[i].y, relative);
        sum += w;
        sum_x += w * points[i].x;
        sum_y += w * points[i].y;
    }
    double mean_x = sum_x / sum, mean_y = sum_y / sum;
    for (size_t i = 0; i < n; i++) {
        double w = weight_of(points[i].y, relative), dx = points[i].x - mean_x;
        sxx += w * dx * dx;
        sxy += w * dx * (points[i].y - mean_y);
    }
    if (!(sxx > 0))
        return line_without(NAN, NAN, n, 3, "it takes points with two different x");
    double slope = sxy / sxx, intercept = mean_y - slope * mean_x;
    if (n < 3)
        return line_without(intercept, slope, n, 3, "too few points for an interval");
    for (size_t i = 0; i < n; i++) {
        double residual = points[i].y - (intercept + slope * points[i].x);
        squares += weight_of(points[i].y, relative) * residual * residual;
        worst = fmax(worst, fabs(relative ? residual / points[i].y : residual));
    }
    double variance = squares / (double)(n - 2);
    double t = stats_student_quantile((1 + level) / 2, (double)(n - 2));
    return (struct stats_line){
        .intercept = student_interval(intercept, sqrt(variance * (1 / sum + mean_x * mean_x / sxx)),
                                      t, level, n),
        .slope = student_interval(slope, sqrt(variance / sxx), t, level, n),
        .worst = worst,
    };
}
