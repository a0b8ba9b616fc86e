#include "base/stats_scaling.h"

#include "base/random.h"
#include "base/stats_distribution.h"
#include "base/stats_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The terms of the law: T(1), T(1)·serial, T(1)·crosstalk. */
enum { ONE, SERIAL, CROSSTALK, TERMS };

static void terms_of(struct stats_point point, double terms[TERMS])
{
    /* Divided by y: the errors are relative, and what is fitted is 1. */
    terms[ONE] = 1 / point.x / point.y;
    terms[SERIAL] = (1 - 1 / point.x) / point.y;
    terms[CROSSTALK] = (point.x - 1) / point.y;
}

/* Solves the normal equations for the terms in `used` by elimination; the others are 0. Columns are
 * scaled to length 1 first. False when the points do not tell the terms apart. */
static bool solve(double matrix[TERMS][TERMS], const double right[TERMS], unsigned used,
                  double found[TERMS])
{
    double m[TERMS][TERMS + 1], scale[TERMS];
    size_t index[TERMS] = {0}, count = 0;
    for (size_t i = 0; i < TERMS; i++) {
        found[i] = 0;
        scale[i] = sqrt(matrix[i][i]);
        if (used & (1U << i)) {
            if (!(scale[i] > 0))
                return false;
            index[count++] = i;
        }
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++)
            m[i][k] = matrix[index[i]][index[k]] / (scale[index[i]] * scale[index[k]]);
        m[i][count] = right[index[i]] / scale[index[i]];
    }
    for (size_t i = 0; i < count; i++) { /* positive definite: needs no pivoting */
        if (!(m[i][i] > 1e-12))
            return false;
        for (size_t row = i + 1; row < count; row++) {
            double factor = m[row][i] / m[i][i];
            for (size_t k = i; k <= count; k++)
                m[row][k] -= factor * m[i][k];
        }
    }
    for (size_t i = count; i-- > 0;) {
        double value = m[i][count];
        for (size_t k = i + 1; k < count; k++)
            value -= m[i][k] * found[index[k]] * scale[index[k]];
        found[index[i]] = value / m[i][i] / scale[index[i]];
    }
    return true;
}

static double squares_left(const struct stats_point *points, size_t n, const double found[TERMS],
                           double *worst)
{
    double squares = 0;
    *worst = 0;
    for (size_t i = 0; i < n; i++) {
        double terms[TERMS], residual = -1;
        terms_of(points[i], terms);
        for (size_t k = 0; k < TERMS; k++)
            residual += found[k] * terms[k];
        squares += residual * residual;
        *worst = fmax(*worst, fabs(residual));
    }
    return squares;
}

/* Least squares with no term below 0: of the few ways to leave terms out, the best that is allowed.
 */
static bool fit(const struct stats_point *points, size_t n, bool with_crosstalk, double best[TERMS],
                double *worst)
{
    double matrix[TERMS][TERMS] = {{0}}, right[TERMS] = {0}, least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double terms[TERMS];
        terms_of(points[i], terms);
        for (size_t k = 0; k < TERMS; k++) {
            right[k] += terms[k];
            for (size_t j = 0; j < TERMS; j++)
                matrix[k][j] += terms[k] * terms[j];
        }
    }
    for (unsigned extra = 0; extra < (with_crosstalk ? 4U : 2U); extra++) {
        double found[TERMS], residual = 0;
        if (!solve(matrix, right, 1U | extra << 1, found) || !(found[ONE] > 0) ||
            found[SERIAL] < 0 || found[CROSSTALK] < 0)
            continue;
        double squares = squares_left(points, n, found, &residual);
        if (squares < least) {
            least = squares;
            *worst = residual;
            memcpy(best, found, TERMS * sizeof *best);
        }
    }
    return isfinite(least);
}

static void draw(const struct stats_point *points, size_t n, struct random *random,
                 struct stats_point *drawn)
{
    for (size_t start = 0, end; start < n; start = end) {
        end = stats_point_run_end(points, n, start);
        for (size_t i = start; i < end; i++)
            drawn[i] = points[start + random_below(random, end - start)];
    }
}

/* Percentiles of few values are too narrow; taken further out, they cover as Student's interval of
 * as many would: T. C. Hesterberg, "What teachers should know about the bootstrap", American
 * Statistician 69 (2015) (the expanded percentile interval). */
