/* Values to C and back through real calls, and what is refused. argv[1] is the library. */
#include "workers/native/call_decode.h"
#include "workers/native/call_encode.h"
#include "workers/native/elf_names.h"
#include "workers/native/subject.h"
#include "workers/value.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *library;

/* Loads, prepares the tasks (JSON), runs each once and returns the results as JSON text, or the
 * message of whatever refused. The caller frees it. */
static char *call(const char *symbol, const char *signature, const char *tasks_json)
{
    struct status st = STATUS_INIT;
    struct subject subject;
    struct call_tasks *tasks = NULL;
    size_t task;
    char *text = NULL;
    json_t *list = json_loads(tasks_json, JSON_ALLOW_NUL, NULL), *results = NULL;
    assert_non_null(list);
    if (!subject_load(&subject, library, symbol, signature, strlen(signature), &st)) {
        json_decref(list);
        return strdup(st.message);
    }
    if (call_tasks_decode(&subject.call, list, &tasks, &task, &st)) {
        call_tasks_clear(tasks);
        for (size_t i = 0; i < call_tasks_count(tasks); i++)
            assert_true(call_tasks_run(tasks, i));
        results = call_tasks_results(tasks, &task, &st);
    }
    if (results != NULL) {
        assert_true(value_check_list(results, &st)); /* what payoff does with it */
        text = json_dumps(results, JSON_COMPACT);
    } else {
        assert_int_not_equal(st.code, STATUS_OK);
        text = strdup(st.message);
    }
    json_decref(results);
    json_decref(list);
    call_tasks_free(tasks);
    subject_unload(&subject);
    assert_non_null(text);
    return text;
}

/* A value that comes back as it went in. */
static const struct {
    int line;
    const char *type, *value;
} same[] = {
    {__LINE__, "bool", "[\"b\",true]"},
    {__LINE__, "bool", "[\"b\",false]"},
    {__LINE__, "int8", "[\"i\",\"-128\"]"},
    {__LINE__, "int8", "[\"i\",\"127\"]"},
    {__LINE__, "int8", "[\"i\",\"-1\"]"},
    {__LINE__, "int16", "[\"i\",\"-32768\"]"},
    {__LINE__, "int16", "[\"i\",\"32767\"]"},
    {__LINE__, "int32", "[\"i\",\"-2147483648\"]"},
    {__LINE__, "int32", "[\"i\",\"2147483647\"]"},
    {__LINE__, "int64", "[\"i\",\"-9223372036854775808\"]"},
    {__LINE__, "int64", "[\"i\",\"9223372036854775807\"]"},
    {__LINE__, "uint8", "[\"i\",\"0\"]"},
    {__LINE__, "uint8", "[\"i\",\"255\"]"},
    {__LINE__, "uint16", "[\"i\",\"65535\"]"},
    {__LINE__, "uint32", "[\"i\",\"4294967295\"]"},
    {__LINE__, "uint64", "[\"i\",\"18446744073709551615\"]"},
    {__LINE__, "int", "[\"i\",\"-2147483648\"]"},
    {__LINE__, "int", "[\"i\",\"2147483647\"]"},
    {__LINE__, "long", "[\"i\",\"-9223372036854775808\"]"},
    {__LINE__, "size", "[\"i\",\"18446744073709551615\"]"},
    {__LINE__, "double", "[\"f\",\"3fb999999999999a\"]"},
    {__LINE__, "double", "[\"f\",\"8000000000000000\"]"},
    {__LINE__, "double", "[\"f\",\"0000000000000001\"]"},
    {__LINE__, "double", "[\"f\",\"7ff0000000000000\"]"},
    {__LINE__, "double", "[\"f\",\"7ff8000000000abc\"]"},
    {__LINE__, "float", "[\"f\",\"3fe0000000000000\"]"},
    {__LINE__, "float", "[\"f\",\"8000000000000000\"]"},
    {__LINE__, "float", "[\"f\",\"fff0000000000000\"]"},
    {__LINE__, "float", "[\"f\",\"7ff8000000000000\"]"},
    {__LINE__, "float", "[\"f\",\"36a0000000000000\"]"}, /* the smallest float */
    {__LINE__, "string", "[\"s\",\"\"]"},
    {__LINE__, "string", "[\"s\",\"abc\"]"},
};

static void test_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        char symbol[64], signature[64], tasks[256], expected[256];
        snprintf(symbol, sizeof symbol, "same_%s", same[i].type);
        snprintf(signature, sizeof signature, "%s(%s)", same[i].type, same[i].type);
        snprintf(tasks, sizeof tasks, "[[\"t\",%s]]", same[i].value);
        snprintf(expected, sizeof expected, "[%s]", same[i].value);
        char *got = call(symbol, signature, tasks);
        if (strcmp(got, expected) != 0)
            fail_msg("line %d: %s", same[i].line, got);
        free(got);
    }
}

