#include "workers/value.h"
#include "workers/value_number.h"
#include "workers/value_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *value = json_loads(text, JSON_ALLOW_NUL, &error);
    if (value == NULL)
        fail_msg("%s: %s", text, error.text);
    return value;
}

static void test_values_and_their_text(void **state)
{
    (void)state;
    static const struct {
        const char *json, *type, *text;
    } rows[] = {
        {"[\"n\"]", "None", "None"},
        {"[\"b\",true]", "bool", "True"},
        {"[\"b\",false]", "bool", "False"},
        {"[\"i\",\"0\"]", "int", "0"},
        {"[\"i\",\"-123456789012345678901234567890\"]", "int", "-123456789012345678901234567890"},
        {"[\"f\",\"3ff0000000000000\"]", "float", "1.0"},
        {"[\"f\",\"8000000000000000\"]", "float", "-0.0"},
        {"[\"f\",\"437c162fc7e7a421\"]", "float", "1.264911011363067e+17"},
        {"[\"f\",\"7ff0000000000000\"]", "float", "inf"},
        {"[\"f\",\"fff8000000000000\"]", "float", "nan"},
        {"[\"c\",\"3ff0000000000000\",\"c000000000000000\"]", "complex", "(1-2j)"},
        {"[\"c\",\"0000000000000000\",\"4000000000000000\"]", "complex", "2j"},
        {"[\"c\",\"8000000000000000\",\"4000000000000000\"]", "complex", "(-0+2j)"},
        {"[\"c\",\"3ff8000000000000\",\"7ff8000000000000\"]", "complex", "(1.5+nanj)"},
        {"[\"s\",\"\"]", "str", "''"},
        {"[\"s\",\"it's\"]", "str", "\"it's\""},
        {"[\"s\",\"'\\\"\"]", "str", "'\\'\"'"},
        {"[\"s\",\"a\\u0000\\n\\t\\\\\"]", "str", "'a\\x00\\n\\t\\\\'"},
        {"[\"s\",\"\xc3\xa9\xc2\xa0\xe2\x82\xac\xf0\x9f\x98\x80\"]", "str",
         "'\xc3\xa9\\xa0\xe2\x82\xac\xf0\x9f\x98\x80'"},
        {"[\"s\",\"\xe2\x80\x8b\"]", "str", "'\\u200b'"},
        {"[\"u\",\"61eda08062\"]", "str", "'a\\ud800b'"},
        {"[\"y\",\"\"]", "bytes", "b''"},
        {"[\"y\",\"AGEn/w==\"]", "bytes", "b\"\\x00a'\\xff\""},
        {"[\"Y\",\"YQ==\"]", "bytearray", "bytearray(b'a')"},
        {"[\"t\"]", "tuple", "()"},
        {"[\"t\",[\"i\",\"1\"]]", "tuple", "(1,)"},
        {"[\"t\",[\"i\",\"1\"],[\"n\"]]", "tuple", "(1, None)"},
        {"[\"l\",[\"l\"],[\"t\"]]", "list", "[[], ()]"},
        {"[\"d\"]", "dict", "{}"},
        {"[\"d\",[[\"s\",\"k\"],[\"i\",\"1\"]],[[\"i\",\"2\"],[\"n\"]]]", "dict",
         "{'k': 1, 2: None}"},
        {"[\"S\"]", "set", "set()"},
        {"[\"S\",[\"i\",\"1\"],[\"i\",\"2\"]]", "set", "{1, 2}"},
        {"[\"F\"]", "frozenset", "frozenset()"},
        {"[\"F\",[\"i\",\"1\"]]", "frozenset", "frozenset({1})"},
        {"[\"a\",\"d\",\"AAAAAAAA8D8=\"]", "array", "array('d', [1.0])"},
        {"[\"a\",\"f\",\"zczMPQ==\"]", "array", "array('f', [0.10000000149011612])"},
        {"[\"a\",\"h\",\"/v8BAA==\"]", "array", "array('h', [-2, 1])"},
        {"[\"a\",\"H\",\"/v8BAA==\"]", "array", "array('H', [65534, 1])"},
        {"[\"a\",\"Q\",\"//////////8=\"]", "array", "array('Q', [18446744073709551615])"},
        {"[\"a\",\"b\",\"\"]", "array", "array('b')"},
        {"[\"o\",\"decimal.Decimal\",\"Decimal('1')\"]", "decimal.Decimal", "Decimal('1')"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *value = parse(rows[i].json);
        struct status st = STATUS_INIT;
        if (!value_check(value, &st))
            fail_msg("%s: %s", rows[i].json, st.message);
        char text[VALUE_TEXT_SIZE(80)];
        size_t length = value_text(value, 80, text);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(length, strlen(text));
        assert_string_equal(value_type_name(value), rows[i].type);
        json_decref(value);
    }
}

static void test_what_is_no_value(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{}",
        "[]",
        "[1]",
        "[[\"n\"]]",
        "[\"x\"]",
        "[\"nn\"]",
        "[\"\"]",
        "[\"n\",1]",
        "[\"b\"]",
        "[\"b\",1]",
        "[\"b\",true,true]",
        "[\"i\"]",
        "[\"i\",1]",
        "[\"i\",\"\"]",
        "[\"i\",\"-\"]",
        "[\"i\",\"-0\"]",
        "[\"i\",\"01\"]",
        "[\"i\",\"+1\"]",
        "[\"i\",\"1.0\"]",
        "[\"i\",\"0x1\"]",
        "[\"i\",\"1\\u0000\"]",
        "[\"f\",1.0]",
        "[\"f\",\"3ff\"]",
        "[\"f\",\"3FF0000000000000\"]",
        "[\"f\",\"3ff00000000000000\"]",
        "[\"f\",\"3ff000000000000g\"]",
        "[\"c\",\"3ff0000000000000\"]",
        "[\"s\"]",
        "[\"s\",1]",
        "[\"u\",\"abc\"]",
        "[\"u\",\"ff\"]",
        "[\"u\",\"eda0\"]",
        "[\"u\",\"eda07f\"]",
        "[\"u\",\"c080\"]",
        "[\"u\",\"zz\"]",
        "[\"y\",\"A\"]",
        "[\"y\",\"AA=\"]",
        "[\"y\",\"AB==\"]",
        "[\"y\",null]",
        "[\"t\",1]",
        "[\"l\",[\"l\",[\"q\"]]]",
        "[\"d\",[\"i\",\"1\"]]",
        "[\"d\",[[\"n\"]]]",
        "[\"d\",[[\"n\"],[\"n\"],[\"n\"]]]",
        "[\"d\",[[\"n\"],5]]",
        "[\"a\",\"d\"]",
        "[\"a\",\"z\",\"\"]",
        "[\"a\",\"dd\",\"\"]",
        "[\"a\",\"d\",\"AAAA\"]",
        "[\"a\",5,\"AAAA\"]",
        "[\"o\",\"x\"]",
        "[\"o\",1,\"x\"]",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *value = parse(rows[i]);
        struct status st = STATUS_INIT;
        if (value_check(value, &st))
            fail_msg("%s is taken for a value", rows[i]);
        assert_int_equal(st.code, STATUS_DATA);
        assert_true(st.message[0] != '\0');
        json_decref(value);
    }
    struct status st = STATUS_INIT;
    json_t *list = parse("[[\"n\"],[\"i\",\"x\"]]");
    assert_false(value_check_list(list, &st));
    assert_string_equal(st.message, "the result of task 1: a malformed value of type 'i' (int)");
    json_decref(list);
    assert_false(value_check_list(NULL, &st));
}

