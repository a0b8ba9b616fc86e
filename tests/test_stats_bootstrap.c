#include "base/stats_bootstrap.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof *(rows))

enum { REPLICATES = 500 };
static double room[REPLICATES];

static struct stats_bootstrap bootstrap(uint64_t seed)
{
    return (struct stats_bootstrap){.seed = seed, .replicates = REPLICATES, .room = room};
}

static void test_seed_decides(void **state)
{
    (void)state;
    static const double a[] = {10, 11, 12, 10, 13, 10, 11, 12, 30}, b[] = {5, 6, 5, 5, 7, 5, 6, 5};
    struct stats_bootstrap one = bootstrap(1), two = bootstrap(2);
    struct stats_interval x = stats_means_ratio(a, 9, b, 8, 0.95, &one);
    struct stats_interval y = stats_means_ratio(a, 9, b, 8, 0.95, &one);
    struct stats_interval z = stats_means_ratio(a, 9, b, 8, 0.95, &two);
    assert_null(x.reason);
    assert_true(fabs(x.estimate - (119.0 / 9) / 5.5) < 1e-14);
    assert_true(x.low < x.estimate && x.estimate < x.high);
    assert_true(x.low == y.low && x.high == y.high);
    assert_true(x.low != z.low);
    assert_int_equal(x.n, 8);
}

static void test_edges(void **state)
{
    (void)state;
    static const double flat[] = {2, 2, 2, 2, 2, 2, 2, 2}, bad[] = {1, 1, 1, 1, 1, 1, 1, 0};
    struct stats_bootstrap seeded = bootstrap(1);
    struct stats_interval got = stats_means_ratio(flat, 8, flat, 8, 0.95, &seeded);
    assert_true(got.estimate == 1 && got.low == 1 && got.high == 1);
    got = stats_paired_means_ratio(flat, flat, 8, 0.95, &seeded);
    assert_true(got.estimate == 1 && got.low == 1 && got.high == 1);
    got = stats_means_ratio(flat, 8, flat, 7, 0.95, &seeded);
    assert_true(got.estimate == 1 && isnan(got.low) && got.reason != NULL);
    assert_int_equal(got.needed, STATS_BOOTSTRAP_NEEDED);
    assert_true(isnan(stats_means_ratio(bad, 8, flat, 8, 0.95, &seeded).estimate));
    assert_true(isnan(stats_means_ratio(flat, 0, flat, 8, 0.95, &seeded).estimate));
}

static double skewed(struct random *random)
{
    return 1 - 0.5 * log(1 - random_unit(random)); /* mean 1.5, skewed like an exponential */
}

/* The level is nominal; counted with a fixed seed it comes close, for values as skewed as these. */
static void test_coverage(void **state)
{
    (void)state;
    enum { TRIALS = 1000 };
    struct random random;
    int unpaired = 0, paired = 0;
    random_start(&random, 7);
    for (int i = 0; i < TRIALS; i++) {
        double a[10], b[16];
        struct stats_bootstrap seeded = bootstrap((uint64_t)i);
        for (int k = 0; k < 10; k++)
            a[k] = 2 * skewed(&random);
        for (int k = 0; k < 16; k++)
            b[k] = skewed(&random);
        struct stats_interval got = stats_means_ratio(a, 10, b, 16, 0.95, &seeded);
        unpaired += got.low <= 2 && 2 <= got.high;
        for (int k = 0; k < 10; k++) {
            double block = skewed(&random);
            a[k] = 2 * block * skewed(&random);
            b[k] = block * skewed(&random);
        }
        got = stats_paired_means_ratio(a, b, 10, 0.95, &seeded);
        paired += got.low <= 2 && 2 <= got.high;
    }
    printf("covered: unpaired %.3f, paired %.3f of nominal 0.95\n", (double)unpaired / TRIALS,
           (double)paired / TRIALS);
    assert_true((double)unpaired / TRIALS > 0.92 && (double)unpaired / TRIALS < 0.98);
    assert_true((double)paired / TRIALS > 0.90 && (double)paired / TRIALS < 0.98);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seed_decides),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_coverage),
    };
    return cmocka_run_group_tests_name("stats_bootstrap", tests, NULL, NULL);
}
