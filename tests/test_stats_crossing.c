#include "base/stats_crossing.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { SIZES = 5, TIMES = 8, POINTS = SIZES * TIMES, REPLICATES = 1000 };

static double room[REPLICATES + 4 * POINTS];

/* TIMES times of a + b·x for x = 1, 10, … each with noise of one sign: a machine only slows down. */
static void make(struct stats_point *points, double a, double b, double noise,
                 struct random *random)
{
    double x = 1;
    for (size_t i = 0; i < SIZES; i++, x *= 10) {
        for (size_t k = 0; k < TIMES; k++) {
            double late = random_unit(random);
            points[i * TIMES + k] =
                (struct stats_point){x, (a + b * x) * (1 + noise * late * late)};
        }
    }
}

static struct stats_crossing meet(double a_port, double b_port, double a, double b, double noise,
                                  uint64_t seed)
{
    struct stats_point port[POINTS], reference[POINTS];
    struct random random;
    random_start(&random, seed);
    make(port, a_port, b_port, noise, &random);
    make(reference, a, b, noise, &random);
    return stats_crossing(port, POINTS, reference, POINTS, 0.95, seed, REPLICATES, room);
}

static void test_planted(void **state)
{
    (void)state;
    static const struct {
        double a_port, b_port, a, b, at;
        enum stats_crossing_kind kind;
    } rows[] = {
        {1000, 1, 100, 10, 100, STATS_CROSSING_FROM},    {500, 2, 50, 3, 450, STATS_CROSSING_FROM},
        {50, 3, 500, 2, 450, STATS_CROSSING_UP_TO},      {50, 2, 500, 3, 0, STATS_CROSSING_ALWAYS},
        {500, 3, 50, 2, INFINITY, STATS_CROSSING_NEVER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stats_crossing found =
            meet(rows[i].a_port, rows[i].b_port, rows[i].a, rows[i].b, 0.05, 11 + i);
        assert_int_equal(found.kind, rows[i].kind);
        assert_null(found.at.reason);
        assert_int_equal(found.at.n, TIMES);
        if (isfinite(rows[i].at) && rows[i].at > 0)
            assert_true(fabs(found.at.estimate / rows[i].at - 1) < 0.1);
        else
            assert_true(found.at.estimate == rows[i].at);
        assert_true(found.at.low <= rows[i].at && rows[i].at <= found.at.high);
        assert_true(found.port_worst < 0.05);
    }
}

/* Of a nominal 95 %, how many intervals hold the planted crossing? */
static void test_coverage(void **state)
{
    (void)state;
    int held = 0, all = 200;
    for (int i = 0; i < all; i++) {
        struct stats_crossing found = meet(1000, 1, 100, 10, 0.1, 100 + (uint64_t)i);
        held += found.at.low <= 100 && 100 <= found.at.high;
    }
    print_message("%d of %d intervals hold the planted crossing\n", held, all);
    assert_true(held >= 180);
}

/* Lines that are the same: no draw decides, and the interval says so. */
static void test_undecided(void **state)
{
    (void)state;
    struct stats_crossing found = meet(100, 3, 100, 3, 0.1, 5);
    assert_true(found.at.low < 20 || found.kind == STATS_CROSSING_NEVER);
    assert_true(isinf(found.at.high) || found.kind == STATS_CROSSING_ALWAYS);
}

static void test_too_little(void **state)
{
    (void)state;
    struct stats_point port[] = {{1, 10}, {10, 11}}, reference[] = {{1, 1}, {10, 100}};
    struct stats_crossing found = stats_crossing(port, 2, reference, 2, 0.95, 1, REPLICATES, room);
    assert_int_equal(found.kind, STATS_CROSSING_FROM);
    assert_non_null(found.at.reason);
    assert_int_equal(found.at.needed, STATS_CROSSING_NEEDED);
    assert_true(fabs(found.at.estimate - 1 - 9 / (11 - 1.0 / 9)) < 1);
    found = stats_crossing(port, 1, reference, 2, 0.95, 1, REPLICATES, room);
    assert_int_equal(found.kind, STATS_CROSSING_UNKNOWN);
    found = stats_crossing(port, 0, reference, 0, 0.95, 1, REPLICATES, room);
    assert_int_equal(found.kind, STATS_CROSSING_UNKNOWN);
    port[0].y = 0;
    found = stats_crossing(port, 2, reference, 2, 0.95, 1, REPLICATES, room);
    assert_non_null(found.at.reason);
    assert_true(isnan(found.at.estimate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planted),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_undecided),
        cmocka_unit_test(test_too_little),
    };
    return cmocka_run_group_tests_name("stats_crossing", tests, NULL, NULL);
}
