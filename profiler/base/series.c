#include "base/series.h"

#include "base/stats_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void series_free(struct series *series)
{
    free(series->samples);
    free(series->estimates);
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
    if (series->events > 0) {
        double *estimates = realloc(series->estimates, room * series->events * sizeof *estimates);
        if (estimates == NULL)
            return false;
        series->estimates = estimates;
    }
    series->room = room;
    return true;
}

bool series_add(struct series *series, const struct series_sample *sample, const double *estimates)
{
    if (series->count == UINT32_MAX || (series->count == series->room && !grow(series)))
        return false;
    series->samples[series->count] = *sample;
    if (series->events > 0)
        memcpy(&series->estimates[series->count * series->events], estimates,
               series->events * sizeof *estimates);
    series->count++;
    free(series->sorted);
    series->sorted = NULL;
    return true;
}

/* What is to be sorted, with its key: qsort has no context. */
struct key {
    int64_t block, process;
    uint32_t place;
};

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->block != y->block)
        return x->block < y->block ? -1 : 1;
    if (x->process != y->process)
        return x->process < y->process ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

bool series_sort(struct series *series)
{
    if (series->sorted != NULL || series->count == 0)
        return true;
    struct key *keys = malloc(series->count * sizeof *keys);
    series->sorted = malloc(series->count * sizeof *series->sorted);
    bool ok = keys != NULL && series->sorted != NULL;
    if (ok) {
        for (size_t i = 0; i < series->count; i++)
            keys[i] =
                (struct key){series->samples[i].block, series->samples[i].process, (uint32_t)i};
        qsort(keys, series->count, sizeof *keys, compare_keys);
        for (size_t i = 0; i < series->count; i++)
            series->sorted[i] = keys[i].place;
    } else {
        free(series->sorted);
        series->sorted = NULL;
    }
    free(keys);
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

static bool per_run(const struct series_sample *sample, enum series_kind kind, double *value)
{
    int64_t ns = kind == SERIES_WALL ? sample->wall_ns : sample->cpu_ns;
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
        if (!per_run(sample, kind, &x) || (clean && sample->marked != 0))
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