/* An argument, and what becomes of it: the encoded result, or a part of the refusal. */
static const struct {
    int line;
    const char *type, *value, *result;
} taken[] = {
    {__LINE__, "double", "[\"i\",\"9007199254740992\"]", "[\"f\",\"4340000000000000\"]"},
    {__LINE__, "double", "[\"i\",\"9007199254740993\"]", "has no exact double"},
    {__LINE__, "double", "[\"i\",\"-3\"]", "[\"f\",\"c008000000000000\"]"},
    {__LINE__, "double", "[\"i\",\"0\"]", "[\"f\",\"0000000000000000\"]"},
    {__LINE__, "double", "[\"i\",\"1267650600228229401496703205376\"]",
     "[\"f\",\"4630000000000000\"]"},
    {__LINE__, "double", "[\"i\",\"1267650600228229401496703205377\"]", "has no exact double"},
    {__LINE__, "float", "[\"i\",\"16777216\"]", "[\"f\",\"4170000000000000\"]"},
    {__LINE__, "float", "[\"i\",\"16777217\"]", "has no exact float"},
    {__LINE__, "float", "[\"f\",\"3fb999999999999a\"]", "0.10000000000000001 has no exact float"},
    {__LINE__, "float", "[\"f\",\"7fefffffffffffff\"]", "has no exact float"},
    {__LINE__, "float", "[\"f\",\"0000000000000001\"]", "has no exact float"},
    {__LINE__, "uint8", "[\"i\",\"300\"]", "argument 1 (uint8): 300 does not fit uint8 (0 to 255)"},
    {__LINE__, "uint8", "[\"i\",\"256\"]", "does not fit"},
    {__LINE__, "uint8", "[\"i\",\"-1\"]", "does not fit"},
    {__LINE__, "int8", "[\"i\",\"128\"]", "does not fit int8 (-128 to 127)"},
    {__LINE__, "int8", "[\"i\",\"-129\"]", "does not fit"},
    {__LINE__, "int64", "[\"i\",\"9223372036854775808\"]", "does not fit"},
    {__LINE__, "int64", "[\"i\",\"-9223372036854775809\"]", "does not fit"},
    {__LINE__, "uint64", "[\"i\",\"18446744073709551616\"]", "(0 to 18446744073709551615)"},
    {__LINE__, "uint64", "[\"i\",\"36893488147419103232\"]", "does not fit"},
    {__LINE__, "uint64", "[\"i\",\"-1\"]", "does not fit"},
    {__LINE__, "size", "[\"i\",\"-1\"]", "does not fit"},
    {__LINE__, "int64", "[\"i\",\"1000000000000000000000000000000000000000000000\"]",
     "1000000000000000000000000000000000000000... does not fit"},
    {__LINE__, "int64", "[\"f\",\"3ff0000000000000\"]", "expects int64, not float"},
    {__LINE__, "int64", "[\"b\",true]", "expects int64, not bool"},
    {__LINE__, "double", "[\"b\",true]", "expects double, not bool"},
    {__LINE__, "bool", "[\"i\",\"1\"]", "expects bool, not int"},
    {__LINE__, "int64", "[\"n\"]", "expects int64, not None"},
    {__LINE__, "int64", "[\"s\",\"1\"]", "expects int64, not str"},
    {__LINE__, "int64", "[\"o\",\"decimal.Decimal\",\"1\"]", "not decimal.Decimal"},
    {__LINE__, "double", "[\"c\",\"3ff0000000000000\",\"3ff0000000000000\"]", "not complex"},
    {__LINE__, "int64", "[\"l\",[\"i\",\"1\"]]", "expects int64, not list"},
    {__LINE__, "string", "[\"s\",\"a\\u0000b\"]", "has a NUL in it"},
    {__LINE__, "string", "[\"y\",\"\"]", "expects string, not bytes"},
    {__LINE__, "string", "[\"u\",\"eda080\"]", "lone surrogates"},
    {__LINE__, "int64", "[\"i\",\"1e3\"]", "malformed"},
    {__LINE__, "int64", "[\"i\",\"+1\"]", "malformed"},
    {__LINE__, "int64", "[\"i\",\"\"]", "malformed"},
    {__LINE__, "int64", "[\"i\",1]", "malformed"},
    {__LINE__, "double", "[\"f\",\"3ff\"]", "malformed"},
    {__LINE__, "int64", "7", "no array"},
    {__LINE__, "int64", "[]", "no array"},
};

static void test_taken_and_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        char symbol[64], signature[64], tasks[256];
        snprintf(symbol, sizeof symbol, "same_%s", taken[i].type);
        snprintf(signature, sizeof signature, "%s(%s)", taken[i].type, taken[i].type);
        snprintf(tasks, sizeof tasks, "[[\"t\",%s]]", taken[i].value);
        char *got = call(symbol, signature, tasks);
        if (strstr(got, taken[i].result) == NULL)
            fail_msg("line %d: %s", taken[i].line, got);
        free(got);
    }
}

