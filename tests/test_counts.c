#include "base/counts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HW  COUNTS_HARDWARE
#define SW  COUNTS_SOFTWARE
#define SIM COUNTS_SIMULATED

#define ROWS(rows) (sizeof(rows) / sizeof *(rows))

static struct counts exact(uint64_t count, uint64_t ns)
{
    return counts_reading(count, ns, ns, COUNTS_HARDWARE);
}

static struct counts scaled(uint64_t count, uint64_t enabled_ns, uint64_t running_ns)
{
    return counts_reading(count, enabled_ns, running_ns, COUNTS_HARDWARE);
}

static void assert_counts(int line, struct counts got, uint64_t count, uint64_t enabled_ns,
                          uint64_t running_ns, enum counts_state state)
{
    if (got.count != count || got.enabled_ns != enabled_ns || got.running_ns != running_ns ||
        got.state != state)
        fail_msg("row of line %d: %llu, %llu/%llu ns, %s", line, (unsigned long long)got.count,
                 (unsigned long long)got.running_ns, (unsigned long long)got.enabled_ns,
                 counts_state_name(got.state));
    if ((got.reason == NULL) != (state == COUNTS_EXACT))
        fail_msg("row of line %d: reason %s", line, got.reason != NULL ? got.reason : "missing");
}

static void test_delta(void **state)
{
    (void)state;
    static const struct {
        int line;
        uint64_t before[3], after[3], expected[3];
        enum counts_state state;
    } rows[] = {
        {__LINE__, {0, 0, 0}, {7, 10, 10}, {7, 10, 10}, COUNTS_EXACT},
        {__LINE__, {5, 10, 10}, {5, 20, 20}, {0, 10, 10}, COUNTS_EXACT}, /* a counted zero */
        {__LINE__, {5, 10, 4}, {9, 20, 8}, {4, 10, 4}, COUNTS_SCALED},
        /* Starved before the bracket, counted in it. */
        {__LINE__, {0, 10, 0}, {6, 20, 10}, {6, 10, 10}, COUNTS_EXACT},
        {__LINE__, {5, 10, 10}, {5, 20, 10}, {0, 10, 0}, COUNTS_NOT_COUNTED},
        {__LINE__, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, COUNTS_NOT_COUNTED}, /* never enabled */
        {__LINE__, {5, 10, 10}, {4, 20, 20}, {0, 0, 0}, COUNTS_NOT_COUNTED},
        {__LINE__, {5, 10, 10}, {6, 9, 9}, {0, 0, 0}, COUNTS_NOT_COUNTED},
        {__LINE__, {5, 10, 10}, {6, 20, 9}, {0, 0, 0}, COUNTS_NOT_COUNTED},
        {__LINE__, {0, 0, 0}, {6, 10, 11}, {0, 10, 11}, COUNTS_NOT_COUNTED},
        {__LINE__,
         {1, 1, 1},
         {UINT64_MAX, UINT64_MAX, UINT64_MAX},
         {UINT64_MAX - 1, UINT64_MAX - 1, UINT64_MAX - 1},
         COUNTS_EXACT},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct counts before =
            counts_reading(rows[i].before[0], rows[i].before[1], rows[i].before[2], SW);
        struct counts after =
            counts_reading(rows[i].after[0], rows[i].after[1], rows[i].after[2], SW);
        /* As a decoder makes them: raw, the states not yet judged. */
        before.count = rows[i].before[0];
        after.count = rows[i].after[0];
        struct counts delta = counts_delta(before, after);
        assert_counts(rows[i].line, delta, rows[i].expected[0], rows[i].expected[1],
                      rows[i].expected[2], rows[i].state);
        assert_int_equal(delta.source, SW);
    }
}

