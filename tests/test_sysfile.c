#include "machine/sysfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof *(rows))

static void test_ranges(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *list, *expected;
    } rows[] = {
        {__LINE__, "", ""},
        {__LINE__, "0", "0-0 "},
        {__LINE__, "0-3,8\n", "0-3 8-8 "},
        {__LINE__, "0-1, 4-5", "0-1 4-5 "},
        {__LINE__, "0,7-3,9", "0-0 "}, /* damaged from here on */
        {__LINE__, "0,x", "0-0 "},
        {__LINE__, "1-", ""},
        {__LINE__, "-1", ""},
        {__LINE__, "99999999999999999999", ""},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char got[64] = "";
        const char *list = rows[i].list;
        int first = 0, last = 0;
        while (sysfile_next_range(&list, &first, &last))
            snprintf(got + strlen(got), sizeof got - strlen(got), "%d-%d ", first, last);
        if (strcmp(got, rows[i].expected) != 0)
            fail_msg("row of line %d: %s", rows[i].line, got);
    }
}

static void test_fields(void **state)
{
    (void)state;
    static const char whole[] = "MemTotal:  12 kB\nMemory: 1\nCapEff:\t00000000000000ff\n"
                                "model name\t: An example: 2.0\nempty:\nmodel\t\t: 9";
    static const struct {
        int line;
        const char *key, *expected;
    } rows[] = {
        {__LINE__, "MemTotal", "12 kB"}, {__LINE__, "Mem", ""},
        {__LINE__, "model", "9"},        {__LINE__, "model name", "An example: 2.0"},
        {__LINE__, "empty", ""},         {__LINE__, "absent", ""},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char got[64];
        bool found = sysfile_field(whole, rows[i].key, got, sizeof got);
        /* "model" is also how a longer key starts: the colon decides. */
        if (strcmp(got, rows[i].expected) != 0 || found != (rows[i].expected[0] != '\0'))
            fail_msg("row of line %d: %s", rows[i].line, got);
    }
    assert_int_equal(sysfile_field_integer(whole, "CapEff", 16), 255);
    assert_int_equal(sysfile_field_integer(whole, "MemTotal", 10), 12);
    assert_true(sysfile_field_integer(whole, "absent", 10) == SYSFILE_UNKNOWN);
    assert_true(sysfile_field_integer(whole, "model name", 10) == SYSFILE_UNKNOWN);
    char small[4];
    assert_true(sysfile_field(whole, "model name", small, sizeof small));
    assert_string_equal(small, "An"); /* cut, and trimmed */
}

static void test_files(void **state)
{
    (void)state;
    char text[64];
    assert_true(sysfile_text("", text, sizeof text, "/proc/%s/comm", "self"));
    assert_string_equal(text, "test_sysfile");
    assert_true(sysfile_text("/proc", text, 3, "/self/comm"));
    assert_string_equal(text, "te");
    assert_false(sysfile_text("", text, sizeof text, "/nowhere"));
    assert_string_equal(text, "");
    assert_true(sysfile_integer("", "/nowhere") == SYSFILE_UNKNOWN);
    assert_true(sysfile_integer("", "/proc/self/comm") == SYSFILE_UNKNOWN);
    assert_true(sysfile_integer("", "/proc/sys/kernel/pid_max") > 0);
    assert_true(sysfile_exists("/proc", "/self"));
    assert_false(sysfile_exists("", "/nowhere"));
    assert_null(sysfile_whole("", "/nowhere"));
    assert_null(sysfile_whole("", "/proc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests_name("sysfile", tests, NULL, NULL);
}
