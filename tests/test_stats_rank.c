#include "base/random.h"
#include "base/stats_rank.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof *(rows))

/* Expected values: every sign pattern, and every way to draw the first group, counted one by one. */
static void test_signed_rank(void **state)
{
    (void)state;
    static const struct {
        int line;
        size_t n;
        double values[10], p;
    } rows[] = {
        {__LINE__, 0, {0}, 1},
        {__LINE__, 2, {0, 0}, 1},
        {__LINE__, 1, {-3}, 1},
        {__LINE__, 8, {1, 2, 3, 4, 5, 6, 7, 8}, 0.0078125},
        {__LINE__, 8, {-1, -2, -3, -4, -5, -6, -7, -8}, 0.0078125},
        {__LINE__, 10, {1, -2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.005859375},
        {__LINE__, 7, {-1, -2, 3, 4, -5, 6, 7}, 0.375},
        {__LINE__, 9, {1, 1, -1, 2, 2, 3, 0, -3, 4}, 0.2421875}, /* ties and a zero */
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        double values[10];
        for (size_t k = 0; k < rows[i].n; k++)
            values[k] = rows[i].values[k];
        double p = stats_signed_rank(values, rows[i].n);
        if (fabs(p - rows[i].p) > 1e-12)
            fail_msg("row of line %d: %.15g", rows[i].line, p);
    }
}

static void test_rank_sum(void **state)
{
    (void)state;
    double a[] = {1, 2, 3, 4, 5}, b[] = {10, 7, 8, 9, 6}, c[] = {1, 3, 5, 7, 9, 11},
           d[] = {2, 4, 6, 8, 10}, e[] = {9, 1, 2, 3}, f[] = {4, 5, 6, 7, 8};
    assert_true(fabs(stats_rank_sum(a, 5, b, 5) - 2.0 / 252) < 1e-12);
    assert_true(fabs(stats_rank_sum(b, 5, a, 5) - 2.0 / 252) < 1e-12);
    assert_true(stats_rank_sum(c, 6, d, 5) == 1);
    assert_true(fabs(stats_rank_sum(e, 4, f, 5) - 0.2857142857142857) < 1e-12);
    assert_true(stats_rank_sum(a, 5, a, 5) == 1);
    assert_true(stats_rank_sum(a, 0, b, 5) == 1);
}

static void test_student(void **state)
{
    (void)state;
    static const double values[] = {1.2, 0.8, 1.1, 0.9, 1.0, 1.3}, same[] = {2, 2}, none[] = {0, 0};
    double p = stats_student_test(values, 6); /* t = 13.7477 with 5 degrees of freedom */
    assert_true(p > 3.6e-5 && p < 3.7e-5);
    assert_true(stats_student_test(same, 2) == 0);
    assert_true(stats_student_test(none, 2) == 1);
    assert_true(stats_student_test(values, 1) == 1);
}

/* Both sides of the change from exact to approximate must hold the error where nothing differs. */
static void test_error(void **state)
{
    (void)state;
    enum { TRIALS = 4000 };
    static const size_t sizes[] = {9, 16, 17, 64, 65};
    struct random random;
    random_start(&random, 1);
    for (size_t s = 0; s < ROWS(sizes); s++) {
        int signed_rank = 0, rank_sum = 0;
        size_t n = sizes[s];
        for (int i = 0; i < TRIALS; i++) {
            double a[65], b[65], d[65];
            for (size_t k = 0; k < n; k++) {
                a[k] = -log(1 - random_unit(&random));
                b[k] = -log(1 - random_unit(&random));
                d[k] = a[k] - b[k];
            }
            signed_rank += stats_signed_rank(d, n) <= 0.05;
            rank_sum += stats_rank_sum(a, n, b, n) <= 0.05;
        }
        printf("n = %zu: signed rank %.4f, rank sum %.4f of 0.05\n", n,
               (double)signed_rank / TRIALS, (double)rank_sum / TRIALS);
        double most = 0.05 + 4 * sqrt(0.05 * 0.95 / TRIALS), least = 0.03;
        assert_true(signed_rank <= most * TRIALS && signed_rank >= least * TRIALS);
        assert_true(rank_sum <= most * TRIALS && rank_sum >= least * TRIALS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signed_rank),
        cmocka_unit_test(test_rank_sum),
        cmocka_unit_test(test_student),
        cmocka_unit_test(test_error),
    };
    return cmocka_run_group_tests_name("stats_rank", tests, NULL, NULL);
}
