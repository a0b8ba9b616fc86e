#include "base/stats_crossing.h"

#include "base/random.h"
#include "base/stats_distribution.h"
#include "base/stats_order.h"

#include <math.h>
#include <stdlib.h>

/* A straight line, and how far the medians are from it. */
struct fitted {
    double intercept, slope, worst;
    bool ok;
};

/* By x, then by y. */
static int compare_points(const void *a, const void *b)
{
    const struct stats_point *one = a, *other = b;
    if (one->x != other->x)
        return one->x < other->x ? -1 : 1;
    return (one->y > other->y) - (one->y < other->y);
}

static void sort_points(struct stats_point *points, size_t n, double *values)
{
    if (n > 0)
        qsort(points, n, sizeof *points, compare_points);
    for (size_t i = 0; i < n; i++)
        values[i] = points[i].y;
}

/* The median of each size, of the values themselves, or of as many drawn among them: `values` are
 * those of `points`, sorted within each size. Returns how many sizes there are. */
static size_t medians_of(const struct stats_point *points, const double *values, size_t n,
                         struct random *random, struct stats_point *medians)
{
    size_t count = 0;
    for (size_t start = 0, end; start < n; start = end) {
        end = stats_point_run_end(points, n, start);
        const double *own = values + start;
        medians[count++] = (struct stats_point){
            points[start].x, random != NULL ? stats_median_drawn(own, end - start, random)
                                            : stats_median_sorted(own, end - start)};
    }
    return count;
}

/* Written out here, for stats_line's interval costs a quantile per draw. */
static struct fitted fit(const struct stats_point *points, size_t n)
{
    double sum = 0, sum_x = 0, sum_y = 0, sxx = 0, sxy = 0;
    struct fitted line = {.ok = false};
    for (size_t i = 0; i < n; i++) {
        double w = 1 / (points[i].y * points[i].y);
        sum += w;
        sum_x += w * points[i].x;
        sum_y += w * points[i].y;
    }
    double mean_x = sum_x / sum, mean_y = sum_y / sum;
    for (size_t i = 0; i < n; i++) {
        double w = 1 / (points[i].y * points[i].y), dx = points[i].x - mean_x;
        sxx += w * dx * dx;
        sxy += w * dx * (points[i].y - mean_y);
    }
    if (n < 2 || !(sxx > 0))
        return line;
    line.slope = sxy / sxx;
    line.intercept = mean_y - line.slope * mean_x;
    line.ok = true;
    for (size_t i = 0; i < n; i++) {
        double residual = points[i].y - (line.intercept + line.slope * points[i].x);
        line.worst = fmax(line.worst, fabs(residual / points[i].y));
    }
    return line;
}

/* Where the first is below the second, for x above 0. */
static enum stats_crossing_kind meet(struct fitted first, struct fitted second, double *at)
{
    bool starts_below = first.intercept <= second.intercept;
    bool grows_slower = first.slope <= second.slope;
    *at = starts_below ? 0 : INFINITY;
    if (starts_below == grows_slower)
        return starts_below ? STATS_CROSSING_ALWAYS : STATS_CROSSING_NEVER;
    *at = (first.intercept - second.intercept) / (second.slope - first.slope);
    return starts_below ? STATS_CROSSING_UP_TO : STATS_CROSSING_FROM;
}

/* A draw's crossing on the scale of the estimate's kind: for "up to", always is INFINITY. */
static double place_of(enum stats_crossing_kind kind, enum stats_crossing_kind drawn, double at)
{
    if (kind == STATS_CROSSING_UP_TO) {
        if (drawn == STATS_CROSSING_UP_TO)
            return at;
        return drawn == STATS_CROSSING_NEVER ? 0 : INFINITY;
    }
    return drawn == STATS_CROSSING_UP_TO ? INFINITY : at;
}

/* How far out the percentiles lie, so that they cover as Student's interval of n values would. */
static double tail_of(double level, size_t n)
{
    double times = (double)n, t = stats_student_quantile((1 - level) / 2, times - 1);
    return stats_normal_at_most(t * sqrt(times / (times - 1)));
}

static size_t fewest(const struct stats_point *points, size_t n)
{
    size_t least = n;
    for (size_t start = 0, end; start < n; start = end) {
        end = stats_point_run_end(points, n, start);
        least = end - start < least ? end - start : least;
    }
    return least;
}

