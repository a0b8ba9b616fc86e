#include "base/stats_order.h"

#include "base/random.h"
#include "base/stats_distribution.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof *(rows))

static void test_median_and_quantiles(void **state)
{
    (void)state;
    static const double four[] = {1, 2, 3, 4}, one[] = {7};
    static const struct {
        int line;
        const double *values;
        size_t n;
        double q, expected; /* as numpy.quantile */
    } rows[] = {
        {__LINE__, four, 4, 0.5, 2.5},   {__LINE__, four, 4, 0.4, 2.2}, {__LINE__, four, 4, 0, 1},
        {__LINE__, four, 4, 1, 4},       {__LINE__, four, 3, 0.5, 2},   {__LINE__, one, 1, 0.9, 7},
        {__LINE__, four, 4, 0.25, 1.75},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        double got = stats_quantile_sorted(rows[i].values, rows[i].n, rows[i].q);
        if (fabs(got - rows[i].expected) > 1e-15)
            fail_msg("row of line %d: %.17g", rows[i].line, got);
    }
    assert_true(stats_median_sorted(four, 4) == 2.5);
    assert_true(stats_median_sorted(four, 3) == 2);
    assert_true(stats_median_sorted(one, 1) == 7);
}

static void test_mad(void **state)
{
    (void)state;
    double values[] = {9, 1, 2, 2, 4, 6, 1}; /* median 2; deviations 0 0 1 1 2 4 7 */
    assert_true(stats_mad(values, 7) == 1);
}

/* Levels: binomial sums by hand; 40 and 61 of 100 is the textbooks' 96.48 %. */
static void test_ranks(void **state)
{
    (void)state;
    static const struct {
        int line;
        size_t n;
        double level;
        size_t k;
        double attained;
    } rows[] = {
        {__LINE__, 0, 0.95, 0, 0},
        {__LINE__, 1, 0.95, 0, 0},
        {__LINE__, 5, 0.95, 0, 0},
        {__LINE__, 6, 0.95, 1, 1 - 2.0 / 64},
        {__LINE__, 7, 0.95, 1, 1 - 2.0 / 128},
        {__LINE__, 8, 0.95, 1, 1 - 2.0 / 256},
        {__LINE__, 9, 0.95, 2, 1 - 20.0 / 512},
        {__LINE__, 10, 0.95, 2, 1 - 22.0 / 1024},
        {__LINE__, 20, 0.95, 6, 0.95861053466796875},
        {__LINE__, 100, 0.95, 40, 0.96479979502},
        {__LINE__, 5, 0.9, 1, 1 - 2.0 / 32},
        {__LINE__, 8, 0.99, 1, 1 - 2.0 / 256},
        {__LINE__, 7, 0.99, 0, 0},
        {__LINE__, 2, 0.5, 1, 0.5},
        {__LINE__, 1000000, 0.95, 499020, 0.95012},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        double attained = -1;
        size_t k = stats_median_rank(rows[i].n, rows[i].level, &attained);
        if (k != rows[i].k || fabs(attained - rows[i].attained) > 1e-5)
            fail_msg("row of line %d: k %zu, level %.10f", rows[i].line, k, attained);
    }
    assert_int_equal(stats_median_needed(0.95), 6);
    assert_int_equal(stats_median_needed(0.99), 8);
    assert_int_equal(stats_median_needed(0.9), 5);
}

static void test_interval(void **state)
{
    (void)state;
    double values[] = {6, 1, 5, 2, 4, 3};
    struct stats_interval got = stats_median(values, 6, 0.95);
    assert_null(got.reason);
    /* [1, 6] covers with 0.96875, [2, 5] with 0.78125: 0.95 is a tenth of the way, and λ 5/14. */
    double step = 5.0 / 14;
    assert_true(got.estimate == 3.5);
    assert_true(fabs(got.low - (1 + step)) < 1e-14 && fabs(got.high - (6 - step)) < 1e-14);
    assert_true(got.level == 0.95);
    assert_int_equal(got.n, 6);
    got = stats_median(values, 6, 0.96875); /* just what [1, 6] covers */
    assert_true(got.low == 1 && got.high == 6 && got.level == 0.96875);
    got = stats_median(values, 3, 0.5); /* inwards no further than the median itself */
    assert_true(got.low > 1 && got.low < 2 && got.high > 2 && got.high < 3);
    got = stats_median(values, 2, 0.5);
    assert_true(got.low == 1 && got.high == 2);
    got = stats_median(values, 5, 0.95);
    assert_non_null(got.reason);
    assert_int_equal(got.needed, 6);
    assert_true(got.estimate == 3 && isnan(got.low) && isnan(got.high));
    values[2] = NAN;
    assert_true(isnan(stats_median(values, 6, 0.95).estimate));
    assert_true(isnan(stats_median(values, 0, 0.95).estimate));
}

static void test_paired_ratio(void **state)
{
    (void)state;
    /* Ratios 2, 2, 2, 4, 4, 8 however fast the machine was at the time. */
    double a[] = {2, 20, 200, 4, 40, 8}, bad[] = {1, 0};
    static const double b[] = {1, 10, 100, 1, 10, 1};
    struct stats_interval got = stats_paired_ratio(a, b, 6, 0.95);
    assert_null(got.reason);
    assert_true(fabs(got.estimate - sqrt(8)) < 1e-14);
    assert_true(fabs(got.low - 2) < 1e-14); /* both neighbours are 2 */
    assert_true(fabs(got.high - 8 * pow(0.5, 5.0 / 14)) < 1e-13);
    assert_non_null(stats_paired_ratio(bad, b, 2, 0.95).reason);
    double few[] = {2, 2};
    got = stats_paired_ratio(few, b, 1, 0.95);
    assert_true(fabs(got.estimate - 2) < 1e-15 && isnan(got.low));
}

