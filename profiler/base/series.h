/* series: the samples of one cell as columns, and what estimates need of them, block by block.
 *
 * For runs of a hundred thousand samples and more, of which nobody can afford a table each. The
 * rules are those of lua/payoff/run/estimate.lua: a process counts once, with its fastest sample; a
 * block's value is the median over its processes. Errors: false, out of memory. One thread at a
 * time. */
#ifndef PAYOFF_BASE_SERIES_H
#define PAYOFF_BASE_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct series_sample {
    int64_t block, order, process, index; /* -1: unknown */
    int64_t loops, wall_ns, cpu_ns;
    int64_t waited_ns; /* ready, but without a CPU */
    int32_t marked;    /* number of the reason, from 1; 0: it is not marked */
    bool crowded;      /* and the reason is that it waited for a CPU */
    bool first;        /* the first call of its process */
};

struct series {
    struct series_sample *samples;
    /* By event, then by sample; NaN: not counted. NULL, or a list that is: in none of the samples. */
    double **estimates;
    size_t count, room, events;
    size_t marked;    /* how many samples are */
    uint32_t *sorted; /* places by block, process, place; NULL until asked for */
};

void series_free(struct series *series); /* the columns, not `series` itself; all zeros is fine */

/* `estimates`: of series->events events. */
bool series_add(struct series *series, const struct series_sample *sample, const double *estimates);

/* Of one event in the sample at `place`; NaN: not counted. */
double series_estimate(const struct series *series, size_t event, size_t place);

/* OWN: wall without what it waited for a CPU, which is then no reason to leave it out. */
enum series_kind { SERIES_WALL, SERIES_CPU, SERIES_OWN };

/* Is the sample good for times of this kind? */
bool series_is_clean(const struct series_sample *sample, enum series_kind kind);
size_t series_marked(const struct series *series, enum series_kind kind); /* how many are not */

/* Is that time, or what is taken off for it, known of any sample? */
bool series_tells(const struct series *series, enum series_kind kind);

/* Elapsed time as this kind has it; of CPU times, wall. */
int64_t series_elapsed_ns(const struct series_sample *sample, enum series_kind kind);

/* One value per block, ascending by block. Free with series_values_free. */
struct series_values {
    int64_t *blocks;
    double *values;
    size_t count;
    bool left_out; /* marked samples are not in it */
};
void series_values_free(struct series_values *values);

/* Per run of the list of tasks: the median over the block's processes of their fastest samples.
 * Marked samples are left out where half of the blocks and at least `needed` (or all) have others.
 */
bool series_times(struct series *series, enum series_kind kind, size_t needed,
                  struct series_values *out);

/* The mean over the block's processes of their means; `left_out` as series_times has found. */
bool series_means(struct series *series, enum series_kind kind, bool left_out,
                  struct series_values *out);

/* Places of one block's samples, ascending by block: sorted[from] to sorted[to - 1]. *at begins at
 * 0; false at the end. Needs series_sort. */
bool series_sort(struct series *series);
bool series_block(const struct series *series, size_t *at, size_t *from, size_t *to);

/* How far the times per run lie from `median`, as shares of it: their number, the sum of the
 * distances, the least and the most. */
struct series_spread {
    size_t count;
    double sum, low, high;
};
struct series_spread series_spread(const struct series *series, double median);

#endif
