#include "store_fixture.h"

#include "store/noun.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void expect_open_fails(const char *path, struct store_options options, enum status_code code,
                              const char *part)
{
    struct status st = STATUS_INIT;
    struct store *store = NULL;
    assert_false(store_open(path, options, &store, &st));
    if (st.code != code || strstr(st.message, part) == NULL)
        fail_msg("%s: %s", status_code_name(st.code), st.message);
    assert_null(strchr(st.message, '\n'));
    assert_null(store);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Everything in a file, to see that a refused one is left alone. The caller frees. */
static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(1 << 20);
    assert_non_null(bytes);
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_what_makes_no_sense_is_refused(void **state)
{
    struct store *store = fixture_open(*state);
    int64_t cell = fixture_cell(store, "one");
    int64_t id = 0;
    struct status st = STATUS_INIT;
    struct sample_row sample = fixture_sample(cell + 1, 0); /* a cell that is not there */
    assert_false(sample_insert(store, &sample, &id, &st));
    assert_int_equal(st.code, STATUS_USAGE);

    struct counts huge = {.count = UINT64_MAX, .state = COUNTS_EXACT};
    sample = fixture_sample(cell, 0);
    sample.counts = &huge;
    sample.count_count = 1;
    st = STATUS_INIT;
    assert_false(sample_insert(store, &sample, &id, &st));
    assert_int_equal(st.code, STATUS_DATA);

    struct noun_value nothing[NOUN_FIELDS_MAX] = {{.kind = NOUN_ABSENT}};
    st = STATUS_INIT;
    assert_false(noun_insert(store, NOUN_RUN, nothing, &id, &st)); /* no name */
    assert_int_equal(st.code, STATUS_USAGE);
    st = STATUS_INIT;
    assert_false(noun_update(store, NOUN_RUN, 99, nothing, &st));
    assert_int_equal(st.code, STATUS_NOT_FOUND);
    st = STATUS_INIT;
    assert_false(noun_find(store, NOUN_RUN, NULL, 0, "name; DROP TABLE runs", "x", &id, &st));
    assert_int_equal(st.code, STATUS_INTERNAL);
    assert_int_equal(fixture_count(store), 0);
    store_close(store);
}

static void test_a_transaction_is_all_or_nothing(void **state)
{
    struct status st = STATUS_INIT;
    struct store *store = fixture_open(*state);
    int64_t cell = fixture_cell(store, "one");
    struct sample_row sample = fixture_sample(cell, 0);
    int64_t id = 0;
    assert_true(store_begin(store, &st));
    assert_false(store_begin(store, &st));
    assert_true(sample_insert(store, &sample, &id, &st));
    store_rollback(store);
    assert_int_equal(fixture_count(store), 0);
    /* The reasons that went with it are stored again. */
    assert_true(sample_insert(store, &sample, &id, &st));
    assert_true(store_check(store, &st));
    assert_true(store_begin(store, &st));
    assert_true(sample_insert(store, &sample, &id, &st));
    assert_true(store_commit(store, &st));
    assert_false(store_commit(store, &st));
    assert_int_equal(fixture_count(store), 2);
    store_close(store);
}

static void test_a_removed_run_leaves_nothing(void **state)
{
    struct status st = STATUS_INIT;
    struct store *store = fixture_open(*state);
    int64_t cell = fixture_cell(store, "one");
    struct sample_row sample = fixture_sample(cell, 0);
    int64_t id = 0;
    assert_true(sample_insert(store, &sample, &id, &st));
    assert_true(noun_remove(store, NOUN_RUN, 1, &st));
    assert_int_equal(fixture_count(store), 0);
    assert_false(noun_find(store, NOUN_CELL, NULL, 0, NULL, NULL, &id, &st));
    assert_int_equal(st.code, STATUS_NOT_FOUND);
    st = STATUS_INIT;
    assert_false(noun_remove(store, NOUN_RUN, 1, &st));
    assert_int_equal(st.code, STATUS_NOT_FOUND);
    assert_true(store_check(store, &st));
    store_close(store);
}

static void test_files_that_are_not_ours_are_left_alone(void **state)
{
    const struct fixture *fixture = *state;
    const char *path = fixture->path;
    const struct store_options create = {.create = true};
    expect_open_fails(path, (struct store_options){.create = false}, STATUS_NOT_FOUND, "no store");
    expect_open_fails(path, (struct store_options){.read_only = true, .create = true},
                      STATUS_NOT_FOUND, "no store");
    expect_open_fails(fixture->folder, create, STATUS_DATA, "regular file");
    expect_open_fails("", create, STATUS_USAGE, "empty");
    expect_open_fails("/nonexistent/runs.db", create, STATUS_SYSTEM, "No such file");

    write_file(path, "", 0);
    expect_open_fails(path, (struct store_options){.create = false}, STATUS_DATA, "empty");
    static const char note[] = "a shopping list, which is longer than SQLite's header of a hundred "
                               "bytes, so that it is looked at and refused for its words alone\n";
    write_file(path, note, sizeof note);
    expect_open_fails(path, create, STATUS_DATA, "not a payoff store");
    size_t size = 0;
    char *bytes = read_file(path, &size);
    assert_int_equal(size, sizeof note);
    assert_memory_equal(bytes, note, size);
    free(bytes);

    unlink(path);
    run_sql(path, "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    bytes = read_file(path, &size);
    expect_open_fails(path, create, STATUS_DATA, "another program");
    expect_open_fails(path, (struct store_options){.read_only = true}, STATUS_DATA,
                      "another program");
    size_t after_size = 0;
    char *after = read_file(path, &after_size);
    assert_int_equal(after_size, size);
    assert_memory_equal(after, bytes, size);
    free(bytes);
    free(after);
}

static void test_a_newer_store_is_left_alone(void **state)
{
    const struct fixture *fixture = *state;
    store_close(fixture_open(fixture));
    run_sql(fixture->path, "PRAGMA user_version = 99");
    expect_open_fails(fixture->path, (struct store_options){.create = true}, STATUS_UNAVAILABLE,
                      "newer payoff");
    char back[64];
    snprintf(back, sizeof back, "PRAGMA user_version = %d", schema_version);
    run_sql(fixture->path, back);
    store_close(fixture_open(fixture));
}

static void test_the_header_says_whose_it_is(void **state)
{
    const struct fixture *fixture = *state;
    store_close(fixture_open(fixture));
    size_t size = 0;
    char *bytes = read_file(fixture->path, &size);
    assert_true(size > 100);
    assert_memory_equal(bytes + 68, "payo", 4);
    free(bytes);
}

/* Whatever bytes are wrong: an error or other values, never a crash. */
static void test_damage_is_an_error(void **state)
{
    const struct fixture *fixture = *state;
    struct status st = STATUS_INIT;
    struct store *store = fixture_open(fixture);
    int64_t cell = fixture_cell(store, "one");
    for (int64_t i = 0; i < 50; i++) {
        struct sample_row sample = fixture_sample(cell, i);
        int64_t id = 0;
        assert_true(sample_insert(store, &sample, &id, &st));
    }
    store_close(store);
    size_t size = 0;
    char *good = read_file(fixture->path, &size);
    char *bad = malloc(size);
    assert_non_null(bad);

    write_file(fixture->path, good, size / 2);
    expect_open_fails(fixture->path, (struct store_options){.create = true}, STATUS_DATA,
                      "damaged");
    unsigned seed = 1;
    int refused = 0;
    for (int round = 0; round < 150; round++) {
        memcpy(bad, good, size);
        for (int i = 0; i < 40; i++)
            bad[(size_t)rand_r(&seed) % size] = (char)rand_r(&seed);
        write_file(fixture->path, bad, size);
        st = STATUS_INIT;
        store = NULL;
        bool ok = store_open(fixture->path, (struct store_options){.create = true}, &store, &st);
        int64_t index = 0;
        struct status each = STATUS_INIT;
        ok = ok && store_check(store, &st);
        if (store != NULL)
            sample_count(store, 1, &index, &each);
        refused += !ok;
        store_close(store);
    }
    assert_true(refused > 100);
    free(good);
    free(bad);
}

static void test_migrations(void **state)
{
    const struct fixture *fixture = *state;
    static const char *const steps[] = {"CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y",
                                        "CREATE TABLE b (z); INSERT INTO nowhere VALUES (1)"};
    sqlite3 *db = NULL;
    enum schema_kind kind = SCHEMA_FOREIGN;
    int version = 0;
    assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
    assert_int_equal(schema_identify(db, 2, &kind, &version), SQLITE_OK);
    assert_int_equal(kind, SCHEMA_EMPTY);
    assert_int_equal(schema_migrate(db, steps, 1), SQLITE_OK);
    assert_int_equal(schema_identify(db, 2, &kind, &version), SQLITE_OK);
    assert_int_equal(kind, SCHEMA_OLD);
    assert_int_equal(sqlite3_exec(db, "INSERT INTO a VALUES (7)", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(schema_migrate(db, steps, 2), SQLITE_OK);
    assert_int_equal(schema_identify(db, 2, &kind, &version), SQLITE_OK);
    assert_int_equal(kind, SCHEMA_OURS);
    assert_int_equal(version, 2);
    assert_int_equal(sqlite3_exec(db, "UPDATE a SET y = x", NULL, NULL, NULL), SQLITE_OK);
    /* One that fails in the middle changes nothing. */
    assert_int_not_equal(schema_migrate(db, steps, 3), SQLITE_OK);
    assert_int_equal(schema_identify(db, 3, &kind, &version), SQLITE_OK);
    assert_int_equal(version, 2);
    assert_int_not_equal(sqlite3_exec(db, "SELECT z FROM b", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_what_makes_no_sense_is_refused),
        TEST(test_a_transaction_is_all_or_nothing),
        TEST(test_a_removed_run_leaves_nothing),
        TEST(test_files_that_are_not_ours_are_left_alone),
        TEST(test_a_newer_store_is_left_alone),
        TEST(test_the_header_says_whose_it_is),
        TEST(test_damage_is_an_error),
        TEST(test_migrations),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
