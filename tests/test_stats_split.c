#include "base/stats_split.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { FACTORS = 4, BLOCKS = 9 };

static double sum_of(const struct stats_interval *parts, size_t count)
{
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += parts[k].estimate;
    return sum;
}

/* Whatever the noise, the estimates add up, and the planted factors are found. */
static void test_adds_up(void **state)
{
    (void)state;
    static const double planted[FACTORS] = {6.0, 0.26, 0.05, -0.3};
    double logs[FACTORS * BLOCKS], room[BLOCKS];
    struct stats_interval out[FACTORS];
    struct random random;
    random_start(&random, 7);
    for (int trial = 0; trial < 200; trial++) {
        double totals[BLOCKS] = {0};
        for (size_t k = 0; k < FACTORS; k++) {
            for (size_t i = 0; i < BLOCKS; i++) {
                logs[k * BLOCKS + i] = planted[k] + 0.02 * (random_unit(&random) - 0.5);
                totals[i] += logs[k * BLOCKS + i];
            }
        }
        double at = (totals[0] + totals[1]) / 2;
        stats_split(logs, FACTORS, BLOCKS, at, 0.95, out, room);
        assert_true(fabs(sum_of(out, FACTORS) - at) < 1e-12);
        for (size_t k = 0; k < FACTORS; k++) {
            assert_true(fabs(out[k].estimate - planted[k]) < 0.03);
            assert_null(out[k].reason);
            assert_true(out[k].low <= out[k].estimate && out[k].estimate <= out[k].high);
            assert_int_equal(out[k].n, BLOCKS);
            assert_true(out[k].level >= 0.95);
        }
    }
}

/* A slow block slows one factor alone: the others stay where they are. */
static void test_moves_what_moved(void **state)
{
    (void)state;
    static const double logs[] = {1, 1.01, 0.99, 1, 0.5, 1, 1, /* IPC */
                                  2, 2,    2,    2, 2,   2, 2};
    double room[7];
    struct stats_interval out[2];
    stats_split(logs, 2, 7, 3, 0.95, out, room);
    assert_true(fabs(out[0].estimate - 1) < 1e-12 && fabs(out[1].estimate - 2) < 1e-12);
    assert_true(out[1].low == 2 && out[1].high == 2);
}

static void test_few(void **state)
{
    (void)state;
    static const double logs[] = {2, 2.2, 1, 1.2};
    double room[2];
    struct stats_interval out[2];
    stats_split(logs, 2, 2, 3.5, 0.95, out, room);
    assert_true(fabs(out[0].estimate - 2.1) < 1e-12 && fabs(out[1].estimate - 1.4) < 1e-12);
    assert_non_null(out[0].reason);
    assert_int_equal(out[0].needed, 6);
    static const double same[] = {1, 1, 1, 2, 2, 2};
    double wide[3];
    stats_split(same, 2, 3, 3.25, 0.95, out, wide); /* no spread: the last takes the difference */
    assert_true(fabs(out[0].estimate - 1) < 1e-12 && fabs(out[1].estimate - 2.25) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adds_up),
        cmocka_unit_test(test_moves_what_moved),
        cmocka_unit_test(test_few),
    };
    return cmocka_run_group_tests_name("stats_split", tests, NULL, NULL);
}
