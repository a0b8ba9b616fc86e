#include "workers/value_compare.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define I VALUE_IDENTICAL
#define W VALUE_WITHIN
#define D VALUE_DIFFERENT

#define EXACT                                                                                      \
    {                                                                                              \
        0, 0, 0                                                                                    \
    }
#define ULP(n)                                                                                     \
    {                                                                                              \
        n, 0, 0                                                                                    \
    }
#define RELATIVE(x)                                                                                \
    {                                                                                              \
        0, x, 0                                                                                    \
    }
#define ABSOLUTE(x)                                                                                \
    {                                                                                              \
        0, 0, x                                                                                    \
    }
#define ONE        "[\"f\",\"3ff0000000000000\"]"
#define ONE_UP     "[\"f\",\"3ff0000000000001\"]"
#define ONE_UP2    "[\"f\",\"3ff0000000000002\"]"
#define ZERO       "[\"f\",\"0000000000000000\"]"
#define MINUS_ZERO "[\"f\",\"8000000000000000\"]"
#define TINY       "[\"f\",\"0000000000000001\"]"
#define MINUS_TINY "[\"f\",\"8000000000000001\"]"
#define NAN_A      "[\"f\",\"7ff8000000000000\"]"
#define NAN_B      "[\"f\",\"fff8000000000001\"]"
#define INF        "[\"f\",\"7ff0000000000000\"]"
#define MINUS_INF  "[\"f\",\"fff0000000000000\"]"
#define MAX        "[\"f\",\"7fefffffffffffff\"]"
#define INT(n)     "[\"i\",\"" #n "\"]"
#define STR(s)     "[\"s\",\"" #s "\"]"

