#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof *(rows))

/* The state 1, 2, 3, 4 and what follows it: the test vector of several published implementations.
 */
static void test_sequence(void **state)
{
    (void)state;
    static const uint64_t expected[] = {11520, 0, 1509978240, 1215971899390074240};
    struct random random = {{1, 2, 3, 4}};
    for (size_t i = 0; i < ROWS(expected); i++)
        assert_int_equal(random_next(&random), expected[i]);
}

/* splitmix64 from 1234567, as published with it. */
static void test_seed(void **state)
{
    (void)state;
    static const uint64_t expected[] = {6457827717110365317ULL, 3203168211198807973ULL,
                                        9817491932198370423ULL, 4593380528125082431ULL};
    struct random random;
    random_start(&random, 1234567);
    for (size_t i = 0; i < ROWS(expected); i++)
        assert_int_equal(random.state[i], expected[i]);
}

static void test_ranges(void **state)
{
    (void)state;
    struct random random;
    size_t seen[7] = {0};
    double sum = 0;
    random_start(&random, 0);
    for (int i = 0; i < 70000; i++) {
        size_t below = random_below(&random, 7);
        double unit = random_unit(&random);
        assert_true(below < 7);
        assert_true(unit >= 0 && unit < 1);
        seen[below]++;
        sum += unit;
    }
    /* Within five standard deviations. */
    for (size_t i = 0; i < 7; i++)
        assert_true(fabs((double)seen[i] - 10000) < 5 * 92.6);
    assert_true(fabs(sum / 70000 - 0.5) < 5 * 0.00109);
    assert_int_equal(random_below(&random, 1), 0);
}

/* The a-th smallest of a + b − 1 units, against units that are drawn and sorted. */
static void test_beta(void **state)
{
    (void)state;
    enum { DRAWS = 40000 };
    static const int shapes[][2] = {{1, 1}, {1, 2}, {3, 4}, {4, 3}, {500, 501}};
    struct random random;
    random_start(&random, 5);
    for (size_t i = 0; i < ROWS(shapes); i++) {
        double a = shapes[i][0], b = shapes[i][1], mean = a / (a + b), sum = 0, squares = 0;
        double variance = mean * (1 - mean) / (a + b + 1);
        for (int k = 0; k < DRAWS; k++) {
            double x = random_beta(&random, a, b) - mean;
            assert_true(x >= -mean && x <= 1 - mean);
            sum += x;
            squares += x * x;
        }
        assert_true(fabs(sum / DRAWS) < 5 * sqrt(variance / DRAWS));
        assert_true(fabs(squares / DRAWS / variance - 1) < 0.05);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequence),
        cmocka_unit_test(test_seed),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_beta),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