static void test_buffers(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *symbol, *signature, *task, *result;
    } rows[] = {
        {__LINE__, "sum_uint8", "double(const uint8[n], size n)", "[\"t\",[\"y\",\"Af8=\"]]",
         "[[\"f\",\"4070000000000000\"]]"},
        {__LINE__, "sum_uint8", "double(const uint8[n], size n)", "[\"t\",[\"l\",[\"i\",\"256\"]]]",
         "argument 1 (buffer of uint8): element 0: 256 does not fit"},
        {__LINE__, "sum_int16", "double(const int16[n], size n)",
         "[\"t\",[\"a\",\"h\",\"AQD//w==\"]]", "[[\"f\",\"0000000000000000\"]]"},
        {__LINE__, "sum_int16", "double(const int16[n], size n)", "[\"t\",[\"a\",\"h\",\"AQD/\"]]",
         "malformed"},
        {__LINE__, "sum_int16", "double(const int16[n], size n)", "[\"t\",[\"a\",\"H\",\"AQA=\"]]",
         "not an array of type 'H'"},
        {__LINE__, "sum_int16", "double(const int16[n], size n)", "[\"t\",[\"s\",\"x\"]]",
         "expects a buffer of int16, not str"},
        {__LINE__, "twice_uint8", "void(uint8[n], size n)", "[\"t\",[\"y\",\"AQI=\"]]",
         "[[\"y\",\"AgQ=\"]]"},
        {__LINE__, "twice_float", "void(float[n], size n)", "[\"t\",[\"l\",[\"i\",\"1\"]]]",
         "[[\"a\",\"f\",\"AAAAQA==\"]]"},
        {__LINE__, "twice_float", "void(float[n], size n)", "[\"t\",[\"l\"]]",
         "[[\"a\",\"f\",\"\"]]"},
        {__LINE__, "squares", "void(out int32[n], int n)", "[\"t\",[\"i\",\"2\"]]",
         "[[\"a\",\"i\",\"AAAAAAEAAAA=\"]]"},
        {__LINE__, "split", "int32(double[n], out uint8[n], size n)",
         "[\"t\",[\"l\",[\"i\",\"-1\"]]]",
         "[[\"t\",[\"i\",\"1\"],[\"a\",\"d\",\"AAAAAAAA8D8=\"],[\"y\",\"AQ==\"]]]"},
        {__LINE__, "nothing", "void()", "[\"t\"]", "[[\"n\"]]"},
        {__LINE__, "nothing", "void()", "[\"t\",[\"n\"]]", "takes a tuple of 0"},
        {__LINE__, "nothing", "void()", "[\"l\"]", "the task is a list"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char tasks[256];
        snprintf(tasks, sizeof tasks, "[%s]", rows[i].task);
        char *got = call(rows[i].symbol, rows[i].signature, tasks);
        if (strstr(got, rows[i].result) == NULL)
            fail_msg("line %d: %s", rows[i].line, got);
        free(got);
    }
}

/* Any file may be named as a library: no cut and no changed byte may lead the reader astray. */
static void test_hostile_library(void **state)
{
    (void)state;
    char path[] = "/tmp/payoff-elf-XXXXXX", advice[512];
    int from = open(library, O_RDONLY), to = mkstemp(path);
    assert_true(from >= 0 && to >= 0);
    off_t size = lseek(from, 0, SEEK_END);
    char *content = malloc((size_t)size);
    assert_non_null(content);
    assert_int_equal(pread(from, content, (size_t)size, 0), size);

    unsigned seed = 7;
    size_t advised = 0;
    for (int round = 0; round < 400; round++) {
        char *changed = malloc((size_t)size);
        assert_non_null(changed);
        memcpy(changed, content, (size_t)size);
        for (int i = 0; i < round % 8; i++) {
            seed = seed * 1103515245u + 12345u;
            /* The header, or the section headers at the end: where the offsets are. */
            size_t at = i % 2 ? (seed >> 8) % 64 : (size_t)size - 1 - (seed >> 8) % 2048;
            changed[at] = (char)(seed >> 16);
        }
        seed = seed * 1103515245u + 12345u;
        size_t length = round % 5 == 4 ? (seed >> 8) % (size_t)size : (size_t)size;
        assert_int_equal(ftruncate(to, 0), 0);
        assert_int_equal(pwrite(to, changed, length, 0), length);
        elf_names_advise(path, "same_imt64", advice, sizeof advice);
        advised += strstr(advice, "same_int64") != NULL;
        assert_true(strlen(advice) < sizeof advice);
        free(changed);
    }
    assert_true(advised >= 40); /* the unchanged ones at least */
    elf_names_advise("/nonexistent", "x", advice, sizeof advice);
    assert_string_equal(advice, "");
    elf_names_advise("/dev/null", "x", advice, sizeof advice);
    assert_string_equal(advice, "");
    free(content);
    close(from);
    close(to);
    unlink(path);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_taken_and_refused),
        cmocka_unit_test(test_buffers),
        cmocka_unit_test(test_hostile_library),
    };
    if (argc != 2)
        return EXIT_FAILURE;
    library = argv[1];
    return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
