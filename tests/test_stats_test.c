#include "base/stats_test.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof *(rows))

static void test_sign(void **state)
{
    (void)state;
    static const struct {
        int line;
        size_t positive, negative;
        enum stats_side side;
        double p;
    } rows[] = {
        {__LINE__, 9, 1, STATS_TWO_SIDED, 0.021484375},
        {__LINE__, 1, 9, STATS_TWO_SIDED, 0.021484375},
        {__LINE__, 9, 1, STATS_GREATER, 0.0107421875},
        {__LINE__, 1, 9, STATS_LESS, 0.0107421875},
        {__LINE__, 9, 1, STATS_LESS, 0.9990234375},
        {__LINE__, 5, 5, STATS_TWO_SIDED, 1},
        {__LINE__, 0, 0, STATS_TWO_SIDED, 1},
        {__LINE__, 0, 0, STATS_GREATER, 1},
        {__LINE__, 30, 10, STATS_GREATER, 0.0011107168866146822},
        {__LINE__, 15, 0, STATS_TWO_SIDED, 6.103515625e-05},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        double p = stats_sign_test(rows[i].positive, rows[i].negative, rows[i].side);
        if (fabs(p - rows[i].p) > 1e-12)
            fail_msg("row of line %d: %.15g", rows[i].line, p);
    }
}

static void test_relation(void **state)
{
    (void)state;
    static const struct {
        int line;
        double low, high, margin_low, margin_high;
        const char *expected;
    } rows[] = {
        {__LINE__, 0.995, 1.005, 0.99, 1.01, "equivalent"},
        {__LINE__, 1.002, 1.008, 0.99, 1.01, "equivalent"},
        {__LINE__, 1.002, 1.02, 0.99, 1.01, "larger"},
        {__LINE__, 0.9, 0.95, 0.99, 1.01, "smaller"},
        {__LINE__, 0.98, 1.005, 0.99, 1.01, "unresolved"},
        {__LINE__, 0.999, 1.001, 1, 1, "unresolved"}, /* no margin: never equivalent */
        {__LINE__, 1.5, 2, 1, 1, "larger"},
        {__LINE__, 1, 2, 1, 1, "unresolved"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct stats_interval interval = {.low = rows[i].low, .high = rows[i].high};
        const char *got = stats_relation_name(
            stats_relation(&interval, 1, rows[i].margin_low, rows[i].margin_high));
        if (strcmp(got, rows[i].expected) != 0)
            fail_msg("row of line %d: %s", rows[i].line, got);
    }
    struct stats_interval none = stats_no_interval(2, 3, 6, "too few");
    assert_int_equal(stats_relation(&none, 1, 1, 1), STATS_UNRESOLVED);
}

/* As R's p.adjust(…, "holm"). */
static void test_holm(void **state)
{
    (void)state;
    double p[] = {0.01, 0.04, 0.03, 0.005};
    static const double expected[] = {0.03, 0.06, 0.06, 0.02};
    size_t order[4];
    stats_holm(p, order, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(fabs(p[i] - expected[i]) < 1e-15);
    double large[] = {0.6, 0.7};
    stats_holm(large, order, 2);
    assert_true(large[0] == 1 && large[1] == 1);
    stats_holm(large, order, 0);
}

static void test_repetitions(void **state)
{
    (void)state;
    /* Means 2 and 6: S2² = 8; within: (1+1+1+1)/2 = 2; T2² = 8 − 2/2 = 7. */
    static const double samples[] = {1, 3, 5, 7};
    struct stats_repetitions got = stats_repetitions(samples, 2, 2, 1, 14);
    assert_null(got.reason);
    assert_true(got.within == 2 && got.between == 7);
    assert_int_equal(got.repetitions, 2); /* √(14 · 2/7) = 2 */
    assert_int_equal(stats_repetitions(samples, 2, 2, 1, 15).repetitions, 3);
    assert_int_equal(stats_repetitions(samples, 2, 2, 1, 0).repetitions, 1);
    static const double same[] = {1, 3, 3, 1};
    got = stats_repetitions(same, 2, 2, 1, 14);
    assert_non_null(got.reason);
    assert_true(got.between == 0 && got.repetitions == 0);
    assert_non_null(stats_repetitions(samples, 1, 4, 1, 1).reason);
    assert_non_null(stats_repetitions(samples, 4, 1, 1, 1).reason);
    assert_non_null(stats_repetitions(samples, 2, 2, 0, 1).reason);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign),
        cmocka_unit_test(test_relation),
        cmocka_unit_test(test_holm),
        cmocka_unit_test(test_repetitions),
    };
    return cmocka_run_group_tests_name("stats_test", tests, NULL, NULL);
}