static const struct row {
    const char *expected, *got; /* one result each */
    struct value_tolerance tolerance;
    enum value_outcome outcome;
    const char *path, *reason; /* reason: a part of it */
} rows[] = {
    /* floats */
    {ONE, ONE, EXACT, I, "", ""},
    {ONE, ONE_UP, EXACT, D, "", "differs by 1 ulp, a relative error of 2.2e-16"},
    {ONE, ONE_UP, ULP(1), W, "", "1 ulp"},
    {ONE, ONE_UP2, ULP(1), D, "", "2 ulp"},
    {ONE, ONE_UP2, ULP(2), W, "", "2 ulp"},
    {ONE, ONE_UP2, RELATIVE(1e-15), W, "", "4.4e-16"},
    {ONE, ONE_UP2, RELATIVE(1e-16), D, "", "4.4e-16"},
    {ONE, ONE_UP2, ABSOLUTE(1e-15), W, "", ""},
    {ONE, ONE_UP2, ABSOLUTE(1e-17), D, "", ""},
    {ZERO, MINUS_ZERO, EXACT, W, "", "the sign of zero differs"},
    {ZERO, MINUS_ZERO, ULP(5), W, "", "the sign of zero differs"},
    {TINY, MINUS_TINY, ULP(1), D, "", "2 ulp"},
    {TINY, MINUS_TINY, ULP(2), W, "", "2 ulp"},
    {ZERO, TINY, RELATIVE(0.5), D, "", "1 ulp, a relative error of inf"},
    {ZERO, TINY, ABSOLUTE(1e-300), W, "", ""},
    {NAN_A, NAN_A, EXACT, I, "", ""},
    {NAN_A, NAN_B, EXACT, I, "", ""},
    {NAN_A, ONE, RELATIVE(1e9), D, "", "a number where nan is expected"},
    {ONE, NAN_A, RELATIVE(1e9), D, "", "nan where a number is expected"},
    {INF, INF, EXACT, I, "", ""},
    {INF, MINUS_INF, RELATIVE(1e9), D, "", "infinite where another infinity is expected"},
    {MAX, INF, ULP(1), D, "", "infinite where a finite number is expected"},
    {INF, MAX, ULP(1), D, "", "finite where an infinite number is expected"},
    {"[\"f\",\"437c162fc7e7a421\"]", "[\"f\",\"436684000f4be7d8\"]", RELATIVE(0.01), D, "",
     "a relative error of 0.6"},
    /* types */
    {INT(1), ONE, RELATIVE(1), D, "", "float where int is expected"},
    {ONE, INT(1), RELATIVE(1), D, "", "int where float is expected"},
    {"[\"b\",true]", INT(1), EXACT, D, "", "int where bool is expected"},
    {"[\"n\"]", INT(0), EXACT, D, "", "int where None is expected"},
    {"[\"t\",[\"n\"]]", "[\"l\",[\"n\"]]", EXACT, D, "", "list where tuple is expected"},
    {STR(a), "[\"y\",\"YQ==\"]", EXACT, D, "", "bytes where str is expected"},
    {"[\"y\",\"YQ==\"]", "[\"Y\",\"YQ==\"]", EXACT, D, "", "bytearray where bytes is expected"},
    {"[\"S\"]", "[\"F\"]", EXACT, D, "", "frozenset where set is expected"},
    {"[\"o\",\"a.A\",\"x\"]", "[\"o\",\"b.B\",\"x\"]", EXACT, D, "", "b.B where a.A is expected"},
    {"[\"o\",\"a.A\",\"x\"]", ONE, EXACT, D, "", "float where a.A is expected"},
    /* plain ones */
    {"[\"n\"]", "[\"n\"]", EXACT, I, "", ""},
    {"[\"b\",true]", "[\"b\",true]", EXACT, I, "", ""},
    {"[\"b\",true]", "[\"b\",false]", EXACT, D, "", "the opposite"},
    {INT(12345678901234567890123), INT(12345678901234567890123), EXACT, I, "", ""},
    {INT(12345678901234567890123), INT(12345678901234567890124), RELATIVE(1), D, "",
     "another integer"},
    {STR(abc), STR(abc), EXACT, I, "", ""},
    {STR(abc), STR(abd), EXACT, D, "", "from character 2 on"},
    {STR(abc), STR(ab), EXACT, D, "", "from character 2 on"},
    {STR(\xc3\xa9x), STR(\xc3\xa9y), EXACT, D, "", "from character 1 on"},
    {STR(a), "[\"u\",\"eda080\"]", EXACT, D, "", "another text"},
    {"[\"u\",\"eda080\"]", "[\"u\",\"eda080\"]", EXACT, I, "", ""},
    {"[\"y\",\"YWI=\"]", "[\"y\",\"YWM=\"]", EXACT, D, "", "from byte 1 on"},
    {"[\"y\",\"YWI=\"]", "[\"y\",\"YWI=\"]", EXACT, I, "", ""},
    {"[\"o\",\"a.A\",\"x\"]", "[\"o\",\"a.A\",\"y\"]", EXACT, D, "", "other content"},
    {"[\"o\",\"a.A\",\"x\"]", "[\"o\",\"a.A\",\"x\"]", EXACT, I, "", ""},
    {"[\"c\",\"3ff0000000000000\",\"0000000000000000\"]",
     "[\"c\",\"3ff0000000000000\",\"3ff0000000000000\"]", EXACT, D, ".imag", "ulp"},
    {"[\"c\",\"3ff0000000000001\",\"0000000000000000\"]",
     "[\"c\",\"3ff0000000000000\",\"8000000000000000\"]", ULP(1), W, ".real", "1 ulp"},
    /* containers */
    {"[\"l\"]", "[\"l\"]", EXACT, I, "", ""},
    {"[\"l\"," INT(1) "]", "[\"l\"," INT(1) "," INT(2) "]", EXACT, D, "",
     "2 items where 1 is expected"},
    {"[\"l\"," INT(1) "," INT(2) "]", "[\"l\"," INT(1) "," INT(3) "]", EXACT, D, "[1]",
     "another integer"},
    {"[\"l\"," ONE "," INT(2) "]", "[\"l\"," ONE_UP "," INT(3) "]", ULP(1), D, "[1]",
     "another integer"},
    {"[\"t\"," ONE "]", "[\"t\"," ONE_UP "]", ULP(1), W, "[0]", "1 ulp"},
    {"[\"d\",[" STR(x) ",[\"l\"," INT(0) "," INT(1) "]]]",
     "[\"d\",[" STR(x) ",[\"l\"," INT(0) "," INT(7) "]]]", EXACT, D, "['x'][1]", "another integer"},
    {"[\"d\",[" STR(x) "," INT(0) "],[" STR(y) "," INT(1) "]]",
     "[\"d\",[" STR(y) "," INT(1) "],[" STR(x) "," INT(0) "]]", EXACT, W, "",
     "the same entries in another order"},
    {"[\"d\",[" STR(x) "," INT(0) "],[" STR(y) "," INT(1) "]]",
     "[\"d\",[" STR(y) "," INT(1) "],[" STR(x) "," INT(5) "]]", EXACT, D, "['x']",
     "another integer"},
    {"[\"d\",[" STR(x) "," INT(0) "]]", "[\"d\"]", EXACT, D, "", "the key 'x' is missing"},
    {"[\"d\"]", "[\"d\",[" STR(x) "," INT(0) "]]", EXACT, D, "", "the key 'x' is not expected"},
    {"[\"d\",[" INT(1) "," INT(0) "]]", "[\"d\",[" ONE "," INT(0) "]]", EXACT, D, "",
     "the key 1 is missing, the key 1.0 is not expected"},
    {"[\"S\"," INT(1) "," INT(2) "]", "[\"S\"," INT(1) "," INT(2) "]", EXACT, I, "", ""},
    {"[\"S\"," INT(1) "," INT(2) "]", "[\"S\"," INT(2) "," INT(1) "]", EXACT, I, "", ""},
    {"[\"S\"," INT(1) "," INT(2) "]", "[\"S\"," INT(1) "," INT(3) "]", EXACT, D, "",
     "2 is missing, 3 is not expected"},
    {"[\"F\"," INT(1) "]", "[\"F\"," INT(1) "," INT(3) "]", EXACT, D, "", "3 is not expected"},
    {"[\"S\"," STR(\xc3\xa9) "]", "[\"S\",[\"s\",\"\\u00e9\"]]", EXACT, I, "", ""},
    /* flat arrays: 1.0 2.0; 1.0 and the next after 2.0 */
    {"[\"a\",\"d\",\"AAAAAAAA8D8AAAAAAAAAQA==\"]", "[\"a\",\"d\",\"AAAAAAAA8D8AAAAAAAAAQA==\"]",
     EXACT, I, "", ""},
    {"[\"a\",\"d\",\"AAAAAAAA8D8AAAAAAAAAQA==\"]", "[\"a\",\"d\",\"AAAAAAAA8D8BAAAAAAAAQA==\"]",
     EXACT, D, "[1]", "1 ulp"},
    {"[\"a\",\"d\",\"AAAAAAAA8D8AAAAAAAAAQA==\"]", "[\"a\",\"d\",\"AAAAAAAA8D8BAAAAAAAAQA==\"]",
     ULP(1), W, "[1]", "1 ulp"},
    {"[\"a\",\"d\",\"AAAAAAAA8D8AAAAAAAAAQA==\"]", "[\"a\",\"d\",\"AAAAAAAA8D8=\"]", EXACT, D, "",
     "an array of 1 elements where 2 are expected"},
    {"[\"a\",\"f\",\"AACAPw==\"]", "[\"a\",\"f\",\"AQCAPw==\"]", ULP(1), W, "[0]",
     "1 ulp, a relative error of 1.2e-07"},
    {"[\"a\",\"i\",\"AQAAAA==\"]", "[\"a\",\"i\",\"AgAAAA==\"]", ULP(9), D, "[0]",
     "another integer"},
    {"[\"a\",\"i\",\"AQAAAA==\"]", "[\"a\",\"I\",\"AQAAAA==\"]", EXACT, D, "",
     "an array of 'I' where one of 'i' is expected"},
};

