#include "base/stats_share.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Published values of the Clopper-Pearson interval, as every package has them. */
static void test_share(void **state)
{
    (void)state;
    static const struct {
        int64_t k, n;
        double low, high;
    } rows[] = {
        {0, 10, 0, 0.30849710},          {5, 10, 0.18708603, 0.81291397},   {10, 10, 0.69150290, 1},
        {1, 20, 0.00126509, 0.24873280}, {81, 263, 0.25272190, 0.36760760},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stats_interval got = stats_share(rows[i].k, rows[i].n, 0.95);
        if (fabs(got.low - rows[i].low) > 2e-4 || fabs(got.high - rows[i].high) > 2e-4)
            fail_msg("%d of %d: [%.8f, %.8f]", (int)rows[i].k, (int)rows[i].n, got.low, got.high);
        assert_true(fabs(got.estimate - (double)rows[i].k / (double)rows[i].n) < 1e-15);
    }
    assert_non_null(stats_share(0, 0, 0.95).reason);
}

static struct stats_interval around(double low, double estimate, double high)
{
    return (struct stats_interval){
        .estimate = estimate, .low = low, .high = high, .level = 0.95, .n = 9};
}

static void test_gain(void **state)
{
    (void)state;
    struct stats_interval share = stats_no_interval(0.35, 0, 0, "given");
    struct stats_interval got = stats_whole_gain(share, around(30, 39, 47));
    assert_true(fabs(got.estimate - 1 / (0.65 + 0.35 / 39)) < 1e-12);
    assert_true(fabs(got.low - 1 / (0.65 + 0.35 / 30)) < 1e-12);
    assert_true(fabs(got.level - 0.95) < 1e-12);
    got = stats_whole_gain(around(0.3, 0.35, 0.4), around(30, 39, 47));
    assert_true(fabs(got.low - 1 / (0.7 + 0.3 / 30)) < 1e-12);
    assert_true(fabs(got.high - 1 / (0.6 + 0.4 / 47)) < 1e-12);
    assert_true(fabs(got.level - 0.90) < 1e-12);
    /* The ceiling, and a port that is slower: the larger the share the worse. */
    got = stats_whole_gain(share, stats_no_interval(INFINITY, 0, 0, "the ceiling"));
    assert_true(fabs(got.estimate - 1 / 0.65) < 1e-12);
    assert_non_null(got.reason);
    got = stats_whole_gain(around(0.3, 0.35, 0.4), around(0.4, 0.5, 0.6));
    assert_true(fabs(got.low - 1 / (0.6 + 0.4 / 0.4)) < 1e-12);
    assert_true(fabs(got.high - 1 / (0.7 + 0.3 / 0.6)) < 1e-12);
    assert_true(isnan(stats_whole_gain(around(0, NAN, 1), share).estimate));
    assert_true(isnan(stats_whole_gain(share, around(0, 0, 0)).estimate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_gain),
    };
    return cmocka_run_group_tests_name("stats_share", tests, NULL, NULL);
}
