#include "base/stats_distribution.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof *(rows))

static void assert_near(int line, double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance * fabs(expected)))
        fail_msg("row of line %d: %.17g, expected %.17g", line, got, expected);
}

/* Exact rational arithmetic up to 20000 trials, 50 digits of multiple precision beyond. */
static void test_binomial(void **state)
{
    (void)state;
    static const struct {
        int line;
        int64_t k, n;
        double p, at_most;
    } rows[] = {
        {__LINE__, 0, 6, 0.5, 0.015625},
        {__LINE__, 3, 10, 0.5, 0.171875},
        {__LINE__, 7, 10, 0.25, 0.9995841979980469},
        {__LINE__, 40, 100, 0.5, 0.028443966820490395},
        {__LINE__, 0, 1000, 0.01, 4.317124741065825e-05},
        {__LINE__, 5, 1000, 0.01, 0.06613951160725197},
        {__LINE__, 450, 1000, 0.5, 0.0008652680424881588},
        {__LINE__, 350, 1000, 0.5, 8.0781551934828195e-22},
        {__LINE__, 4900, 10000, 0.5, 0.023292763852473693},
        {__LINE__, 9700, 20000, 0.5, 1.1383490690897912e-05},
        {__LINE__, 499000, 1000000, 0.5, 0.02280414993269104321},
        {__LINE__, 499500, 1000000, 0.5, 0.15889734568165276856},
        {__LINE__, 495000, 1000000, 0.5, 7.6907775219536759468e-24},
        {__LINE__, 9800, 1000000, 0.01, 0.022212510364736511361},
        {__LINE__, -1, 10, 0.5, 0},
        {__LINE__, 10, 10, 0.5, 1},
        {__LINE__, 3, 10, 0, 1},
        {__LINE__, 3, 10, 1, 0},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_near(rows[i].line, stats_binomial_at_most(rows[i].k, rows[i].n, rows[i].p),
                    rows[i].at_most, 1e-11);
        if (rows[i].p == 0.5) /* the mirror image */
            assert_near(rows[i].line,
                        stats_binomial_at_least(rows[i].n - rows[i].k, rows[i].n, 0.5),
                        rows[i].at_most, 1e-11);
    }
    assert_true(isnan(stats_binomial_at_most(1, 2, 1.5)));
    assert_true(isnan(stats_binomial_at_least(1, -2, 0.5)));
}

static void test_binomial_adds_up(void **state)
{
    (void)state;
    for (int64_t n = 1; n < 60; n++) {
        for (int64_t k = 0; k <= n; k++) {
            double below = stats_binomial_at_most(k - 1, n, 0.3);
            double above = stats_binomial_at_least(k, n, 0.3);
            assert_true(fabs(below + above - 1) < 1e-13);
        }
    }
}

static void test_beta(void **state)
{
    (void)state;
    static const struct {
        int line;
        double x, a, b, share;
    } rows[] = {
        {__LINE__, 0.5, 2, 3, 0.6875},
        {__LINE__, 0.1, 0.5, 0.5, 0.20483276469913345754},
        {__LINE__, 0.3, 10, 0.5, 1.2205229279531706307e-6},
        {__LINE__, 0.9, 100.5, 0.5, 4.3020800000720067923e-6},
        {__LINE__, 0.001, 3, 4, 1.9955035990000001245e-8},
        {__LINE__, 0, 1, 1, 0},
        {__LINE__, 1, 1, 1, 1},
    };
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_near(rows[i].line, stats_beta_share(rows[i].x, rows[i].a, rows[i].b), rows[i].share,
                    1e-12);
    assert_true(isnan(stats_beta_share(0.5, 0, 1)));
}

static void test_quantiles(void **state)
{
    (void)state;
    static const struct {
        int line;
        double p, degrees, quantile; /* degrees 0: normal */
    } rows[] = {
        {__LINE__, 0.975, 1, 12.706204736174694},
        {__LINE__, 0.975, 2, 4.302652729749462},
        {__LINE__, 0.975, 5, 2.5705818356363146},
        {__LINE__, 0.025, 5, -2.5705818356363155},
        {__LINE__, 0.995, 10, 3.169272672616951},
        {__LINE__, 0.975, 30, 2.0422724563012378},
        {__LINE__, 0.975, 1000, 1.962339080826408},
        {__LINE__, 0.9, 3, 1.6377443536962104},
        {__LINE__, 0.5, 3, 0},
        {__LINE__, 0.975, 0, 1.959963984540054},
        {__LINE__, 0.0001, 0, -3.7190164854556804},
        {__LINE__, 1e-10, 0, -6.361340902404056},
        {__LINE__, 0.5, 0, 0},
        {__LINE__, 0.9, 0, 1.2815515655446004},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        double degrees = rows[i].degrees, p = rows[i].p;
        double z = degrees > 0 ? stats_student_quantile(p, degrees) : stats_normal_quantile(p);
        assert_near(rows[i].line, z, rows[i].quantile, 1e-11);
        double back = degrees > 0 ? stats_student_at_most(z, degrees) : stats_normal_at_most(z);
        assert_near(rows[i].line, back, p, 1e-11);
    }
    assert_true(isnan(stats_normal_quantile(0)));
    assert_true(isnan(stats_normal_quantile(1)));
    assert_true(isnan(stats_student_quantile(0.5, 0)));
    assert_true(stats_student_at_most(INFINITY, 3) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_binomial),
        cmocka_unit_test(test_binomial_adds_up),
        cmocka_unit_test(test_beta),
        cmocka_unit_test(test_quantiles),
    };
    return cmocka_run_group_tests_name("stats_distribution", tests, NULL, NULL);
}