static json_t *results(const char *first, const char *second)
{
    json_t *list = json_array();
    const char *texts[] = {first, second};
    for (size_t i = 0; i < 2 && texts[i] != NULL; i++) {
        json_error_t error;
        json_t *value = json_loads(texts[i], JSON_ALLOW_NUL, &error);
        if (value == NULL)
            fail_msg("%s: %s", texts[i], error.text);
        json_array_append_new(list, value);
    }
    struct status st = STATUS_INIT;
    if (!value_check_list(list, &st))
        fail_msg("%s: %s", first, st.message);
    return list;
}

static struct value_comparison compare(json_t *expected, json_t *got,
                                       struct value_tolerance tolerance)
{
    struct value_comparison comparison;
    struct status st = STATUS_INIT;
    assert_true(value_compare(expected, got, tolerance, &comparison, &st));
    json_decref(expected);
    json_decref(got);
    return comparison;
}

static void test_table(void **state)
{
    (void)state;
    assert_true(sizeof rows / sizeof *rows >= 60);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        struct value_comparison comparison =
            compare(results(row->expected, NULL), results(row->got, NULL), row->tolerance);
        if (comparison.outcome != row->outcome || strcmp(comparison.path, row->path) != 0 ||
            strstr(comparison.reason, row->reason) == NULL)
            fail_msg("row %zu, %s and %s: %s at '%s': %s", i, row->expected, row->got,
                     value_outcome_name(comparison.outcome), comparison.path, comparison.reason);
        assert_int_equal(comparison.tasks, 1);
        assert_int_equal(comparison.different, row->outcome == D);
        assert_int_equal(comparison.within, row->outcome == W);
        assert_true((comparison.expected[0] != '\0') == (row->outcome != I));
    }
}

