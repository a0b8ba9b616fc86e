/* Replies with random damage: whatever arrives is a value, or one clear error, and never a crash.
 * Meant for a build with sanitizers, where it finds what reads or writes outside. */
#include "workers/protocol.h"
#include "workers/sample.h"
#include "workers/value_compare.h"
#include "workers/value_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 20000, LINE_SIZE = 600 };

static const char *const replies[] = {
    "{\"id\":1,\"ok\":true,\"results\":[[\"f\",\"437c162fc7e7a421\"],[\"t\",[\"i\",\"12\"],[\"s\","
    "\"a\\u0000\xc3\xa9\"],[\"u\",\"eda080\"]],[\"d\",[[\"s\",\"k\"],[\"y\",\"AAEC\"]]]]}",
    "{\"id\":1,\"ok\":true,\"results\":[[\"S\",[\"i\",\"1\"],[\"F\",[\"n\"]]],[\"a\",\"d\","
    "\"AAAAAAAA8D8AAAAAAAAAQA==\"],[\"a\",\"h\",\"/v8BAA==\"],[\"c\",\"3ff0000000000000\","
    "\"7ff8000000000000\"],[\"o\",\"a.B\",\"x\\n\"],[\"b\",true]]}",
    "{\"id\":1,\"ok\":false,\"error\":{\"kind\":\"exception\",\"type\":\"V\",\"message\":\"m\"}}",
    "{\"id\":1,\"ok\":true,\"wall_ns\":12,\"cpu_ns\":1,\"before\":[\"AAAA\"],\"after\":[\"AAAA\"],"
    "\"workers\":[{\"id\":0,\"tasks\":1}]}",
};

static uint64_t seed = 88172645463325252u;

/* Marsaglia's xorshift: the same damage in every run. */
static size_t pick(size_t count)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)(seed % count);
}

static size_t damage(char *line, size_t length)
{
    static const char marks[] = "[]{},\"0af:dt";
    size_t at = pick(length), other = pick(length);
    char old = line[at];
    switch (pick(4)) {
    case 0:
        line[at] = (char)pick(256);
        return length;
    case 1:
        memmove(line + at, line + at + 1, length - at - 1);
        return length - 1;
    case 2:
        memmove(line + at + 1, line + at, length - at);
        line[at] = marks[pick(sizeof marks - 1)];
        return length + 1;
    default:
        line[at] = line[other];
        line[other] = old;
        return length;
    }
}

/* Writes and compares what passed the check; `last` is one that passed before. */
static void use_results(const json_t *results, const json_t *last)
{
    struct value_comparison comparison;
    struct status st = STATUS_INIT;
    char text[VALUE_TEXT_SIZE(50)];
    for (size_t i = 0; i < json_array_size(results); i++) {
        size_t length = value_text(json_array_get(results, i), 1 + pick(50), text);
        assert_int_equal(length, strlen(text));
    }
    assert_true(value_compare(results, results, (struct value_tolerance){0}, &comparison, &st));
    assert_int_equal(comparison.outcome, VALUE_IDENTICAL);
    assert_true(value_compare(last, results, (struct value_tolerance){1, 0, 0}, &comparison, &st));
    if (comparison.outcome != VALUE_IDENTICAL)
        assert_true(comparison.reason[0] != '\0');
}

static void use_reply(const json_t *reply, json_t **last)
{
    struct sample sample;
    struct status st = STATUS_INIT;
    if (sample_decode(reply, NULL, NULL, 1000, false, &sample, &st))
        sample_free(&sample);
    json_t *results = json_object_get(reply, "results");
    if (results != NULL && value_check_list(results, &st)) {
        use_results(results, *last);
        json_decref(*last);
        *last = json_incref(results);
    }
}

static void test_damaged_replies(void **state)
{
    (void)state;
    size_t parsed = 0;
    json_t *last = json_array();
    for (size_t round = 0; round < ROUNDS; round++) {
        char line[LINE_SIZE];
        const char *whole = replies[pick(sizeof replies / sizeof *replies)];
        size_t length = strlen(whole);
        memcpy(line, whole, length); /* NOLINT(bugprone-not-null-terminated-result): no text */
        for (size_t times = pick(6); times > 0; times--)
            length = damage(line, length);
        char *exact = malloc(length); /* so that a sanitizer sees one byte too many */
        assert_non_null(exact);
        memcpy(exact, line, length);
        json_t *reply = NULL;
        struct status st = STATUS_INIT;
        bool success = protocol_parse(exact, length, 1, &reply, &st);
        free(exact);
        assert_true(success || st.message[0] != '\0');
        if (success)
            use_reply(reply, &last);
        parsed += success;
        json_decref(reply);
    }
    json_decref(last);
    assert_true(parsed > ROUNDS / 20); /* or the damage is too much to test anything */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_replies),
    };
    return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
