#include "base/stats_changepoint.h"

#include "base/stats.h"
#include "base/stats_order.h"

#include <math.h>
#include <string.h>

static const double loss_most = 3 * 3; /* of one value, in squared scales */

/* Around their median, so that a steady drift is none of it. 1.4826: the normal's standard deviation over its median absolute deviation. */
static double scale_at(const double *values, size_t n, size_t lag, double *room)
{
    for (size_t i = 0; i + lag < n; i++)
        room[i] = values[i + lag] - values[i];
    stats_sort(room, n - lag);
    double middle = stats_median_sorted(room, n - lag);
    for (size_t i = 0; i + lag < n; i++)
        room[i] = fabs(room[i] - middle);
    stats_sort(room, n - lag);
    return 1.4826 * stats_median_sorted(room, n - lag) / sqrt(2);
}

/* The changes of level are few among the differences of near values, so their median sees none.
 * Values that resemble their neighbours differ more from those further off. */
static double scale_of(const double *values, size_t n, double least, double *room)
{
    for (size_t lag = 1; lag <= 4 && 4 * lag < n; lag *= 2)
        least = fmax(least, scale_at(values, n, lag, room));
    return least;
}

static void insert_sorted(double *sorted, size_t n, double x)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(sorted + low + 1, sorted + low, (n - low) * sizeof *sorted);
    sorted[low] = x;
}

static double loss_of(const double *values, size_t n, double level, double scale)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double distance = (values[i] - level) / scale;
        sum += fmin(distance * distance, loss_most);
    }
    return sum;
}

/* best[t]: the least cost of the first t values; from[t]: where its last stretch begins. */
static void search(const double *values, size_t n, double scale, double *best, double *sorted,
                   size_t *from)
{
    double penalty = 4 * log((double)n);
    best[0] = 0;
    for (size_t t = 1; t <= n; t++)
        best[t] = INFINITY;
    for (size_t s = 0; s < n; s++) {
        for (size_t t = s + 1; t <= n; t++) {
            insert_sorted(sorted, t - s - 1, values[t - 1]);
            double level = stats_median_sorted(sorted, t - s);
            double cost = best[s] + penalty + loss_of(values + s, t - s, level, scale);
            if (cost < best[t]) {
                best[t] = cost;
                from[t] = s;
            }
        }
    }
}

void stats_changes_find(struct stats_changes *changes, const double *values, size_t n,
                        double least_scale, double *room, size_t *from)
{
    changes->count = 0;
    changes->scale = NAN;
    if (n == 0 || n > STATS_CHANGES_MOST || !stats_all_finite(values, n))
        return;
    changes->scale = scale_of(values, n, least_scale, room);
    double *sorted = room + n + 1;
    search(values, n, changes->scale, room, sorted, from);
    for (size_t t = n; t > 0; t = from[t])
        changes->count++;
    size_t t = n;
    for (size_t i = changes->count; i-- > 0; t = from[t]) {
        size_t length = t - from[t];
        changes->first[i] = from[t];
        memcpy(sorted, values + from[t], length * sizeof *sorted);
        stats_sort(sorted, length);
        changes->level[i] = stats_median_sorted(sorted, length);
    }
}

static size_t length_of(const struct stats_changes *changes, size_t i, size_t n)
{
    return (i + 1 < changes->count ? changes->first[i + 1] : n) - changes->first[i];
}

/* The stretch with which the steady state begins: the earliest at the final level from which on
 * enough values are at it. */
static size_t steady_stretch(const struct stats_changes *changes, size_t n, double near)
{
    size_t last = changes->count - 1, found = last, at_level = 0;
    for (size_t i = changes->count; i-- > 0;) {
        if (fabs(changes->level[i] - changes->level[last]) > near)
            continue;
        at_level += length_of(changes, i, n);
        if (10 * at_level >= 9 * (n - changes->first[i]))
            found = i;
    }
    return found;
}

static enum stats_warmup_state judge(const struct stats_changes *changes, size_t steady,
                                     double near)
{
    double level = changes->level[changes->count - 1];
    if (steady == 0 || fabs(changes->level[0] - level) <= near)
        return STATS_WARMUP_FLAT;
    for (size_t i = 0; i < steady; i++) {
        if (changes->level[i] < level - near)
            return STATS_WARMUP_SLOWS_DOWN;
    }
    return STATS_WARMUP_WARMS_UP;
}

struct stats_warmup stats_warmup(const struct stats_changes *changes, size_t n, double tolerance)
{
    struct stats_warmup out = {.state = STATS_WARMUP_UNKNOWN, .steady_from = n, .steady = NAN};
    if (n < STATS_WARMUP_NEEDED || changes->count == 0)
        return out;
    double near = fmax(tolerance, 2 * changes->scale);
    size_t steady = steady_stretch(changes, n, near);
    size_t rest = n - changes->first[steady];
    if (4 * rest < n || rest < STATS_WARMUP_NEEDED / 2) {
        out.state = STATS_WARMUP_NO_STEADY;
        return out;
    }
    out.state = judge(changes, steady, near);
    out.steady_from = out.state == STATS_WARMUP_FLAT ? 0 : changes->first[steady];
    out.steady = changes->level[changes->count - 1];
    size_t elsewhere = 0;
    for (size_t i = 0; i < changes->count; i++) {
        if (changes->first[i] >= out.steady_from && fabs(changes->level[i] - out.steady) > near)
            elsewhere += length_of(changes, i, n);
    }
    out.other = (double)elsewhere / (double)(n - out.steady_from);
    return out;
}

const char *stats_warmup_name(enum stats_warmup_state state)
{
    switch (state) {
    case STATS_WARMUP_FLAT:
        return "flat";
    case STATS_WARMUP_WARMS_UP:
        return "warms up";
    case STATS_WARMUP_SLOWS_DOWN:
        return "slows down";
    case STATS_WARMUP_NO_STEADY:
        return "no steady state";
    case STATS_WARMUP_UNKNOWN:
        break;
    }
    return "unknown";
}