/* What Python 3.11 prints for repr() of these. */
static void test_floats_as_python_writes_them(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *text;
    } rows[] = {
        {0.0, "0.0"},
        {1.0, "1.0"},
        {-1.5, "-1.5"},
        {100.0, "100.0"},
        {0.1, "0.1"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},
        {123456789012345680.0, "1.2345678901234568e+17"},
        {9999999999999998.0, "9999999999999998.0"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {0.00012345, "0.00012345"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e22, "1e+22"},
        {1e23, "1e+23"},
        {1e100, "1e+100"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {2.225073858507201e-308, "2.225073858507201e-308"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {0x1p-44, "5.684341886080802e-14"},
        {0x1p-1022, "2.2250738585072014e-308"},
        {0x1p+89, "6.189700196426902e+26"},
        {436761786922.2004, "436761786922.2004"},
        {9007199254740993.0, "9007199254740992.0"},
        {-1e-7, "-1e-07"},
        {12345.678, "12345.678"},
        {HUGE_VAL, "inf"},
        {-HUGE_VAL, "-inf"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[VALUE_FLOAT_TEXT];
        value_float_text(rows[i].number, text);
        assert_string_equal(text, rows[i].text);
    }
}

static uint64_t random_bits(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void test_every_float_reads_back(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = i < 2047 ? (uint64_t)i << 52 : random_bits(&seed); /* powers of two first */
        double number;
        memcpy(&number, &bits, sizeof number);
        char text[VALUE_FLOAT_TEXT];
        value_float_text(number, text);
        double back = strtod(text, NULL);
        if (memcmp(&back, &number, sizeof back) != 0 && !isnan(number))
            fail_msg("%a became %s", number, text);
        assert_true(strlen(text) < VALUE_FLOAT_TEXT - 6);
    }
}

static void test_long_text_is_cut(void **state)
{
    (void)state;
    json_t *value = parse("[\"s\",\"abcdefghij\"]");
    char text[VALUE_TEXT_SIZE(12)];
    value_text(value, 12, text);
    assert_string_equal(text, "'abcdefghij'");
    value_text(value, 11, text);
    assert_string_equal(text, "'abcdefghi\xe2\x80\xa6");
    value_text(value, 2, text);
    assert_string_equal(text, "'\xe2\x80\xa6");
    value_text(value, 1, text);
    assert_string_equal(text, "\xe2\x80\xa6");
    json_decref(value);
    value = parse("[\"s\",\"\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\"]"); /* three euro signs */
    value_text(value, 3, text);
    assert_string_equal(text, "'\xe2\x82\xac\xe2\x80\xa6");
    json_decref(value);
}

static void test_accessors(void **state)
{
    (void)state;
    json_t *value = parse("[\"d\",[[\"s\",\"k\"],[\"u\",\"eda080\"]]]");
    size_t size = 0;
    assert_int_equal(value_length(value), 1);
    assert_string_equal(value_chars(value_key(value, 0), &size), "k");
    unsigned char *data = value_bytes(value_entry(value, 0), &size);
    assert_int_equal(size, 3);
    assert_memory_equal(data, "\xed\xa0\x80", 3);
    free(data);
    json_decref(value);
    value = parse("[\"t\",[\"f\",\"3ff0000000000001\"]]");
    assert_true(value_float_bits(value_item(value, 0), 0) == 0x3ff0000000000001u);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_their_text),
        cmocka_unit_test(test_what_is_no_value),
        cmocka_unit_test(test_floats_as_python_writes_them),
        cmocka_unit_test(test_every_float_reads_back),
        cmocka_unit_test(test_long_text_is_cut),
        cmocka_unit_test(test_accessors),
    };
    return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
