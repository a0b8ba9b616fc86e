#include "base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_distance(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } rows[] = {
        {"", "", 0},
        {"", "abc", 3},
        {"cycles", "cycles", 0},
        {"CYCLES", "cycles", 0},
        {"page_faults", "PAGE-FAULTS", 0},
        {"instructons", "instructions", 1},    /* one left out */
        {"cyccles", "cycles", 1},              /* one too many */
        {"cyclas", "cycles", 1},               /* one wrong */
        {"brnach-misses", "branch-misses", 1}, /* two swapped */
        {"ca", "abc", 3},                      /* restricted: no edit inside a swap */
        {"kitten", "sitting", 3},
        {"abcdef", "badcfe", 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(nearest_distance(rows[i].a, rows[i].b), rows[i].distance);
        assert_int_equal(nearest_distance(rows[i].b, rows[i].a), rows[i].distance);
    }
}

static void test_long_names_are_infinitely_far(void **state)
{
    (void)state;
    char longest[NEAREST_NAME_SIZE];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(nearest_distance(longest, ""), sizeof longest - 1);
    char too_long[NEAREST_NAME_SIZE + 1];
    memset(too_long, 'x', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    assert_true(nearest_distance(too_long, "x") == SIZE_MAX);
    assert_true(nearest_distance("x", too_long) == SIZE_MAX);
}

static void test_search(void **state)
{
    (void)state;
    static const char *const names[] = {"cache-misses", "branch-misses", "branches"};
    struct nearest nearest;
    nearest_start(&nearest, "brnaches");
    assert_false(nearest_found(&nearest));
    for (size_t i = 0; i < 3; i++)
        nearest_offer(&nearest, names[i]);
    assert_true(nearest_found(&nearest));
    assert_string_equal(nearest.name, "branches");

    nearest_start(&nearest, "nothing-like-it");
    for (size_t i = 0; i < 3; i++)
        nearest_offer(&nearest, names[i]);
    assert_false(nearest_found(&nearest));
}

static void test_equal_and_contains(void **state)
{
    (void)state;
    assert_true(nearest_equal("L1_dcache", "l1-DCACHE"));
    assert_false(nearest_equal("l1", "l1-d"));
    assert_false(nearest_equal("l1-d", "l1"));
    assert_true(nearest_contains("page-faults", "FAULT"));
    assert_true(nearest_contains("page-faults", "e_f"));
    assert_true(nearest_contains("page-faults", ""));
    assert_true(nearest_contains("aab", "ab"));
    assert_false(nearest_contains("page-faults", "faultss"));
    assert_false(nearest_contains("", "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_long_names_are_infinitely_far),
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_equal_and_contains),
    };
    return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
