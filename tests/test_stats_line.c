#include "base/stats_line.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof *(rows))

static void assert_interval(struct stats_interval got, double estimate, double low, double high)
{
    if (fabs(got.estimate - estimate) > 1e-6 || fabs(got.low - low) > 1e-6 ||
        fabs(got.high - high) > 1e-6)
        fail_msg("%.9g in [%.9g, %.9g]", got.estimate, got.low, got.high);
}

/* F. J. Anscombe, American Statistician 27 (1973), the first set; intervals as every package has.
 */
static void test_published(void **state)
{
    (void)state;
    static const struct stats_point points[] = {
        {10, 8.04}, {8, 6.95}, {13, 7.58},  {9, 8.81}, {11, 8.33}, {14, 9.96},
        {6, 7.24},  {4, 4.26}, {12, 10.84}, {7, 4.82}, {5, 5.68},
    };
    struct stats_line line = stats_line(points, ROWS(points), false, 0.95);
    assert_interval(line.intercept, 3.0000909, 0.4557369, 5.5444449);
    assert_interval(line.slope, 0.5000909, 0.2333701, 0.7668117);
    assert_int_equal(line.slope.n, 11);
    assert_true(fabs(line.worst - 1.92127272727) < 1e-9);
}

/* A call that costs 80 and 3 for each element, over six orders of magnitude, each within 1 %:
 * only relative errors let the small sizes say what a call costs. */
static void test_relative(void **state)
{
    (void)state;
    struct stats_point points[7];
    double x = 1;
    for (size_t i = 0; i < 7; i++, x *= 10)
        points[i] = (struct stats_point){x, (80 + 3 * x) * (i % 2 == 0 ? 1.01 : 0.99)};
    struct stats_line line = stats_line(points, 7, true, 0.95);
    assert_true(fabs(line.intercept.estimate - 80) < 1.5);
    assert_true(line.intercept.low < 80 && 80 < line.intercept.high);
    assert_true(fabs(line.slope.estimate - 3) < 0.05);
    assert_true(line.worst > 0.005 && line.worst < 0.02);
    assert_true(fabs(stats_line(points, 7, false, 0.95).intercept.estimate - 80) > 10);
}

static void test_too_little(void **state)
{
    (void)state;
    static const struct stats_point points[] = {{1, 2}, {2, 4}, {1, 3}, {1, NAN}, {2, 0}};
    struct stats_line line = stats_line(points, 2, false, 0.95);
    assert_true(line.slope.estimate == 2 && line.intercept.estimate == 0);
    assert_non_null(line.slope.reason);
    assert_int_equal(line.slope.needed, 3);
    static const struct stats_point upright[] = {{1, 2}, {1, 4}, {1, 3}};
    assert_true(isnan(stats_line(upright, 3, false, 0.95).slope.estimate));
    assert_true(isnan(stats_line(points, 4, false, 0.95).slope.estimate));
    assert_true(isnan(stats_line(points + 4, 1, true, 0.95).slope.estimate));
    assert_true(isnan(stats_line(points, 0, false, 0.95).slope.estimate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_relative),
        cmocka_unit_test(test_too_little),
    };
    return cmocka_run_group_tests_name("stats_line", tests, NULL, NULL);
}