static struct stats_crossing crossing_without(const char *reason)
{
    return (struct stats_crossing){
        .kind = STATS_CROSSING_UNKNOWN,
        .at = stats_no_interval(NAN, 0, 0, reason),
        .port_intercept = NAN,
        .port_slope = NAN,
        .reference_intercept = NAN,
        .reference_slope = NAN,
        .port_worst = NAN,
        .reference_worst = NAN,
    };
}

static bool usable(const struct stats_point *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!(points[i].x > 0) || !(points[i].y > 0) || !isfinite(points[i].x + points[i].y))
            return false;
    }
    return true;
}

/* Both sides with the room that fitting them takes. */
struct sides {
    struct stats_point *port, *reference, *medians;
    size_t n_port, n_reference;
    double *port_values, *reference_values; /* sorted within each size */
};

static enum stats_crossing_kind meet_of(const struct sides *sides, struct random *random,
                                        struct fitted *port, struct fitted *reference, double *at)
{
    size_t count =
        medians_of(sides->port, sides->port_values, sides->n_port, random, sides->medians);
    *port = fit(sides->medians, count);
    count = medians_of(sides->reference, sides->reference_values, sides->n_reference, random,
                       sides->medians);
    *reference = fit(sides->medians, count);
    return port->ok && reference->ok ? meet(*port, *reference, at) : STATS_CROSSING_UNKNOWN;
}

static struct stats_interval draw_interval(const struct sides *sides,
                                           const struct stats_crossing *of, double level,
                                           uint64_t seed, size_t replicates, double *places)
{
    struct random random;
    random_start(&random, seed);
    for (size_t i = 0; i < replicates; i++) {
        struct fitted port, reference;
        double at = 0;
        enum stats_crossing_kind drawn = meet_of(sides, &random, &port, &reference, &at);
        places[i] = place_of(of->kind, drawn, at);
    }
    stats_sort(places, replicates);
    /* Nearest ranks: between 0 and INFINITY there is nothing to interpolate. */
    size_t rank = (size_t)(tail_of(level, of->at.n) * (double)replicates);
    rank = rank < replicates / 2 ? rank : replicates / 2;
    return (struct stats_interval){
        .estimate = of->at.estimate,
        .low = fmin(places[rank], of->at.estimate),
        .high = fmax(places[replicates - 1 - rank], of->at.estimate),
        .level = level,
        .n = of->at.n,
    };
}

struct stats_crossing stats_crossing(struct stats_point *port, size_t n_port,
                                     struct stats_point *reference, size_t n_reference,
                                     double level, uint64_t seed, size_t replicates, double *room)
{
    if (!usable(port, n_port) || !usable(reference, n_reference))
        return crossing_without("sizes and times must be above 0");
    size_t longest = n_port > n_reference ? n_port : n_reference;
    struct stats_point *medians = (struct stats_point *)(room + replicates);
    double *values = (double *)(medians + longest);
    struct sides sides = {port, reference, medians, n_port, n_reference, values, values + n_port};
    sort_points(port, n_port, values);
    sort_points(reference, n_reference, values + n_port);
    struct fitted first, second;
    double at = NAN;
    enum stats_crossing_kind kind = meet_of(&sides, NULL, &first, &second, &at);
    if (kind == STATS_CROSSING_UNKNOWN)
        return crossing_without("it takes two sizes");

    size_t least = fewest(port, n_port), other = fewest(reference, n_reference);
    struct stats_crossing result = {
        .kind = kind,
        .at = stats_no_interval(at, least < other ? least : other, STATS_CROSSING_NEEDED,
                                "too few times of each size"),
        .port_intercept = first.intercept,
        .port_slope = first.slope,
        .port_worst = first.worst,
        .reference_intercept = second.intercept,
        .reference_slope = second.slope,
        .reference_worst = second.worst,
    };
    if (result.at.n >= STATS_CROSSING_NEEDED)
        result.at = draw_interval(&sides, &result, level, seed, replicates, room);
    return result;
}

const char *stats_crossing_name(enum stats_crossing_kind kind)
{
    static const char *const names[] = {"unknown", "from", "up to", "always", "never"};
    return names[kind];
}
