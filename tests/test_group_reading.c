/* Readings, honest and hostile. */
#include "counters/group.h"
#include "counters/source_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct source_fake fake;
static struct source source;
static struct group_plan *plan;

/* Events 0 and 1 are group 0, event 2 is group 1, event 3 shares event 0's counter. */
static int set_up(void **state)
{
    (void)state;
    static const char *const hardware[] = {"cycles", "instructions"};
    static const char *const software[] = {"page-faults", "perf::CYCLES"};
    static const struct group_request requests[] = {{hardware, 2}, {software, 2}};
    source_fake_reset(&fake);
    source = source_fake_make(&fake);
    struct status st = STATUS_INIT;
    return !group_plan_make(&source, requests, 2, &plan, &st);
}

static int tear_down(void **state)
{
    (void)state;
    group_plan_free(plan);
    return 0;
}

/* members, enabled, running, count, id, count, id */
struct raw {
    uint64_t words[2 * SOURCE_MEMBERS_MAX + 8];
    size_t size;
};

static struct raw raw(uint64_t enabled_ns, uint64_t running_ns, uint64_t cycles,
                      uint64_t instructions)
{
    return (struct raw){{2, enabled_ns, running_ns, cycles, 11, instructions, 12}, 56};
}

static bool decode(size_t group, struct raw before, struct raw after, struct counts *counts,
                   struct status *st)
{
    return group_plan_decode(plan, group, before.words, before.size, after.words, after.size,
                             counts, st);
}

static void test_difference(void **state)
{
    (void)state;
    struct counts counts[4] = {{.count = 1}, {.count = 2}, {.count = 3}, {.count = 4}};
    struct status st = STATUS_INIT;
    assert_true(decode(0, raw(100, 100, 1000, 5000), raw(400, 400, 1600, 9000), counts, &st));
    assert_int_equal(counts[0].count, 600);
    assert_int_equal(counts[1].count, 4000);
    assert_int_equal(counts[3].count, 600);
    for (size_t i = 0; i < 4; i++) {
        if (i == 2)
            continue;
        assert_int_equal(counts[i].state, COUNTS_EXACT);
        assert_int_equal(counts[i].source, COUNTS_HARDWARE);
        assert_int_equal(counts[i].enabled_ns, 300);
        assert_int_equal(counts[i].running_ns, 300);
    }
    assert_int_equal(counts[2].count, 3); /* the other group's are left alone */

    struct raw before = {{1, 5, 5, 7, 90}, 40};
    struct raw after = {{1, 9, 9, 9, 90}, 40};
    assert_true(decode(1, before, after, counts, &st));
    assert_int_equal(counts[2].count, 2);
    assert_int_equal(counts[2].source, COUNTS_SOFTWARE);
    assert_int_equal(counts[0].count, 600);
}

static void test_states(void **state)
{
    (void)state;
    static const struct {
        uint64_t before[3], after[3]; /* enabled, running, count */
        enum counts_state state;
    } rows[] = {
        {{0, 0, 0}, {10, 10, 5}, COUNTS_EXACT},
        {{10, 10, 5}, {20, 20, 5}, COUNTS_EXACT}, /* a counted zero */
        {{10, 10, 5}, {20, 15, 9}, COUNTS_SCALED},
        {{10, 5, 5}, {20, 5, 5}, COUNTS_NOT_COUNTED},   /* did not run in between */
        {{10, 0, 0}, {20, 10, 9}, COUNTS_EXACT},        /* ran only in between */
        {{20, 20, 5}, {10, 10, 2}, COUNTS_NOT_COUNTED}, /* backwards */
        {{10, 10, 5}, {20, 20, 4}, COUNTS_NOT_COUNTED},
        {{10, 10, 5}, {10, 10, 5}, COUNTS_NOT_COUNTED}, /* no time passed: never enabled */
        {{10, 10, 5}, {20, 40, 9}, COUNTS_NOT_COUNTED}, /* ran longer than enabled */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct counts counts[4] = {{.count = 0}};
        struct status st = STATUS_INIT;
        const uint64_t *b = rows[i].before;
        const uint64_t *a = rows[i].after;
        assert_true(decode(0, raw(b[0], b[1], b[2], 0), raw(a[0], a[1], a[2], 0), counts, &st));
        assert_int_equal(counts[0].state, rows[i].state);
        assert_int_equal(counts[0].reason == NULL, rows[i].state == COUNTS_EXACT);
    }
}