static void test_unpaired_ratio(void **state)
{
    (void)state;
    double a[] = {10, 20, 30, 40, 50, 60, 70}, b[] = {6, 5, 4, 3, 2, 1};
    struct stats_interval got = stats_unpaired_ratio(a, 7, b, 6, 0.95);
    assert_null(got.reason);
    assert_true(fabs(got.estimate - 40 / 3.5) < 1e-14);
    struct stats_interval of_a = stats_median(a, 7, 0.95), of_b = stats_median(b, 6, 0.95);
    double below = hypot(log(40 / of_a.low), log(of_b.high / 3.5));
    assert_true(fabs(got.low - 40 / 3.5 * exp(-below)) < 1e-12 && got.level == 0.95);
    struct stats_interval back = stats_unpaired_ratio(b, 6, a, 7, 0.95); /* the same, upside down */
    assert_true(fabs(back.low * got.high - 1) < 1e-12 && fabs(back.high * got.low - 1) < 1e-12);
    got = stats_unpaired_ratio(a, 6, b, 5, 0.95);
    assert_non_null(got.reason);
    assert_int_equal(got.needed, 6);
    assert_true(fabs(got.estimate - 35.0 / 3) < 1e-12);
}

static double skewed(struct random *random)
{
    double e = -log(1 - random_unit(random)); /* exponential */
    return exp(0.05 * e * e);                 /* a heavy right tail, as times have */
}

/* How often the interval covers, counted with a fixed seed. The level of the interpolated interval
 * is right to half a percent whatever the distribution, so the count must agree on both sides;
 * tests/validation looks closer. */
static void test_coverage(void **state)
{
    (void)state;
    enum { TRIALS = 4000 };
    const double truth = exp(0.05 * M_LN2 * M_LN2);
    struct random random;
    int median = 0, paired = 0, unpaired = 0;
    double level = 0;
    random_start(&random, 1);
    for (int i = 0; i < TRIALS; i++) {
        double values[9], a[9], b[20], same[9];
        for (int k = 0; k < 9; k++) {
            double block = skewed(&random);
            values[k] = skewed(&random);
            same[k] = block * skewed(&random);
            a[k] = 3 * block * skewed(&random);
        }
        struct stats_interval got = stats_median(values, 9, 0.95);
        level = got.level;
        median += got.low <= truth && truth <= got.high;
        got = stats_paired_ratio(a, same, 9, 0.95);
        paired += got.low <= 3 && 3 <= got.high;
        for (int k = 0; k < 9; k++)
            a[k] = 3 * skewed(&random);
        for (int k = 0; k < 20; k++)
            b[k] = skewed(&random);
        got = stats_unpaired_ratio(a, 9, b, 20, 0.95);
        unpaired += got.low <= 3 && 3 <= got.high;
    }
    double spread = 0.005 + 4 * sqrt(level * (1 - level) / TRIALS);
    assert_true(fabs((double)median / TRIALS - level) < spread);
    assert_true(fabs((double)paired / TRIALS - level) < spread);
    assert_true(fabs((double)unpaired / TRIALS - level) < 0.015 + spread);
    printf("covered: median %.4f, pairs %.4f, unpaired %.4f of %.4f\n", (double)median / TRIALS,
           (double)paired / TRIALS, (double)unpaired / TRIALS, level);
}

/* As often each median as when the values themselves are drawn: the two samples' distributions are
 * no further apart than Kolmogorov and Smirnov allow once in a million times. */
static void test_median_drawn(void **state)
{
    (void)state;
    enum { DRAWS = 20000, MOST = 9 };
    const double sorted[MOST] = {1, 2, 4, 8, 16, 32, 64, 128, 256};
    static double own[DRAWS], plain[DRAWS];
    struct random random;
    random_start(&random, 3);
    for (size_t n = 1; n <= MOST; n++) {
        for (int i = 0; i < DRAWS; i++) {
            double values[MOST];
            for (size_t k = 0; k < n; k++)
                values[k] = sorted[random_below(&random, n)];
            stats_sort(values, n);
            plain[i] = stats_median_sorted(values, n);
            own[i] = stats_median_drawn(sorted, n, &random);
        }
        stats_sort(own, DRAWS);
        stats_sort(plain, DRAWS);
        double apart = 0;
        for (int i = 0, k = 0; i < DRAWS; i++) {
            if (i + 1 < DRAWS && own[i + 1] <= own[i])
                continue;
            while (k < DRAWS && plain[k] <= own[i])
                k++;
            apart = fmax(apart, fabs((double)(i + 1 - k)) / DRAWS);
        }
        assert_true(apart < 2.7 / sqrt(DRAWS));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_median_and_quantiles),
        cmocka_unit_test(test_mad),
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_interval),
        cmocka_unit_test(test_paired_ratio),
        cmocka_unit_test(test_unpaired_ratio),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_median_drawn),
    };
    return cmocka_run_group_tests_name("stats_order", tests, NULL, NULL);
}
