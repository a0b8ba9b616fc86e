#include "workers/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* RFC 4648, section 10, and the two characters that make it base64 and not base62. */
static const struct {
    const char *data, *text;
} pairs[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/"},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char text[16], data[16];
        size_t size = strlen(pairs[i].data), got = 99;
        assert_int_equal(base64_text_length(size), strlen(pairs[i].text));
        base64_encode(pairs[i].data, size, text);
        assert_string_equal(text, pairs[i].text);
        assert_true(base64_decode(text, strlen(text), data, &got));
        assert_int_equal(got, size);
        assert_memory_equal(data, pairs[i].data, size);
    }
}

static void test_every_length_comes_back(void **state)
{
    (void)state;
    unsigned char data[256], back[260];
    char text[400];
    for (size_t size = 0; size <= sizeof data; size++) {
        for (size_t i = 0; i < size; i++)
            data[i] = (unsigned char)(i * 167 + size);
        base64_encode(data, size, text);
        size_t got = 0, length = strlen(text);
        assert_int_equal(length, base64_text_length(size));
        assert_true(base64_size_limit(length) >= size);
        assert_true(base64_decode(text, length, back, &got));
        assert_int_equal(got, size);
        assert_memory_equal(back, data, size);
        assert_true(base64_decode(text, length, text, &got)); /* in place */
        assert_memory_equal(text, data, size);
    }
}

static void test_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Z",    "Zg",   "Zg=",  "=",     "==",   "===",  "====", "Zg==Zg==",         "Z===",
        "Zh==", "Zm9=", "Zm 9", "Zm9\n", "Zm-_", "Z=g=", "Zg=v", "\xff\xff\xff\xff", "Zm9vZ",
        "=m9v",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char data[16];
        size_t size = 4711;
        if (base64_decode(bad[i], strlen(bad[i]), data, &size))
            fail_msg("'%s' was taken", bad[i]);
        assert_int_equal(size, 4711);
    }
    char data[4];
    size_t size = 0;
    assert_false(base64_decode("Zm\0v", 4, data, &size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_every_length_comes_back),
        cmocka_unit_test(test_strict),
    };
    return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
