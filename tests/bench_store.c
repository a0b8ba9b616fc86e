/* How fast the store takes samples and gives them back:
 *   bench_store [samples in bulk [readings per sample]] */
#include "store/noun.h"
#include "store/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SINGLES = 5000, READINGS_MAX = 16 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct noun_value text(const char *value)
{
    return (struct noun_value){.kind = NOUN_IS_TEXT, .text = value, .size = strlen(value)};
}

static struct noun_value integer(int64_t value)
{
    return (struct noun_value){.kind = NOUN_IS_INTEGER, .integer = value};
}

static bool insert_cell(struct store *store, int64_t *cell, struct status *st)
{
    struct noun_value run[NOUN_FIELDS_MAX] = {
        [0] = text("bench"), [1] = text("now"), [3] = text("running"), [8] = text("bench")};
    int64_t id = 0;
    if (!noun_insert(store, NOUN_RUN, run, &id, st))
        return false;
    struct noun_value subject[NOUN_FIELDS_MAX] = {[0] = integer(id), [1] = text("python")};
    if (!noun_insert(store, NOUN_SUBJECT, subject, &id, st))
        return false;
    struct noun_value row[NOUN_FIELDS_MAX] = {[0] = integer(1),
                                              [1] = integer(id),
                                              [2] = text("python/serial/1/warm/1"),
                                              [3] = text("serial"),
                                              [4] = integer(1)};
    return noun_insert(store, NOUN_CELL, row, cell, st);
}

static bool insert_samples(struct store *store, int64_t cell, int64_t count, size_t readings,
                           struct status *st)
{
    struct counts counts[READINGS_MAX];
    for (size_t i = 0; i < readings; i++)
        counts[i] = (struct counts){.count = 1234567890 + i,
                                    .enabled_ns = 3000000000,
                                    .running_ns = 3000000000,
                                    .state = COUNTS_EXACT};
    for (int64_t i = 0; i < count; i++) {
        struct sample_row sample = {.cell = cell,
                                    .block = i / 3,
                                    .block_order = 4,
                                    .process = i / 3,
                                    .process_index = i % 3,
                                    .loops = 40,
                                    .wall_ns = 2999999999 + i,
                                    .cpu_ns = 2999999999 + i,
                                    .noise = "{\"steal_ns\":0}",
                                    .counts = counts,
                                    .count_count = readings};
        int64_t id = 0;
        if (!sample_insert(store, &sample, &id, st))
            return false;
    }
    return true;
}

static bool visit(void *context, int64_t id, const struct sample_row *sample, struct status *st)
{
    int64_t *sum = context;
    (void)id;
    (void)st;
    *sum += sample->wall_ns;
    return true;
}

static bool measure(struct store *store, int64_t bulk, size_t readings, struct status *st)
{
    int64_t cell = 0;
    int64_t count = 0;
    int64_t sum = 0;
    if (!insert_cell(store, &cell, st))
        return false;
    double began = now_s();
    if (!insert_samples(store, cell, SINGLES, readings, st))
        return false;
    double took = now_s() - began;
    printf("one transaction each:  %8.1f us per sample with %zu readings\n", took / SINGLES * 1e6,
           readings);
    began = now_s();
    if (!store_begin(store, st) || !insert_samples(store, cell, bulk, readings, st) ||
        !store_commit(store, st))
        return false;
    took = now_s() - began;
    printf("one for all:           %8.0f samples/s with %zu readings\n", (double)bulk / took,
           readings);
    began = now_s();
    if (!sample_count(store, 1, &count, st))
        return false;
    printf("count of %7lld:      %8.1f ms\n", (long long)count, (now_s() - began) * 1e3);
    began = now_s();
    if (!sample_each(store, 1, visit, &sum, st))
        return false;
    printf("read back:             %8.0f samples/s\n", (double)count / (now_s() - began));
    return true;
}

int main(int argc, char **argv)
{
    long bulk = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    long readings = argc > 2 ? strtol(argv[2], NULL, 10) : 4;
    char folder[] = "/tmp/payoff-bench-XXXXXX";
    char path[64];
    struct status st = STATUS_INIT;
    struct store *store = NULL;
    if (bulk < 1 || readings < 0 || readings > READINGS_MAX || mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/runs.db", folder);
    bool ok = store_open(path, (struct store_options){.create = true}, &store, &st) &&
              measure(store, bulk, (size_t)readings, &st);
    if (!ok)
        fprintf(stderr, "%s\n", st.message);
    store_close(store);
    unlink(path);
    rmdir(folder);
    return ok ? 0 : 1;
}
