#include "base/stats_changepoint.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof *(rows))

enum { MOST = 400 };
static const double tolerance = 0.05;

static size_t first[MOST], from[MOST + 1];
static double level[MOST], room[2 * MOST + 1];

static struct stats_changes changes_of(const double *values, size_t n)
{
    struct stats_changes changes = {.first = first, .level = level};
    stats_changes_find(&changes, values, n, 0.005, room, from);
    return changes;
}

static struct stats_warmup warmup_of(const double *values, size_t n)
{
    struct stats_changes changes = changes_of(values, n);
    return stats_warmup(&changes, n, tolerance);
}

/* Noise only ever adds time: skewed, as that of a time is, of about this standard deviation. */
static double noise(struct random *random, double deviation)
{
    return -deviation * log(1 - random_unit(random));
}

/* Stretches of levels (as times), one value per call. */
struct stretch {
    size_t n;
    double time;
};

static size_t make(double *values, const struct stretch *stretches, double deviation,
                   struct random *random)
{
    size_t n = 0;
    for (; stretches->n > 0; stretches++) {
        for (size_t i = 0; i < stretches->n; i++)
            values[n++] = log(stretches->time) + noise(random, deviation);
    }
    return n;
}

static const struct {
    struct stretch stretches[8];
    enum stats_warmup_state state;
    size_t steady_from;
} cases[] = {
    {{{60, 10}}, STATS_WARMUP_FLAT, 0},
    {{{20, 10}, {100, 2}}, STATS_WARMUP_WARMS_UP, 20},
    {{{3, 10}, {40, 2}}, STATS_WARMUP_WARMS_UP, 3},
    {{{10, 10}, {5, 30}, {20, 4}, {100, 1}}, STATS_WARMUP_WARMS_UP, 35}, /* compiling in between */
    {{{30, 10}, {90, 10.2}}, STATS_WARMUP_FLAT, 0},                      /* 2 % is none */
    {{{30, 10}, {90, 13}}, STATS_WARMUP_SLOWS_DOWN, 30},
    {{{10, 20}, {30, 10}, {60, 13}}, STATS_WARMUP_SLOWS_DOWN, 40},
    {{{40, 10}, {40, 5}, {10, 8}}, STATS_WARMUP_NO_STEADY, 90}, /* the last quarter changes */
    {{{20, 1}, {20, 2}, {20, 1}, {20, 2}, {10, 1}}, STATS_WARMUP_NO_STEADY, 90},
    {{{60, 10}, {8, 14}, {60, 10}}, STATS_WARMUP_FLAT, 0}, /* a passing disturbance */
    {{{20, 30}, {50, 10}, {6, 14}, {60, 10}}, STATS_WARMUP_WARMS_UP, 20}, /* and after warming up */
    {{{9, 10}}, STATS_WARMUP_UNKNOWN, 9},
};

static void test_states(void **state)
{
    (void)state;
    struct random random;
    random_start(&random, 7);
    for (size_t i = 0; i < ROWS(cases); i++) {
        double values[MOST];
        size_t n = make(values, cases[i].stretches, 0.02, &random);
        struct stats_warmup got = warmup_of(values, n);
        size_t off = got.steady_from > cases[i].steady_from
                         ? got.steady_from - cases[i].steady_from
                         : cases[i].steady_from - got.steady_from;
        if (got.state != cases[i].state || off > 1)
            fail_msg("case %zu: %s from %zu", i, stats_warmup_name(got.state), got.steady_from);
    }
}

/* Found exactly where they are when there is no noise at all. */
static void test_changes(void **state)
{
    (void)state;
    struct random random;
    random_start(&random, 1);
    static const struct stretch stretches[] = {{12, 8}, {7, 3}, {20, 5}, {0, 0}};
    double values[MOST];
    size_t n = make(values, stretches, 0, &random);
    struct stats_changes changes = changes_of(values, n);
    assert_int_equal(changes.count, 3);
    assert_int_equal(first[0], 0);
    assert_int_equal(first[1], 12);
    assert_int_equal(first[2], 19);
    assert_true(fabs(level[1] - log(3)) < 1e-12);
}

/* One value in ten is far away, now here, now there: the stretch stays whole. */
static void test_outliers(void **state)
{
    (void)state;
    struct random random;
    random_start(&random, 5);
    double values[200];
    for (size_t i = 0; i < 200; i++)
        values[i] = noise(&random, 0.01) + (i % 10 == 4 ? 5 : 0);
    struct stats_changes changes = changes_of(values, 200);
    assert_int_equal(changes.count, 1);
    assert_int_equal(warmup_of(values, 200).state, STATS_WARMUP_FLAT);
}

/* Of series without any change, nearly all must be called flat: independent, and like their
 * neighbours (first-order autoregression, 0.5). */
static void test_false_alarms(void **state)
{
    (void)state;
    struct random random;
    random_start(&random, 11);
    for (int kind = 0; kind < 2; kind++) {
        int flat = 0;
        for (int trial = 0; trial < 300; trial++) {
            double values[100], before = 0;
            for (size_t i = 0; i < ROWS(values); i++) {
                before = (kind == 0 ? 0 : 0.5 * before) + noise(&random, 0.03);
                values[i] = before;
            }
            flat += warmup_of(values, ROWS(values)).state == STATS_WARMUP_FLAT;
        }
        if (flat < (kind == 0 ? 294 : 285))
            fail_msg("kind %d: %d of 300 are flat", kind, flat);
    }
}

static void test_edges(void **state)
{
    (void)state;
    static const double bad[] = {1, 2, NAN}, same[12] = {0};
    assert_int_equal(changes_of(bad, 3).count, 0);
    assert_int_equal(changes_of(bad, 0).count, 0);
    assert_int_equal(changes_of(bad, STATS_CHANGES_MOST + 1).count, 0);
    assert_int_equal(changes_of(bad, 1).count, 1);
    assert_int_equal(warmup_of(same, 12).state, STATS_WARMUP_FLAT);
    assert_true(warmup_of(same, 12).other == 0);
    assert_string_equal(stats_warmup_name(STATS_WARMUP_NO_STEADY), "no steady state");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),   cmocka_unit_test(test_changes),
        cmocka_unit_test(test_outliers), cmocka_unit_test(test_false_alarms),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests_name("stats_changepoint", tests, NULL, NULL);
}