static void test_the_worst_task_is_told(void **state)
{
    (void)state;
    struct value_comparison comparison =
        compare(results(ONE, INT(3)), results(ONE_UP, INT(4)), (struct value_tolerance)ULP(1));
    assert_int_equal(comparison.outcome, VALUE_DIFFERENT);
    assert_int_equal(comparison.task, 1);
    assert_int_equal(comparison.within, 1);
    assert_int_equal(comparison.different, 1);
    assert_string_equal(comparison.expected, "3");
    assert_string_equal(comparison.got, "4");
    assert_true(comparison.has_float);
    assert_int_equal(comparison.ulp, 1);
    assert_true(comparison.relative > 2e-16 && comparison.relative < 3e-16);
}

static void test_the_first_of_equals_is_told(void **state)
{
    (void)state;
    struct value_comparison comparison =
        compare(results(ONE, ONE), results(ONE_UP, ONE_UP2), (struct value_tolerance)EXACT);
    assert_int_equal(comparison.task, 0);
    assert_string_equal(comparison.got, "1.0000000000000002");
    assert_int_equal(comparison.different, 2);
    assert_int_equal(comparison.ulp, 2); /* the largest is of task 1 */
}

static void test_missing_and_extra_results(void **state)
{
    (void)state;
    struct value_comparison comparison =
        compare(results(ONE, ONE), results(ONE, NULL), (struct value_tolerance)EXACT);
    assert_int_equal(comparison.outcome, VALUE_DIFFERENT);
    assert_int_equal(comparison.task, 1);
    assert_int_equal(comparison.tasks, 2);
    assert_string_equal(comparison.reason, "there is no result");
    assert_string_equal(comparison.got, "");
    comparison = compare(results(ONE, NULL), results(ONE, ONE), (struct value_tolerance)EXACT);
    assert_string_equal(comparison.reason, "there is a result where none is expected");
    comparison = compare(json_array(), json_array(), (struct value_tolerance)EXACT);
    assert_int_equal(comparison.outcome, VALUE_IDENTICAL);
    assert_false(comparison.has_float);
}

static void test_distances(void **state)
{
    (void)state;
    assert_int_equal(value_ulp_distance(1.0, nextafter(1.0, 2.0)), 1);
    assert_int_equal(value_ulp_distance(0.0, -0.0), 0);
    assert_int_equal(value_ulp_distance(0x1p-1074, -0x1p-1074), 2);
    assert_true(value_ulp_distance(-HUGE_VAL, HUGE_VAL) == 2 * 0x7ff0000000000000u);
    assert_int_equal(value_ulp_distance_float(1.0f, nextafterf(1.0f, 0.0f)), 1);
    assert_int_equal(value_ulp_distance_float(0.0f, -0.0f), 0);
    assert_int_equal(value_ulp_distance_float(-1.0f, 1.0f), 2 * 0x3f800000);
}

static void test_long_paths_and_texts_are_cut(void **state)
{
    (void)state;
    json_t *expected = json_pack("[ss]", "i", "1"), *got = json_pack("[ss]", "i", "2");
    for (int i = 0; i < 500; i++) {
        expected = json_pack("[so]", "l", expected);
        got = json_pack("[so]", "l", got);
    }
    struct value_comparison comparison =
        compare(json_pack("[o]", expected), json_pack("[o]", got), (struct value_tolerance)EXACT);
    assert_int_equal(comparison.outcome, VALUE_DIFFERENT);
    assert_memory_equal(comparison.path, "[0][0][0]", 9);
    assert_string_equal(comparison.got, "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_the_worst_task_is_told),
        cmocka_unit_test(test_the_first_of_equals_is_told),
        cmocka_unit_test(test_missing_and_extra_results),
        cmocka_unit_test(test_distances),
        cmocka_unit_test(test_long_paths_and_texts_are_cut),
    };
    return cmocka_run_group_tests_name("value_compare", tests, NULL, NULL);
}
