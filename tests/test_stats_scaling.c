#include "base/stats_scaling.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof *(rows))

enum { REPLICATES = 1000, MOST = 64 };
static double room[2 * REPLICATES + 2 * MOST];

static double law(double jobs, double serial, double crosstalk)
{
    return 10 * (1 / jobs + serial * (1 - 1 / jobs) + crosstalk * (jobs - 1));
}

static void test_exact_laws(void **state)
{
    (void)state;
    static const struct {
        int line;
        double serial, crosstalk;
        bool with_crosstalk;
    } rows[] = {
        {__LINE__, 0.05, 0, false},    {__LINE__, 0, 0, false},   {__LINE__, 1, 0, false},
        {__LINE__, 0.05, 0.001, true}, {__LINE__, 0, 0.02, true}, {__LINE__, 0.3, 0, true},
        {__LINE__, 0, 0, true},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct stats_point points[6];
        for (size_t k = 0; k < 6; k++) {
            double jobs = (double)(1U << (5 - k));
            points[k] = (struct stats_point){jobs, law(jobs, rows[i].serial, rows[i].crosstalk)};
        }
        struct stats_scaling got =
            stats_scaling(points, 6, rows[i].with_crosstalk, 0.95, 1, REPLICATES, room);
        if (fabs(got.serial.estimate - rows[i].serial) > 1e-9 || fabs(got.one - 10) > 1e-8 ||
            got.worst > 1e-9 ||
            (rows[i].with_crosstalk && fabs(got.crosstalk.estimate - rows[i].crosstalk) > 1e-9))
            fail_msg("row of line %d: T(1) %g, serial %g, crosstalk %g, worst %g", rows[i].line,
                     got.one, got.serial.estimate, got.crosstalk.estimate, got.worst);
        assert_non_null(got.serial.reason); /* one time for each number of jobs */
        assert_int_equal(got.serial.needed, STATS_SCALING_NEEDED);
        assert_true(isnan(got.crosstalk.estimate) == !rows[i].with_crosstalk);
    }
}

/* The ray tracer of Gunther 2007: throughput for 1 … 64 processors. He reports σ = 0.05 from a fit
 * that weighs the errors otherwise; with these weights, another solver (NNLS) finds the same to 8
 * digits. */
static void test_published(void **state)
{
    (void)state;
    static const double jobs[] = {1, 4, 8, 12, 16, 20, 24, 28, 32, 48, 64},
                        speed[] = {20, 78, 130, 170, 190, 200, 210, 230, 260, 280, 310};
    struct stats_point points[ROWS(jobs)];
    for (size_t i = 0; i < ROWS(jobs); i++)
        points[i] = (struct stats_point){jobs[i], 1 / speed[i]};
    struct stats_scaling got = stats_scaling(points, ROWS(jobs), true, 0.95, 1, REPLICATES, room);
    assert_true(fabs(got.serial.estimate - 0.05685652832) < 1e-10);
    assert_true(fabs(got.crosstalk.estimate - 3.4547584e-06) < 1e-12);
}

static void test_best_number_of_jobs(void **state)
{
    (void)state;
    struct stats_point points[8];
    for (size_t i = 0; i < 8; i++)
        points[i] = (struct stats_point){(double)i + 1, law((double)i + 1, 0.19, 0.01)};
    struct stats_scaling got = stats_scaling(points, 8, true, 0.95, 1, REPLICATES, room);
    assert_true(fabs(got.best_jobs - 9) < 1e-6); /* √(0.81/0.01) */
    got = stats_scaling(points, 8, false, 0.95, 1, REPLICATES, room);
    assert_true(isinf(got.best_jobs) && got.worst > 0.01);
}

static void test_coverage(void **state)
{
    (void)state;
    enum { TRIALS = 300, TIMES = 6 };
    static const double jobs[] = {1, 2, 4, 8};
    struct random random;
    int amdahl = 0, universal = 0;
    random_start(&random, 3);
    for (int i = 0; i < TRIALS; i++) {
        struct stats_point points[TIMES * 4];
        for (int with = 0; with < 2; with++) {
            for (size_t k = 0; k < TIMES * 4; k++) {
                double noise = 1 - 0.02 * log(1 - random_unit(&random));
                points[k].x = jobs[k % 4];
                points[k].y = law(points[k].x, 0.1, with ? 0.01 : 0) * noise;
            }
            struct stats_scaling got =
                stats_scaling(points, TIMES * 4, with, 0.95, (uint64_t)i, REPLICATES, room);
            assert_null(got.serial.reason);
            if (with)
                universal += got.crosstalk.low <= 0.01 && 0.01 <= got.crosstalk.high;
            else
                amdahl += got.serial.low <= 0.1 && 0.1 <= got.serial.high;
        }
    }
    printf("covered: serial share %.3f, crosstalk %.3f of nominal 0.95\n", (double)amdahl / TRIALS,
           (double)universal / TRIALS);
    assert_true((double)amdahl / TRIALS > 0.92 && (double)universal / TRIALS > 0.92);
}

static void test_too_little(void **state)
{
    (void)state;
    struct stats_point points[] = {{1, 2}, {2, 1}, {0, 1}, {1, 0}};
    struct stats_scaling got = stats_scaling(points, 1, false, 0.95, 1, REPLICATES, room);
    assert_true(isnan(got.serial.estimate));
    assert_int_equal(got.serial.needed, 2);
    got = stats_scaling(points, 2, true, 0.95, 1, REPLICATES, room);
    assert_true(isnan(got.serial.estimate));
    assert_int_equal(got.serial.needed, 3);
    got = stats_scaling(points, 2, false, 0.95, 1, REPLICATES, room);
    assert_true(fabs(got.serial.estimate) < 1e-12);
    assert_true(isnan(stats_scaling(points, 3, false, 0.95, 1, REPLICATES, room).one));
    assert_true(isnan(stats_scaling(points + 3, 1, false, 0.95, 1, REPLICATES, room).one));
    assert_true(isnan(stats_scaling(points, 0, false, 0.95, 1, REPLICATES, room).one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_laws),          cmocka_unit_test(test_published),
        cmocka_unit_test(test_best_number_of_jobs), cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_too_little),
    };
    return cmocka_run_group_tests_name("stats_scaling", tests, NULL, NULL);
}