static void test_delta_of_what_is_missing(void **state)
{
    (void)state;
    struct counts none = counts_missing(COUNTS_UNSUPPORTED, HW, "no PMU");
    struct counts empty = counts_missing(COUNTS_NOT_COUNTED, HW, "read nothing");
    assert_string_equal(counts_delta(none, exact(1, 1)).reason, "no PMU");
    assert_int_equal(counts_delta(exact(1, 1), none).state, COUNTS_UNSUPPORTED);
    assert_string_equal(counts_delta(empty, empty).reason, "read nothing");
    assert_string_equal(counts_delta(exact(1, 1), empty).reason, "read nothing");
    assert_string_equal(counts_delta(empty, exact(1, 1)).reason, "read nothing");
}

static void test_estimate_and_share(void **state)
{
    (void)state;
    static const struct {
        int line;
        uint64_t count, enabled_ns, running_ns;
        double estimate, share;
    } rows[] = {
        {__LINE__, 0, 5, 5, 0, 1},
        {__LINE__, 100, 5, 5, 100, 1},
        {__LINE__, 100, 10, 5, 200, 0.5},
        {__LINE__, 1, 3, 1, 3, 1.0 / 3},
        {__LINE__, 1ULL << 63, 4, 2, 0x1p64, 0.5},
        {__LINE__, 1ULL << 63, 1ULL << 63, 1ULL << 62, 0x1p64, 0.5},
        {__LINE__, UINT64_MAX, UINT64_MAX, 1, 0x1p128, 0x1p-64},
        {__LINE__, UINT64_MAX, UINT64_MAX, UINT64_MAX, 0x1p64, 1},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct counts value = scaled(rows[i].count, rows[i].enabled_ns, rows[i].running_ns);
        double estimate = -1;
        if (!counts_estimate(value, &estimate) || estimate != rows[i].estimate ||
            counts_share(value) != rows[i].share)
            fail_msg("row of line %d: %g, share %g", rows[i].line, estimate, counts_share(value));
    }
    double untouched = -1;
    assert_false(counts_estimate(scaled(0, 5, 0), &untouched));
    assert_false(counts_estimate(counts_missing(COUNTS_UNSUPPORTED, HW, "x"), &untouched));
    assert_true(untouched == -1);
    assert_true(counts_share(scaled(0, 5, 0)) == 0);
}

static void test_subtract(void **state)
{
    (void)state;
    struct counts none = counts_missing(COUNTS_UNSUPPORTED, HW, "no PMU");
    struct counts starved = scaled(0, 5, 0);
    const struct {
        int line;
        struct counts value, overhead;
        uint64_t expected;
        enum counts_state state;
    } rows[] = {
        {__LINE__, exact(10, 5), exact(3, 1), 7, COUNTS_EXACT},
        {__LINE__, exact(10, 5), exact(11, 1), 0, COUNTS_EXACT},
        {__LINE__, exact(10, 5), none, 10, COUNTS_EXACT},
        {__LINE__, exact(10, 5), starved, 10, COUNTS_EXACT},
        {__LINE__, starved, exact(1, 1), 0, COUNTS_NOT_COUNTED},
        {__LINE__, none, exact(1, 1), 0, COUNTS_UNSUPPORTED},
        {__LINE__, scaled(10, 4, 2), exact(6, 1), 7, COUNTS_SCALED}, /* 20 − 6 = 14 = 7 × 2 */
        {__LINE__, exact(20, 4), scaled(3, 4, 2), 14, COUNTS_EXACT}, /* 20 − 6 */
        {__LINE__, scaled(10, 4, 2), scaled(1, 9, 3), 8, COUNTS_SCALED}, /* 20 − 3: 8.5 to even */
        {__LINE__, exact(UINT64_MAX, 9), exact(1, 9), UINT64_MAX - 1, COUNTS_EXACT},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct counts left = counts_subtract(rows[i].value, rows[i].overhead);
        assert_counts(rows[i].line, left, rows[i].expected, rows[i].value.enabled_ns,
                      rows[i].value.running_ns, rows[i].state);
    }
}

