#include "base/json_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct json_text text_of(const char *text)
{
    return (struct json_text){text, strlen(text)};
}

/* The members as "key=value;…", "!" behind them when damaged. */
static void scan_all(struct json_text text, char *out, size_t room)
{
    struct json_text key, value;
    struct json_scan scan = json_scan_open(text);
    out[0] = '\0';
    while (json_scan_member(&scan, &key, &value)) {
        size_t used = strlen(out);
        snprintf(out + used, room - used, "%.*s=%.*s;", (int)key.size, key.text, (int)value.size,
                 value.text);
    }
    if (scan.damaged)
        strncat(out, "!", room - strlen(out) - 1);
}

static void test_members(void **state)
{
    static const char *const rows[][2] = {
        {"{}", ""},
        {" { } ", ""},
        {"{\"a\":1,\"b\":-2.5e3}", "a=1;b=-2.5e3;"},
        {"{ \"a\" : \"x,}\\\"y\" , \"b\" : null }", "a=\"x,}\\\"y\";b=null;"},
        {"{\"a\":{\"b\":[1,\"]}\",{}]},\"c\":true}", "a={\"b\":[1,\"]}\",{}]};c=true;"},
        {"", "!"},
        {"7", "!"},
        {"{", "!"},
        {"{\"a\"", "!"},
        {"{\"a\":", "!"},
        {"{\"a\":,", "!"},
        {"{\"a\":\"b", "!"},
        {"{\"a\":\"b\\", "!"},
        {"{\"a\":[1,2", "!"},
        {"{a:1}", "!"},
        {"{\"a\":1", "a=1;!"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[128];
        scan_all(text_of(rows[i][0]), out, sizeof out);
        assert_string_equal(out, rows[i][1]);
    }
}

/* Each beginning of a document, in memory of just that size: nothing behind it is read. */
static void test_cut_anywhere(void **state)
{
    static const char whole[] = "{\"a\":[{\"b\":\"c\\\"\"}],\"d\":12}";
    (void)state;
    for (size_t size = 0; size < sizeof whole - 1; size++) {
        char out[128], *copy = malloc(size + 1);
        assert_non_null(copy);
        memcpy(copy + 1, whole, size);
        scan_all((struct json_text){copy + 1, size}, out, sizeof out);
        assert_int_equal(out[strlen(out) - 1], '!');
        free(copy);
    }
}

static void test_items_and_numbers(void **state)
{
    struct json_text value;
    int64_t integer = 0;
    double real = 0;
    (void)state;
    struct json_scan scan = json_scan_open(text_of("[12, -900719925474099312, 1.5, \"x\"]"));
    assert_true(json_scan_item(&scan, &value) && json_text_integer(value, &integer));
    assert_int_equal(integer, 12);
    assert_true(json_scan_item(&scan, &value) && json_text_integer(value, &integer));
    assert_int_equal(integer, -900719925474099312);
    assert_true(json_scan_item(&scan, &value) && !json_text_integer(value, &integer));
    assert_true(json_text_number(value, &real) && real == 1.5);
    assert_true(json_scan_item(&scan, &value) && !json_text_number(value, &real));
    assert_true(json_text_is(value, "\"x\""));
    assert_false(json_scan_item(&scan, &value));
    assert_false(scan.damaged);
    assert_false(json_text_integer(text_of("-"), &integer));
    assert_false(json_text_integer((struct json_text){NULL, 0}, &integer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_items_and_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
