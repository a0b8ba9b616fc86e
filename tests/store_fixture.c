#include "store_fixture.h"

#include "store/noun.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

int fixture_set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (fixture == NULL)
        return -1;
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/payoff-store-XXXXXX");
    if (mkdtemp(fixture->folder) == NULL) {
        free(fixture);
        return -1;
    }
    snprintf(fixture->path, sizeof fixture->path, "%s/runs.db", fixture->folder);
    *state = fixture;
    return 0;
}

int fixture_tear_down(void **state)
{
    struct fixture *fixture = *state;
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    char path[128];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(path, sizeof path, "%s%s", fixture->path, endings[i]);
        unlink(path);
    }
    int result = rmdir(fixture->folder);
    free(fixture);
    return result;
}

struct store *fixture_open(const struct fixture *fixture)
{
    struct status st = STATUS_INIT;
    struct store *store = NULL;
    if (!store_open(fixture->path, (struct store_options){.create = true}, &store, &st))
        fail_msg("%s", st.message);
    return store;
}

static struct noun_value text(const char *value)
{
    return (struct noun_value){.kind = NOUN_IS_TEXT, .text = value, .size = strlen(value)};
}

static struct noun_value integer(int64_t value)
{
    return (struct noun_value){.kind = NOUN_IS_INTEGER, .integer = value};
}

static int64_t insert(struct store *store, enum noun_name name, const struct noun_value *values)
{
    struct status st = STATUS_INIT;
    int64_t id = 0;
    if (!noun_insert(store, name, values, &id, &st))
        fail_msg("%s", st.message);
    return id;
}

int64_t fixture_cell(struct store *store, const char *run_name)
{
    struct noun_value run[NOUN_FIELDS_MAX] = {[0] = text(run_name),
                                              [1] = text("2026-11-23T12:00:00Z"),
                                              [3] = text("running"),
                                              [8] = text("cpu_intensive")};
    int64_t run_id = insert(store, NOUN_RUN, run);
    struct noun_value subject[NOUN_FIELDS_MAX] = {[0] = integer(run_id), [1] = text("python")};
    int64_t subject_id = insert(store, NOUN_SUBJECT, subject);
    struct noun_value cell[NOUN_FIELDS_MAX] = {
        [0] = integer(run_id), [1] = integer(subject_id), [2] = text("python/serial/1/warm/1"),
        [3] = text("serial"),  [4] = integer(1),          [6] = integer(1)};
    return insert(store, NOUN_CELL, cell);
}

struct sample_row fixture_sample(int64_t cell, int64_t index)
{
    static struct counts counts[3];
    counts[0] = (struct counts){.count = 1000 + (uint64_t)index,
                                .enabled_ns = 500,
                                .running_ns = 500,
                                .state = COUNTS_EXACT,
                                .source = COUNTS_HARDWARE};
    counts[1] = (struct counts){.count = 77,
                                .enabled_ns = 500,
                                .running_ns = 250,
                                .state = COUNTS_SCALED,
                                .source = COUNTS_HARDWARE,
                                .reason = "ran half of the time"};
    counts[2] = counts_missing(COUNTS_UNSUPPORTED, COUNTS_HARDWARE, "no such event here");
    return (struct sample_row){.cell = cell,
                               .block = index / 3 + 1,
                               .block_order = 2,
                               .process = 1,
                               .process_index = index % 3 + 1,
                               .loops = 40,
                               .wall_ns = 1000000 + index,
                               .cpu_ns = SAMPLE_UNKNOWN,
                               .noise = "{\"steal_ns\":0}",
                               .counts = counts,
                               .count_count = 3};
}

static bool add_count(void *context, int64_t id, const struct noun_value *values, struct status *st)
{
    int64_t **argument = context; /* {store, total} */
    int64_t count = 0;
    (void)values;
    bool ok = sample_count((struct store *)argument[0], id, &count, st);
    *argument[1] += count;
    return ok;
}

int64_t fixture_count(struct store *store)
{
    struct status st = STATUS_INIT;
    int64_t total = 0;
    void *context[] = {store, &total};
    if (!noun_each(store, NOUN_RUN, NULL, 0, add_count, context, &st))
        fail_msg("%s", st.message);
    return total;
}