static void test_add(void **state)
{
    (void)state;
    struct counts none = counts_missing(COUNTS_UNSUPPORTED, HW, "no PMU");
    struct counts starved = scaled(0, 5, 0);
    const struct {
        int line;
        struct counts a, b;
        uint64_t count, enabled_ns, running_ns;
        enum counts_state state;
    } rows[] = {
        {__LINE__, exact(1, 10), exact(2, 20), 3, 30, 30, COUNTS_EXACT},
        /* 100 + 100/0.5 = 300 over 20 ns enabled, 15 running: 225 × 20/15 = 300. */
        {__LINE__, exact(100, 10), scaled(100, 10, 5), 225, 20, 15, COUNTS_SCALED},
        {__LINE__, exact(1, 10), starved, 0, 15, 10, COUNTS_NOT_COUNTED},
        {__LINE__, starved, none, 0, 5, 0, COUNTS_UNSUPPORTED},
        {__LINE__, exact(UINT64_MAX, 1), exact(1, 1), UINT64_MAX, 2, 2, COUNTS_EXACT},
        {__LINE__, scaled(UINT64_MAX, 2, 1), exact(1, 1), UINT64_MAX, 3, 2, COUNTS_SCALED},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_counts(rows[i].line, counts_add(rows[i].a, rows[i].b), rows[i].count,
                      rows[i].enabled_ns, rows[i].running_ns, rows[i].state);
        assert_counts(rows[i].line, counts_add(rows[i].b, rows[i].a), rows[i].count,
                      rows[i].enabled_ns, rows[i].running_ns, rows[i].state);
    }
    assert_string_equal(counts_add(none, starved).reason, "no PMU");
    assert_string_equal(counts_add(exact(1, 1), none).reason, "no PMU");
    struct counts simulated = counts_reading(1, 1, 1, COUNTS_SIMULATED);
    assert_int_equal(counts_add(exact(1, 1), simulated).source, SIM);
    assert_int_equal(counts_add(simulated, exact(1, 1)).source, SIM);
    assert_int_equal(counts_add(simulated, none).source, HW);
}

static void test_merge_of_core_types(void **state)
{
    (void)state;
    struct counts none = counts_missing(COUNTS_UNSUPPORTED, HW, "no such event");
    const struct {
        int line;
        struct counts a, b;
        uint64_t count, enabled_ns, running_ns;
        enum counts_state state;
    } rows[] = {
        {__LINE__, scaled(30, 10, 3), scaled(70, 10, 7), 100, 10, 10, COUNTS_EXACT},
        {__LINE__, exact(30, 10), scaled(0, 10, 0), 30, 10, 10, COUNTS_EXACT},
        {__LINE__, scaled(30, 10, 3), scaled(30, 10, 3), 60, 10, 6, COUNTS_SCALED},
        {__LINE__, scaled(0, 10, 0), scaled(0, 10, 0), 0, 10, 0, COUNTS_NOT_COUNTED},
        {__LINE__, scaled(30, 10, 4), scaled(70, 10, 7), 100, 10, 10, COUNTS_EXACT},
        {__LINE__, exact(30, 10), none, 30, 10, 10, COUNTS_EXACT},
        {__LINE__, scaled(30, 10, 5), none, 30, 10, 5, COUNTS_SCALED},
        {__LINE__, none, none, 0, 0, 0, COUNTS_UNSUPPORTED},
        /* A gap of 5 µs between the readings, one of 100 µs, and one of 2 %. */
        {__LINE__, scaled(3, 100000000, 40000000), scaled(7, 100000000, 59995000), 10, 100000000,
         100000000, COUNTS_EXACT},
        {__LINE__, scaled(3, 100000000, 40000000), scaled(7, 100000000, 59900000), 10, 100000000,
         99900000, COUNTS_SCALED},
        {__LINE__, scaled(3, 1000, 400), scaled(7, 1000, 580), 10, 1000, 980, COUNTS_SCALED},
        /* 2 ms went by between the two readings at one end: all on the one, and both visited. */
        {__LINE__, exact(3, 30000000), scaled(0, 32000000, 0), 3, 30000000, 30000000, COUNTS_EXACT},
        {__LINE__, scaled(3, 32000000, 20000000), scaled(7, 30000000, 10000000), 10, 30000000,
         30000000, COUNTS_EXACT},
        {__LINE__, scaled(3, 32000000, 20000000), scaled(7, 30000000, 12000000), 10, 30000000,
         30000000, COUNTS_EXACT},
        /* But not what others had of the counters, nor where the one was hardly looked at. */
        {__LINE__, scaled(3, 32000000, 20000000), scaled(7, 30000000, 9000000), 10, 30000000,
         29000000, COUNTS_SCALED},
        {__LINE__, scaled(3, 32000000, 8000000), exact(7, 10000000), 10, 32000000, 18000000,
         COUNTS_SCALED},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_counts(rows[i].line, counts_merge(rows[i].a, rows[i].b), rows[i].count,
                      rows[i].enabled_ns, rows[i].running_ns, rows[i].state);
        assert_counts(rows[i].line, counts_merge(rows[i].b, rows[i].a), rows[i].count,
                      rows[i].enabled_ns, rows[i].running_ns, rows[i].state);
    }
}

