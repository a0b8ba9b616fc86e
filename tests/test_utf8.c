#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
    int line;
    const char *text;
    size_t length, valid;
} rows[] = {
    {__LINE__, "", 0, 0},
    {__LINE__, "abc", 3, 3},
    {__LINE__, "a\0b", 3, 3},
    {__LINE__, "\xC2\x80\xDF\xBF", 4, 4},
    {__LINE__, "\xE2\x82\xAC", 3, 3},
    {__LINE__, "\xED\x9F\xBF\xEE\x80\x80", 6, 6},
    {__LINE__, "\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF", 8, 8},
    {__LINE__, "a\x80", 2, 1},            /* a continuation alone */
    {__LINE__, "a\xC0\x80", 3, 1},        /* overlong NUL */
    {__LINE__, "\xC1\xBF", 2, 0},         /* overlong */
    {__LINE__, "\xE0\x9F\xBF", 3, 0},     /* overlong */
    {__LINE__, "\xF0\x8F\xBF\xBF", 4, 0}, /* overlong */
    {__LINE__, "ab\xED\xA0\x80", 5, 2},   /* surrogate */
    {__LINE__, "\xF4\x90\x80\x80", 4, 0}, /* past U+10FFFF */
    {__LINE__, "\xF5\x80\x80\x80", 4, 0},
    {__LINE__, "ab\xE2\x82", 4, 2}, /* cut off */
    {__LINE__, "\xE2\x82\x41", 3, 0},
    {__LINE__, "\xFF", 1, 0},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t valid = utf8_valid_bytes(rows[i].text, rows[i].length);
        if (valid != rows[i].valid)
            fail_msg("row of line %d: %zu, expected %zu", rows[i].line, valid, rows[i].valid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
