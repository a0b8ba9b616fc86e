#include "workers/native/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A signature that parses: its result, then each parameter as role (v value, l length, c const,
 * o out, i inout) and type; tuple_size says how many values a task has. */
static const struct {
    int line;
    const char *text, *result, *parameters;
    size_t tuple_size;
} good[] = {
    {__LINE__, "double(int64, int64)", "double", "v int64,v int64,", 2},
    {__LINE__, "void()", "void", "", 0},
    {__LINE__, "void(void)", "void", "", 0},
    {__LINE__, " \t\r\n bool \n( )  ", "bool", "", 0},
    {__LINE__, "int8(int8)", "int8", "v int8,", 1},
    {__LINE__, "int16(int16)", "int16", "v int16,", 1},
    {__LINE__, "int32(int32)", "int32", "v int32,", 1},
    {__LINE__, "uint8(uint8)", "uint8", "v uint8,", 1},
    {__LINE__, "uint16(uint16)", "uint16", "v uint16,", 1},
    {__LINE__, "uint32(uint32)", "uint32", "v uint32,", 1},
    {__LINE__, "uint64(uint64)", "uint64", "v uint64,", 1},
    {__LINE__, "int(int)", "int", "v int,", 1},
    {__LINE__, "long(long)", "long", "v long,", 1},
    {__LINE__, "size(size)", "size", "v size,", 1},
    {__LINE__, "float(float)", "float", "v float,", 1},
    {__LINE__, "string(string)", "string", "v string,", 1},
    {__LINE__, "double(double x,double y_2)", "double", "v double,v double,", 2},
    {__LINE__, "double(const double[n], size n)", "double", "c double,l size,", 1},
    {__LINE__, "double(size n, const double[n])", "double", "l size,c double,", 1},
    {__LINE__, "double(const double values[n], int n)", "double", "c double,l int,", 1},
    {__LINE__, "uint32(const uint8[ n ],size n)", "uint32", "c uint8,l size,", 1},
    {__LINE__, "void(const double[n], out double[n], size n)", "void", "c double,o double,l size,",
     1},
    {__LINE__, "void(out double[n], size n)", "void", "o double,v size,", 1},
    {__LINE__, "void(out double[n], const double[n], size n)", "void", "o double,c double,l size,",
     1},
    {__LINE__, "void(double[n], size n)", "void", "i double,l size,", 1},
    {__LINE__, "void(inout double[n], size n)", "void", "i double,l size,", 1},
    {__LINE__, "double(const double[])", "double", "c double,", 1},
    {__LINE__, "double(double[])", "double", "i double,", 1},
    {__LINE__, "bool(const float[3], string)", "bool", "c float,v string,", 2},
    {__LINE__, "void(out int64[0])", "void", "o int64,", 0},
    {__LINE__, "void(const double[nn], const double[nn], out double[nn], size n)", "void",
     "c double,c double,o double,v size,", 3},
    {__LINE__, "void(const bool[n], size n, const int8[m], size m)", "void",
     "c bool,l size,c int8,l size,", 2},
    {__LINE__, "double(const double constant[n], size n)", "double", "c double,l size,", 1},
    {__LINE__, "double(const double[outer], size outer)", "double", "c double,l size,", 1},
    {__LINE__, "void(string abcdefghijklmnopqrstuvwxyz_2345)", "void", "v string,", 1},
};

static void describe(const struct signature *s, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < s->parameter_count; i++)
        used += (size_t)snprintf(text + used, size - used, "%c %s,", "vlcoi"[s->parameters[i].role],
                                 s -> parameters[i].type->name);
}

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct status st = STATUS_INIT;
        struct signature s;
        char text[1024];
        if (!signature_parse(good[i].text, strlen(good[i].text), &s, &st))
            fail_msg("line %d: %s", good[i].line, st.message);
        describe(&s, text, sizeof text);
        if (strcmp(text, good[i].parameters) != 0 || strcmp(s.result->name, good[i].result) != 0 ||
            s.tuple_size != good[i].tuple_size)
            fail_msg("line %d: %s (%s) %zu", good[i].line, s.result->name, text, s.tuple_size);
    }
}

