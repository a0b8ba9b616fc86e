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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_relation),
        cmocka_unit_test(test_holm),
    };
    return cmocka_run_group_tests_name("stats_test", tests, NULL, NULL);
}