static struct stats_interval percentiles(double estimate, double *values, size_t count,
                                         double level, size_t n)
{
    double times = (double)n, t = stats_student_quantile((1 - level) / 2, times - 1);
    double tail = stats_normal_at_most(t * sqrt(times / (times - 1)));
    stats_sort(values, count);
    return (struct stats_interval){
        .estimate = estimate,
        .low = stats_quantile_sorted(values, count, tail),
        .high = stats_quantile_sorted(values, count, 1 - tail),
        .level = level,
        .n = n,
    };
}

static struct stats_scaling scaling_without(size_t n, size_t needed, const char *reason)
{
    return (struct stats_scaling){
        .one = NAN,
        .serial = stats_no_interval(NAN, n, needed, reason),
        .crosstalk = stats_no_interval(NAN, n, needed, reason),
        .worst = NAN,
        .best_jobs = NAN,
    };
}

/* The fewest times of one number of jobs; *levels counts the different numbers. */
static size_t fewest(const struct stats_point *points, size_t n, size_t *levels)
{
    size_t least = n;
    *levels = 0;
    for (size_t start = 0, end; start < n; start = end) {
        end = stats_point_run_end(points, n, start);
        least = end - start < least ? end - start : least;
        ++*levels;
    }
    return least;
}

/* Fits many draws; fills both lists and returns how many could be fitted. */
static size_t fit_draws(const struct stats_point *points, size_t n, bool with_crosstalk,
                        uint64_t seed, size_t replicates, double *room)
{
    struct random random;
    struct stats_point *drawn = (struct stats_point *)(room + 2 * replicates);
    size_t count = 0;
    random_start(&random, seed);
    for (size_t i = 0; i < replicates; i++) {
        double found[TERMS], worst = 0;
        draw(points, n, &random, drawn);
        if (!fit(drawn, n, with_crosstalk, found, &worst))
            continue;
        room[count] = found[SERIAL] / found[ONE];
        room[replicates + count++] = found[CROSSTALK] / found[ONE];
    }
    return count;
}

/* The estimates alone, with the reason why they have no interval (yet). */
static struct stats_scaling scaling_of(const double found[TERMS], bool with_crosstalk, size_t n,
                                       size_t needed, const char *reason)
{
    struct stats_scaling result = scaling_without(n, needed, reason);
    result.one = found[ONE];
    result.serial.estimate = found[SERIAL] / found[ONE];
    if (with_crosstalk)
        result.crosstalk.estimate = found[CROSSTALK] / found[ONE];
    else
        result.crosstalk = stats_no_interval(NAN, n, 0, "Amdahl's law has no crosstalk");
    result.best_jobs = INFINITY;
    if (found[CROSSTALK] > 0)
        result.best_jobs = sqrt(fmax(1, (found[ONE] - found[SERIAL]) / found[CROSSTALK]));
    return result;
}

struct stats_scaling stats_scaling(struct stats_point *points, size_t n, bool with_crosstalk,
                                   double level, uint64_t seed, size_t replicates, double *room)
{
    double found[TERMS] = {0}, worst = NAN;
    size_t levels = 0, needed = with_crosstalk ? 3 : 2;
    for (size_t i = 0; i < n; i++) {
        if (!(points[i].x >= 1) || !(points[i].y > 0) || !isfinite(points[i].x + points[i].y))
            return scaling_without(n, 0, "jobs must be 1 or more, and times above 0");
    }
    if (n > 0)
        qsort(points, n, sizeof *points, stats_point_compare);
    size_t least = fewest(points, n, &levels);
    if (levels < needed)
        return scaling_without(levels, needed, "too few different numbers of jobs");
    if (!fit(points, n, with_crosstalk, found, &worst))
        return scaling_without(n, 0, "the times do not follow the law at all");

    struct stats_scaling result = scaling_of(found, with_crosstalk, least, STATS_SCALING_NEEDED,
                                             "too few times for each number of jobs");
    if (least >= STATS_SCALING_NEEDED) {
        size_t count = fit_draws(points, n, with_crosstalk, seed, replicates, room);
        result = scaling_of(found, with_crosstalk, least, 0, "most draws do not follow the law");
        if (count > replicates / 2) {
            result.serial = percentiles(result.serial.estimate, room, count, level, least);
            if (with_crosstalk)
                result.crosstalk =
                    percentiles(result.crosstalk.estimate, room + replicates, count, level, least);
        }
    }
    result.worst = worst;
    return result;
}