/* A signature that does not: the column and a part of the message. */
static const struct {
    int line;
    const char *text;
    size_t column;
    const char *message;
} bad[] = {
    {__LINE__, "", 1, "empty"},
    {__LINE__, "   ", 1, "empty"},
    {__LINE__, "double", 7, "expected '(', not the end"},
    {__LINE__, "double(", 8, "expected a type, not the end"},
    {__LINE__, "double(int64", 13, "expected ',' or ')', not the end"},
    {__LINE__, "double(int64,", 14, "expected a type, not the end"},
    {__LINE__, "double(int64,)", 14, "expected a type, not ')'"},
    {__LINE__, "double(,int64)", 8, "expected a type, not ','"},
    {__LINE__, "double(int64);", 14, "expected the end after ')', not ';'"},
    {__LINE__, "double(int64))", 14, "expected the end after ')', not ')'"},
    {__LINE__, "(int64)", 1, "expected a type, not '('"},
    {__LINE__, "double(integer)", 8, "unknown type 'integer'; did you mean 'int64'?"},
    {__LINE__, "double(in64)", 8, "unknown type 'in64'; did you mean 'int64'?"},
    {__LINE__, "double(Int64)", 8, "did you mean 'int64'?"},
    {__LINE__, "duoble(int64)", 1, "did you mean 'double'?"},
    {__LINE__, "double(int64_t)", 8, "did you mean 'int64'?"},
    {__LINE__, "double(size_t)", 8, "did you mean 'size'?"},
    {__LINE__, "f64(i64)", 1, "did you mean 'double'?"},
    {__LINE__, "double(i64)", 8, "did you mean 'int64'?"},
    {__LINE__, "double(usize)", 8, "did you mean 'size'?"},
    {__LINE__, "double(unsigned long)", 8, "did you mean 'uint32'?"},
    {__LINE__, "double(long long)", 13, "'long' is a word of the language"},
    {__LINE__, "double(long double)", 13, "'double' is a word of the language"},
    {__LINE__, "double(int64 int64)", 14, "is a comma missing"},
    {__LINE__, "double(int64 a b)", 16, "expected ',' or ')', not 'b'"},
    {__LINE__, "double(const char *)", 14, "did you mean 'string' (text) or 'int8'?"},
    {__LINE__, "double(double *)", 15, "a pointer is written as a buffer"},
    {__LINE__, "double(const double *, size)", 21, "a pointer is written as a buffer"},
    {__LINE__, "double *(int)", 8, "a pointer is written as a buffer"},
    {__LINE__, "double(pineapple)", 8, "the types are bool, int8"},
    {__LINE__, "double(__int128)", 8, "128-bit integers cannot be passed"},
    {__LINE__, "u128(int64)", 1, "128-bit integers cannot be passed"},
    {__LINE__, "double cpu_intensive(int64)", 8, "the function's name is no part"},
    {__LINE__, "double(void, int64)", 8, "'void' is no type of a parameter"},
    {__LINE__, "double(int64, void)", 15, "'void' is no type of a parameter"},
    {__LINE__, "double(void x)", 8, "'void' is no type of a parameter"},
    {__LINE__, "double(void[n], size n)", 8, "'void' is no type of a parameter"},
    {__LINE__, "double(const string[n], size n)", 14, "a buffer holds numbers"},
    {__LINE__, "double(const double)", 8, "'const' belongs to a buffer, such as 'const double[n]'"},
    {__LINE__, "double(out int64 x)", 8, "'out' belongs to a buffer"},
    {__LINE__, "double(const out double[n], size n)", 14, "unknown type 'out'"},
    {__LINE__, "double(const)", 13, "expected a type, not ')'"},
    {__LINE__, "double(const double[n)", 22, "expected ']', not ')'"},
    {__LINE__, "double(const double[n", 22, "expected ']', not the end"},
    {__LINE__, "double(const double[", 21, "expected ']', not the end"},
    {__LINE__, "double(const double[-1])", 21, "expected ']', not '-'"},
    {__LINE__, "double(const double[n*m], size n, size m)", 22, "expected ']', not '*'"},
    {__LINE__, "double(const double[n][m], size n)", 23, "expected ',' or ')', not '['"},
    {__LINE__, "void(out double[])", 17, "an 'out' buffer needs a length"},
    {__LINE__, "void(out double[n])", 17, "nothing says how long the buffer is; add 'size n'"},
    {__LINE__, "double(const double[n])", 21,
     "write '[]' if the function does not take the length"},
    {__LINE__, "double(const double[n], size m)", 21, "no parameter is called 'n'"},
    {__LINE__, "void(out double[n], out double[n])", 17, "nothing says how long"},
    {__LINE__, "double(const double[n], double n)", 25, "must be an integer, such as 'size n'"},
    {__LINE__, "double(const double[n], const double n[3])", 25, "must be an integer"},
    {__LINE__, "double(const double[n], string n)", 25, "must be an integer"},
    {__LINE__, "double(const double[n], bool n)", 25, "must be an integer"},
    {__LINE__, "double(int64 a, int64 a)", 17, "a second parameter called 'a'"},
    {__LINE__, "double(const double n[n], size n)", 8, "must be an integer"},
    {__LINE__, "double(const double[int], size n)", 21, "'int' is a word of the language"},
    {__LINE__, "double(int64 const)", 14, "'const' is a word of the language"},
    {__LINE__, "double(const double[99999999999])", 21, "no buffer is that long"},
    {__LINE__, "double(int64 abcdefghijklmnopqrstuvwxyz_23456)", 14, "at most 31 characters"},
    {__LINE__, "double(int64 \x01)", 14, "not the byte 0x01"},
    {__LINE__, "double(\xc3\xa9)", 8, "expected a type, not the byte 0xc3"},
    {__LINE__, "d\xc3\xb6uble(int64)", 1, "unknown type 'd'"},
    {__LINE__, "double(3)", 8, "expected a type, not '3'"},
    {__LINE__, "double[3](int64)", 7, "expected '(', not '['"},
};