static void test_empty_is_not_counted(void **state)
{
    (void)state;
    struct counts counts[4] = {{.count = 1}, {.count = 1}, {.count = 1}, {.count = 1}};
    struct status st = STATUS_INIT;
    struct raw good = raw(1, 1, 1, 1);
    assert_true(group_plan_decode(plan, 0, NULL, 0, good.words, good.size, counts, &st));
    assert_int_equal(counts[0].state, COUNTS_NOT_COUNTED);
    assert_int_equal(counts[1].count, 0);
    assert_non_null(strstr(counts[1].reason, "the PMU had none free"));
    assert_int_equal(counts[2].count, 1);
    counts[0].state = COUNTS_EXACT;
    assert_true(group_plan_decode(plan, 0, good.words, good.size, NULL, 0, counts, &st));
    assert_int_equal(counts[0].state, COUNTS_NOT_COUNTED);
}

static void test_hostile_shapes(void **state)
{
    (void)state;
    struct raw good = raw(1, 1, 1, 1);
    struct raw bad[8];
    for (size_t i = 0; i < 8; i++)
        bad[i] = good;
    bad[0].size = 1;
    bad[1].size = 55;
    bad[2].size = 57;
    bad[3].size = 24;
    bad[4].size = sizeof bad[4].words;
    bad[5].words[0] = 1;
    bad[6].words[0] = UINT64_MAX;
    bad[7].words[4] = 13; /* another counter's id */
    for (size_t i = 0; i < 8; i++) {
        struct counts counts[4] = {{.count = 99}};
        struct status st = STATUS_INIT;
        assert_false(decode(0, bad[i], good, counts, &st));
        assert_int_equal(st.code, STATUS_DATA);
        assert_false(decode(0, good, bad[i], counts, &st));
        assert_int_equal(counts[0].count, 99);
    }
    struct counts counts[4];
    struct status st = STATUS_INIT;
    assert_false(decode(2, good, good, counts, &st));
    assert_false(decode(SIZE_MAX, good, good, counts, &st));
}

/* Any bytes at any alignment: an answer, no crash, and no value without a state. */
static void test_random_bytes(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int round = 0; round < 20000; round++) {
        unsigned char before[80];
        unsigned char after[80];
        for (size_t i = 0; i < sizeof before; i++) {
            before[i] = (unsigned char)(rand_r(&seed) % 3);
            after[i] = (unsigned char)rand_r(&seed);
        }
        size_t shift = (size_t)rand_r(&seed) % 8;
        uint64_t two = 2;
        memcpy(before + shift, &two, sizeof two);
        memcpy(after + shift, &two, sizeof two);
        if (round % 2 == 0) {
            memcpy(after + shift + 32, before + shift + 32, 8);
            memcpy(after + shift + 48, before + shift + 48, 8);
        }
        struct counts counts[4] = {{.count = 0}};
        struct status st = STATUS_INIT;
        if (!group_plan_decode(plan, 0, before + shift, 56, after + shift, 56, counts, &st))
            assert_int_equal(st.code, STATUS_DATA);
        else if (counts[0].state == COUNTS_NOT_COUNTED)
            assert_true(counts[0].count == 0 && counts[0].reason != NULL);
    }
}

#define READING_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        READING_TEST(test_difference),           READING_TEST(test_states),
        READING_TEST(test_empty_is_not_counted), READING_TEST(test_hostile_shapes),
        READING_TEST(test_random_bytes),
    };
    return cmocka_run_group_tests_name("group_reading", tests, NULL, NULL);
}
