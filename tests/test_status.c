#include "base/status.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_fail_formats_and_returns_false(void **state)
{
    (void)state;
    struct status st = STATUS_INIT;
    assert_false(status_fail(&st, STATUS_USAGE, "%d is not %s", 7, "even"));
    assert_int_equal(st.code, STATUS_USAGE);
    assert_string_equal(st.message, "7 is not even");
}

static void test_errno_is_kept_and_explained(void **state)
{
    (void)state;
    struct status st = STATUS_INIT;
    assert_false(status_fail_errno(&st, ENOENT, "cannot open %s", "x"));
    assert_int_equal(st.code, STATUS_SYSTEM);
    assert_int_equal(st.sys_errno, ENOENT);
    assert_string_equal(st.message, "cannot open x: No such file or directory");
    status_fail_errno(&st, ENOMEM, "fork");
    assert_int_equal(st.code, STATUS_MEMORY);
}

static void test_long_messages_are_cut(void **state)
{
    (void)state;
    struct status st = STATUS_INIT;
    char text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    status_fail(&st, STATUS_DATA, "%s", text);
    assert_int_equal(strlen(st.message), sizeof st.message - 1);
    status_prefix(&st, "context %d", 1);
    assert_memory_equal(st.message, "context 1: xxx", 14);
    status_fail_errno(&st, EIO, "%s", text);
    assert_int_equal(strlen(st.message), sizeof st.message - 1);
}

static void test_foreign_text_cannot_steer_a_terminal(void **state)
{
    (void)state;
    struct status st = STATUS_INIT;
    status_fail(&st, STATUS_DATA, "near '%s'\n\tat é", "\x1b[2J\r!\x7f");
    assert_string_equal(st.message, "near '?[2J?!?'\n\tat é");
    status_prefix(&st, "\a%s", "x");
    assert_string_equal(st.message, "?x: near '?[2J?!?'\n\tat é");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail_formats_and_returns_false),
        cmocka_unit_test(test_errno_is_kept_and_explained),
        cmocka_unit_test(test_long_messages_are_cut),
        cmocka_unit_test(test_foreign_text_cannot_steer_a_terminal),
    };
    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