static void check_bad(int line, const char *text, size_t length, size_t column, const char *message)
{
    struct status st = STATUS_INIT;
    struct signature s;
    char prefix[64];
    if (signature_parse(text, length, &s, &st))
        fail_msg("line %d: was taken", line);
    assert_int_equal(st.code, STATUS_USAGE);
    snprintf(prefix, sizeof prefix, "signature: column %zu: ", column);
    if (strncmp(st.message, prefix, strlen(prefix)) != 0 || strstr(st.message, message) == NULL)
        fail_msg("line %d: %s", line, st.message);
}

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_bad(bad[i].line, bad[i].text, strlen(bad[i].text), bad[i].column, bad[i].message);
}

static void test_bounds(void **state)
{
    (void)state;
    char text[SIGNATURE_TEXT_MAX + 2] = "void(int";
    size_t length = strlen(text);
    for (int i = 1; i < SIGNATURE_PARAMETERS_MAX; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, ",int");
    struct status st = STATUS_INIT;
    struct signature s;
    text[length] = ')';
    assert_true(signature_parse(text, length + 1, &s, &st));
    assert_int_equal(s.parameter_count, SIGNATURE_PARAMETERS_MAX);
    memcpy(text + length, ",int)", 6);
    check_bad(__LINE__, text, strlen(text), length + 2, "more than 32 parameters");

    memset(text, ' ', sizeof text);
    memcpy(text, "void()", 6); /* NOLINT(bugprone-not-null-terminated-result): blanks follow */
    assert_true(signature_parse(text, SIGNATURE_TEXT_MAX, &s, &st));
    check_bad(__LINE__, text, SIGNATURE_TEXT_MAX + 1, SIGNATURE_TEXT_MAX + 1, "longer than");
    check_bad(__LINE__, "double(\0)", 9, 8, "the byte 0x00");
    check_bad(__LINE__, "void()\0", 7, 7, "the byte 0x00");
    memset(text, 'x', sizeof text);
    check_bad(__LINE__, text, SIGNATURE_TEXT_MAX, 1, "unknown type 'xxxxxxxxxxx");
}

/* No cut and no change of a byte makes it read beyond the text (which has no NUL behind it), and
 * every message is printable ASCII. */
static void test_hostile(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (size_t i = 0; i < 60000; i++) {
        const char *from = good[i % (sizeof good / sizeof *good)].text;
        seed = seed * 1103515245u + 12345u;
        size_t length = strlen(from), cut = i % 7 == 0 ? (seed >> 8) % (length + 1) : length;
        char *text = malloc(cut + (cut == 0));
        assert_non_null(text);
        memcpy(text, from, cut);
        for (unsigned changes = seed >> 28; changes > 8 && cut > 0; changes--) {
            seed = seed * 1103515245u + 12345u;
            text[(seed >> 8) % cut] = "()[],* nconst\0\xffout64_"[(seed >> 20) % 22];
        }
        struct status st = STATUS_INIT;
        struct signature s;
        if (!signature_parse(text, cut, &s, &st))
            for (const char *c = st.message; *c != '\0'; c++)
                assert_in_range(*c, ' ', '~');
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests_name("signature", tests, NULL, NULL);
}
