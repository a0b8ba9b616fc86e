#include "base/series.h"

#include "base/stats_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void series_free(struct series *series)
{
    for (size_t k = 0; series->estimates != NULL && k < series->events; k++)
        free(series->estimates[k]);
    free(series->estimates);
    free(series->samples);
    free(series->sorted);
    *series = (struct series){.events = series->events};
}

void series_values_free(struct series_values *values)
{
    free(values->blocks);
    free(values->values);
    *values = (struct series_values){.count = 0};
}

static bool grow(struct series *series)
{
    size_t room = series->room * 2 + 64;
    struct series_sample *samples = realloc(series->samples, room * sizeof *samples);
    if (samples == NULL)
        return false;
    series->samples = samples;
    for (size_t k = 0; series->estimates != NULL && k < series->events; k++) {
        if (series->estimates[k] == NULL)
            continue;
        double *list = realloc(series->estimates[k], room * sizeof *list);
        if (list == NULL)
            return false;
        series->estimates[k] = list;
    }
    series->room = room;
    return true;
}

/* The list of an event, at the first sample in which it was counted. */
static double *begin_list(struct series *series, size_t event)
{
    if (series->estimates == NULL)
        series->estimates = calloc(series->events, sizeof *series->estimates);
    double *list = series->estimates != NULL ? malloc(series->room * sizeof *list) : NULL;
    if (list == NULL)
        return NULL;
    for (size_t i = 0; i < series->count; i++)
        list[i] = NAN;
    return series->estimates[event] = list;
}

static bool add_estimate(struct series *series, size_t event, double estimate)
{
    double *list = series->estimates != NULL ? series->estimates[event] : NULL;
    if (list == NULL && isnan(estimate))
        return true;
    if (list == NULL && (list = begin_list(series, event)) == NULL)
        return false;
    list[series->count] = estimate;
    return true;
}

bool series_add(struct series *series, const struct series_sample *sample, const double *estimates)
{
    if (series->count == UINT32_MAX || (series->count == series->room && !grow(series)))
        return false;
    series->samples[series->count] = *sample;
    for (size_t k = 0; k < series->events; k++) {
        if (!add_estimate(series, k, estimates[k]))
            return false;
    }
    series->count++;
    series->marked += sample->marked != 0;
    free(series->sorted);
    series->sorted = NULL;
    return true;
}

double series_estimate(const struct series *series, size_t event, size_t place)
{
    const double *list = series->estimates != NULL ? series->estimates[event] : NULL;
    return list != NULL ? list[place] : NAN;
}

static bool is_before(const struct series *series, uint32_t a, uint32_t b)
{
    const struct series_sample *x = &series->samples[a], *y = &series->samples[b];
    if (x->block != y->block)
        return x->block < y->block;
    return x->process < y->process;
}

/* Where the places that are in order from `from` on end. */
static size_t run_end(const struct series *series, const uint32_t *places, size_t from)
{
    size_t to = from + 1;
    while (to < series->count && !is_before(series, places[to], places[to - 1]))
        to++;
    return to;
}

/* Each two runs become one; returns how many there are now. */
static size_t merge_runs(const struct series *series, const uint32_t *places, uint32_t *out)
{
    size_t runs = 0;
    for (size_t from = 0; from < series->count; runs++) {
        size_t middle = run_end(series, places, from);
        size_t to = middle < series->count ? run_end(series, places, middle) : middle;
        size_t a = from, b = middle;
        while (a < middle && b < to)
            *out++ = is_before(series, places[b], places[a]) ? places[b++] : places[a++];
        memcpy(out, &places[a], (middle - a) * sizeof *out);
        out += middle - a;
        memcpy(out, &places[b], (to - b) * sizeof *out);
        out += to - b;
        from = to;
    }
    return runs;
}

/* Samples of a cell come in the order of blocks, but where runs were put together: runs that are in
 * order already are merged, which keeps the order of what is equal. */
bool series_sort(struct series *series)
{
    if (series->sorted != NULL || series->count == 0)
        return true;
    uint32_t *places = malloc(series->count * sizeof *places);
    uint32_t *other = malloc(series->count * sizeof *other);
    bool ok = places != NULL && other != NULL;
    for (size_t i = 0; ok && i < series->count; i++)
        places[i] = (uint32_t)i;
    for (size_t runs = ok && run_end(series, places, 0) < series->count ? 2 : 1; runs > 1;) {
        runs = merge_runs(series, places, other);
        uint32_t *merged = other;
        other = places;
        places = merged;
    }
    if (ok)
        series->sorted = places;
    else
        free(places);
    free(other);
    return ok;
}

bool series_block(const struct series *series, size_t *at, size_t *from, size_t *to)
{
    if (*at >= series->count)
        return false;
    *from = *at;
    int64_t block = series->samples[series->sorted[*from]].block;
    while (*at < series->count && series->samples[series->sorted[*at]].block == block)
        ++*at;
    *to = *at;
    return true;
}

bool series_is_clean(const struct series_sample *sample, enum series_kind kind)
{
    return sample->marked == 0 || (kind == SERIES_OWN && sample->crowded);
}