static void test_ratio(void **state)
{
    (void)state;
    double ratio = -1;
    assert_true(counts_ratio(exact(6, 1), exact(3, 1), &ratio));
    assert_true(ratio == 2);
    assert_true(counts_ratio(scaled(6, 2, 1), exact(3, 1), &ratio));
    assert_true(ratio == 4);
    assert_false(counts_ratio(exact(6, 1), exact(0, 1), &ratio));
    assert_false(counts_ratio(exact(6, 1), scaled(0, 1, 0), &ratio));
    assert_false(counts_ratio(scaled(0, 1, 0), exact(6, 1), &ratio));
    assert_true(ratio == 4);
}

/* xorshift64 (Marsaglia 2003): any sequence will do, the same one each time. */
static uint64_t random_bits(void)
{
    static uint64_t x = 88172645463325252ULL;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

/* Over random readings of all magnitudes: no state without its reason, no value without time, sums
 * commute and estimate as the parts do, subtraction never grows. */
static void test_properties(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct counts v[2];
        for (int k = 0; k < 2; k++) {
            uint64_t enabled = random_bits() >> (random_bits() % 64), running = enabled;
            if (random_bits() % 2 == 0)
                running = random_bits() >> (random_bits() % 64);
            v[k] = counts_reading(random_bits() >> (random_bits() % 64), enabled, running, HW);
            double share = counts_share(v[k]), estimate = -1;
            bool value = counts_estimate(v[k], &estimate);
            assert_true(value == (share > 0));
            assert_true(share <= 1);
            assert_true((v[k].reason == NULL) == (v[k].state == COUNTS_EXACT));
            if (value)
                assert_true(estimate >= (double)v[k].count * (1 - 0x1p-50) && isfinite(estimate));
            else
                assert_int_equal(v[k].count, 0);
        }
        struct counts sum = counts_add(v[0], v[1]), less = counts_subtract(v[0], v[1]);
        assert_int_equal(sum.state, v[0].state > v[1].state ? v[0].state : v[1].state);
        assert_int_equal(sum.count, counts_add(v[1], v[0]).count);
        assert_true(less.count <= v[0].count);
        assert_int_equal(less.state, v[0].state);
        struct counts same = counts_delta(v[1], v[1]);
        assert_int_equal(same.state, COUNTS_NOT_COUNTED);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(counts_state_name(COUNTS_EXACT), "exact");
    assert_string_equal(counts_state_name(COUNTS_SCALED), "scaled");
    assert_string_equal(counts_state_name(COUNTS_NOT_COUNTED), "not counted");
    assert_string_equal(counts_state_name(COUNTS_UNSUPPORTED), "unsupported");
    assert_string_equal(counts_source_name(COUNTS_HARDWARE), "hardware");
    assert_string_equal(counts_source_name(COUNTS_SOFTWARE), "software");
    assert_string_equal(counts_source_name(COUNTS_SIMULATED), "simulated");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delta),
        cmocka_unit_test(test_delta_of_what_is_missing),
        cmocka_unit_test(test_estimate_and_share),
        cmocka_unit_test(test_subtract),
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_merge_of_core_types),
        cmocka_unit_test(test_ratio),
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("counts", tests, NULL, NULL);
}
