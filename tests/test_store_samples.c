/* Samples that come back from the store, one by one and by the ten thousand. */
#include "store_fixture.h"

#include "store/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool check_sample(void *context, int64_t id, const struct sample_row *sample,
                         struct status *st)
{
    int64_t *index = context;
    struct sample_row expected = fixture_sample(sample->cell, *index);
    (void)st;
    assert_true(id > 0);
    assert_int_equal(sample->block, expected.block);
    assert_int_equal(sample->block_order, 2);
    assert_int_equal(sample->process_index, expected.process_index);
    assert_int_equal(sample->wall_ns, expected.wall_ns);
    assert_int_equal(sample->cpu_ns, SAMPLE_UNKNOWN);
    assert_string_equal(sample->noise, expected.noise);
    assert_null(sample->marked);
    assert_int_equal(sample->count_count, 3);
    assert_int_equal(sample->counts[0].count, 1000 + *index);
    assert_int_equal(sample->counts[0].state, COUNTS_EXACT);
    assert_null(sample->counts[0].reason);
    assert_int_equal(sample->counts[1].running_ns, 250);
    assert_string_equal(sample->counts[1].reason, "ran half of the time");
    assert_int_equal(sample->counts[2].state, COUNTS_UNSUPPORTED);
    ++*index;
    return true;
}

static void test_samples_come_back_as_they_were(void **state)
{
    struct status st = STATUS_INIT;
    struct store *store = fixture_open(*state);
    int64_t cell = fixture_cell(store, "one");
    for (int64_t i = 0; i < 10; i++) {
        struct sample_row sample = fixture_sample(cell, i);
        int64_t id = 0;
        assert_true(sample_insert(store, &sample, &id, &st));
    }
    store_close(store);

    store = fixture_open(*state);
    int64_t index = 0;
    assert_true(sample_each(store, 1, check_sample, &index, &st));
    assert_int_equal(index, 10);
    assert_true(store_check(store, &st));
    store_close(store);
}

enum { MANY = 24000 };

static void fill_two_runs(struct store *store)
{
    struct status st = STATUS_INIT;
    int64_t cell = fixture_cell(store, "one"), other = fixture_cell(store, "two"), id = 0;
    assert_true(store_begin(store, &st));
    for (int64_t i = 0; i < MANY; i++) {
        struct sample_row sample = fixture_sample(cell, i);
        assert_true(sample_insert(store, &sample, &id, &st));
        sample = fixture_sample(other, 5);
        assert_true(i % 3 != 0 || sample_insert(store, &sample, &id, &st));
    }
    assert_true(store_commit(store, &st));
}

/* One more cell of the run "one", after that of the run "two": a sample between theirs. */
static void add_cell_apart(const struct fixture *fixture)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "INSERT INTO cells (id, run, subject, name, mode, jobs) SELECT 3, run,"
                     " subject, 'apart', mode, jobs FROM cells WHERE id = 1;"
                     "UPDATE samples SET cell = 3 WHERE id IN"
                     " (SELECT id FROM samples WHERE cell = 1 ORDER BY id LIMIT 5 OFFSET 700)",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
}

static bool stop_early(void *context, int64_t id, const struct sample_row *sample,
                       struct status *st)
{
    (void)id, (void)sample;
    return ++*(int64_t *)context < 100 || status_fail(st, STATUS_USAGE, "enough");
}

/* So many that a thread reads their readings ahead; another run's lie between them. */
static void test_samples_in_time(void **state)
{
    struct status st = STATUS_INIT;
    const struct fixture *fixture = *state;
    struct store *store = fixture_open(fixture);
    fill_two_runs(store);
    int64_t index = 0;
    assert_true(sample_each_in_time(store, 1, check_sample, &index, &st));
    assert_int_equal(index, MANY);
    index = 0;
    assert_false(sample_each_in_time(store, 1, stop_early, &index, &st));
    assert_string_equal(st.message, "enough");
    index = 0;
    assert_true(sample_each_in_time(store, 3, check_sample, &index, &st));
    assert_int_equal(index, 0);
    store_close(store);

    add_cell_apart(fixture);
    store = fixture_open(fixture);
    index = 0;
    assert_true(sample_each_in_time(store, 1, check_sample, &index, &st));
    assert_int_equal(index, MANY);
    store_close(store);

    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "UPDATE readings SET count = -1 WHERE sample = 25000", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    store = fixture_open(fixture);
    index = 0;
    assert_false(sample_each_in_time(store, 1, check_sample, &index, &st));
    assert_non_null(strstr(st.message, "is damaged: a reading that cannot be"));
    assert_true(index > 10000 && index < MANY);
    store_close(store);
}

/* What the thread cannot read, the caller cannot either, and says so. */
static void test_damage_that_is_read_ahead(void **state)
{
    struct status st = STATUS_INIT;
    const struct fixture *fixture = *state;
    struct store *store = fixture_open(fixture);
    fill_two_runs(store);
    store_close(store);
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT max(pageno) FROM dbstat WHERE name = 'readings'"
                                        " AND pagetype = 'leaf'",
                                        -1, &row, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    long page = (long)sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    sqlite3_close(db);
    FILE *file = fopen(fixture->path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (page - 1) * 4096, SEEK_SET), 0);
    for (int i = 0; i < 4096; i++)
        assert_int_equal(fputc(0xff, file), 0xff);
    assert_int_equal(fclose(file), 0);
    store = fixture_open(fixture);
    int64_t index = 0;
    assert_false(sample_each_in_time(store, 1, check_sample, &index, &st));
    assert_int_equal(st.code, STATUS_DATA);
    assert_true(index > 1000 && index < MANY);
    store_close(store);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_samples_come_back_as_they_were),
        TEST(test_samples_in_time),
        TEST(test_damage_that_is_read_ahead),
    };
    return cmocka_run_group_tests_name("store_samples", tests, NULL, NULL);
}