size_t series_marked(const struct series *series, enum series_kind kind)
{
    if (kind != SERIES_OWN || series->marked == 0)
        return series->marked;
    size_t n = 0;
    for (size_t i = 0; i < series->count; i++)
        n += !series_is_clean(&series->samples[i], kind);
    return n;
}

bool series_tells(const struct series *series, enum series_kind kind)
{
    for (size_t i = 0; i < series->count; i++) {
        const struct series_sample *sample = &series->samples[i];
        int64_t ns = kind == SERIES_WALL  ? sample->wall_ns
                     : kind == SERIES_CPU ? sample->cpu_ns
                                          : sample->waited_ns;
        if (ns >= 0)
            return true;
    }
    return false;
}

/* The readings of the queue enclose the sample, so some of the waiting may have been before its clock:
 * it waited at most as long as it did not run. */
int64_t series_elapsed_ns(const struct series_sample *sample, enum series_kind kind)
{
    int64_t idle_ns = sample->wall_ns - sample->cpu_ns, waited_ns = sample->waited_ns;
    if (kind != SERIES_OWN || waited_ns <= 0 || sample->wall_ns < 0)
        return sample->wall_ns;
    if (sample->cpu_ns >= 0 && waited_ns > idle_ns)
        waited_ns = idle_ns > 0 ? idle_ns : 0;
    return sample->wall_ns - waited_ns;
}

static bool per_run(const struct series_sample *sample, enum series_kind kind, double *value)
{
    int64_t ns = kind == SERIES_CPU ? sample->cpu_ns : series_elapsed_ns(sample, kind);
    *value = (double)ns / (double)sample->loops;
    return ns >= 0 && sample->loops > 0;
}

/* The fastest, or the mean, of one process's samples; `at` moves on to the next process. */
static bool of_process(const struct series *series, size_t *at, size_t to, enum series_kind kind,
                       bool clean, bool mean, double *value)
{
    double sum = 0, least = INFINITY, x = 0;
    size_t n = 0;
    int64_t process = series->samples[series->sorted[*at]].process;
    for (; *at < to && series->samples[series->sorted[*at]].process == process; ++*at) {
        const struct series_sample *sample = &series->samples[series->sorted[*at]];
        if (!per_run(sample, kind, &x) || (clean && !series_is_clean(sample, kind)))
            continue;
        n++;
        sum += x;
        least = x < least ? x : least;
    }
    *value = mean ? sum / (double)n : least;
    return n > 0;
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle(double *list, size_t n, bool mean)
{
    double sum = 0;
    if (mean) {
        for (size_t i = 0; i < n; i++)
            sum += list[i];
        return sum / (double)n;
    }
    qsort(list, n, sizeof *list, compare_numbers);
    return stats_median_sorted(list, n);
}

static bool by_block(struct series *series, enum series_kind kind, bool clean, bool mean,
                     struct series_values *out)
{
    *out = (struct series_values){.left_out = clean};
    if (!series_sort(series))
        return false;
    out->blocks = malloc((series->count + 1) * sizeof *out->blocks);
    out->values = malloc((series->count + 1) * sizeof *out->values);
    double *list = malloc((series->count + 1) * sizeof *list);
    bool ok = out->blocks != NULL && out->values != NULL && list != NULL;
    size_t at = 0, from = 0, to = 0;
    while (ok && series_block(series, &at, &from, &to)) {
        int64_t block = series->samples[series->sorted[from]].block;
        size_t n = 0;
        while (from < to)
            n += of_process(series, &from, to, kind, clean, mean, &list[n]);
        if (n == 0)
            continue;
        out->blocks[out->count] = block;
        out->values[out->count++] = middle(list, n, mean);
    }
    free(list);
    if (!ok)
        series_values_free(out);
    return ok;
}

bool series_times(struct series *series, enum series_kind kind, size_t needed,
                  struct series_values *out)
{
    struct series_values all;
    *out = (struct series_values){.count = 0};
    if (!by_block(series, kind, false, false, &all))
        return false;
    if (series->marked == 0) { /* then they are the clean ones, too */
        *out = all;
        out->left_out = true;
        return true;
    }
    if (!by_block(series, kind, true, false, out)) {
        series_values_free(&all);
        return false;
    }
    size_t enough = all.count < needed ? all.count : needed;
    if (2 * out->count >= all.count && out->count >= enough) {
        series_values_free(&all);
        return true;
    }
    series_values_free(out);
    *out = all;
    return true;
}

bool series_means(struct series *series, enum series_kind kind, bool left_out,
                  struct series_values *out)
{
    return by_block(series, kind, left_out, true, out);
}

struct series_spread series_spread(const struct series *series, double median)
{
    struct series_spread out = {.low = INFINITY, .high = -INFINITY};
    for (size_t i = 0; i < series->count; i++) {
        double off = 0;
        if (!per_run(&series->samples[i], SERIES_WALL, &off))
            continue;
        off = off / median - 1;
        out.count++;
        out.sum += fabs(off);
        out.low = off < out.low ? off : out.low;
        out.high = off > out.high ? off : out.high;
    }
    return out;
}
