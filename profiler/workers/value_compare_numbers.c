#include "workers/value_compare_numbers.h"

#include "workers/value_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lexicographic integers: neighbours in value are neighbours in number, and both zeros are 0. */
static int64_t ordered(int64_t bits, int64_t lowest)
{
    return bits < 0 ? lowest - bits : bits;
}

uint64_t value_ulp_distance(double a, double b)
{
    int64_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    x = ordered(x, INT64_MIN);
    y = ordered(y, INT64_MIN);
    return x > y ? (uint64_t)x - (uint64_t)y : (uint64_t)y - (uint64_t)x;
}

uint64_t value_ulp_distance_float(float a, float b)
{
    int32_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    return (uint64_t)llabs(ordered(x, INT32_MIN) - ordered(y, INT32_MIN));
}

static double relative_error(double expected, double got)
{
    if (got == expected)
        return 0;
    return fabs(got - expected) / fabs(expected); /* 0 expected: infinite */
}

/* Two floats that are not the same bits: adds to the largest errors and says what they are. */
static enum value_outcome judge_floats(struct walk *walk, double expected, double got, uint64_t ulp,
                                       char *reason, size_t size)
{
    struct value_comparison *result = walk->result;
    if (isnan(expected) || isnan(got)) {
        snprintf(reason, size,
                 isnan(got) ? "nan where a number is expected" : "a number where nan is expected");
        return isnan(expected) && isnan(got) ? VALUE_IDENTICAL : VALUE_DIFFERENT;
    }
    if (isinf(expected) || isinf(got)) {
        snprintf(reason, size,
                 isinf(got) ? "infinite where %s is expected" : "finite where %s is expected",
                 isinf(expected) ? "another infinity" : "a finite number");
        if (!isinf(got))
            snprintf(reason, size, "finite where an infinite number is expected");
        return VALUE_DIFFERENT;
    }
    double relative = relative_error(expected, got);
    result->has_float = true;
    if (ulp > result->ulp)
        result->ulp = ulp;
    if (relative > result->relative)
        result->relative = relative;
    if (expected == 0 && got == 0) {
        snprintf(reason, size, "the sign of zero differs");
        return VALUE_WITHIN;
    }
    snprintf(reason, size, "differs by %llu ulp, a relative error of %.2g", (unsigned long long)ulp,
             relative);
    bool within = ulp <= walk->tolerance.ulp || relative <= walk->tolerance.relative ||
                  fabs(got - expected) <= walk->tolerance.absolute;
    return within ? VALUE_WITHIN : VALUE_DIFFERENT;
}

void walk_floats(struct walk *walk, const struct step *at, const json_t *expected,
                 const json_t *got, size_t part)
{
    uint64_t a_bits = value_float_bits(expected, part), b_bits = value_float_bits(got, part);
    double a, b;
    memcpy(&a, &a_bits, sizeof a);
    memcpy(&b, &b_bits, sizeof b);
    if (a_bits == b_bits) {
        walk->result->has_float |= isfinite(a) != 0;
        return;
    }
    char reason[VALUE_REASON_SIZE];
    enum value_outcome outcome =
        judge_floats(walk, a, b, value_ulp_distance(a, b), reason, sizeof reason);
    struct value_comparison *result =
        outcome != VALUE_IDENTICAL ? walk_note(walk, at, outcome, reason) : NULL;
    if (result != NULL) {
        value_float_text(a, result->expected);
        value_float_text(b, result->got);
    }
}

void walk_complex(struct walk *walk, const struct step *at, const json_t *expected,
                  const json_t *got)
{
    walk_floats(walk, &(struct step){.up = at, .name = ".real"}, expected, got, 0);
    walk_floats(walk, &(struct step){.up = at, .name = ".imag"}, expected, got, 1);
}

/* Two elements that are not the same bits. */
static enum value_outcome judge_elements(struct walk *walk, char code, const unsigned char *a,
                                         const unsigned char *b, char *reason, size_t size)
{
    if (code == 'd') {
        double expected, got;
        memcpy(&expected, a, sizeof expected);
        memcpy(&got, b, sizeof got);
        return judge_floats(walk, expected, got, value_ulp_distance(expected, got), reason, size);
    }
    if (code == 'f') {
        float expected, got;
        memcpy(&expected, a, sizeof expected);
        memcpy(&got, b, sizeof got);
        return judge_floats(walk, (double)expected, (double)got,
                            value_ulp_distance_float(expected, got), reason, size);
    }
    snprintf(reason, size, "another integer");
    return VALUE_DIFFERENT;
}

static void compare_content(struct walk *walk, const struct step *at, char code,
                            const unsigned char *a, const unsigned char *b, size_t size)
{
    walk->result->has_float |= size > 0 && (code == 'd' || code == 'f');
    if (memcmp(a, b, size) == 0)
        return;
    size_t element = value_array_element_size(code);
    char reason[VALUE_REASON_SIZE];
    for (size_t i = 0; i < size; i += element) {
        if (memcmp(a + i, b + i, element) == 0)
            continue;
        enum value_outcome outcome =
            judge_elements(walk, code, a + i, b + i, reason, sizeof reason);
        struct value_comparison *result =
            outcome == VALUE_IDENTICAL
                ? NULL
                : walk_note(walk, &(struct step){.up = at, .index = i / element}, outcome, reason);
        if (result != NULL) {
            value_element_text(code, a + i, result->expected);
            value_element_text(code, b + i, result->got);
        }
    }
}

void walk_arrays(struct walk *walk, const struct step *at, const json_t *expected,
                 const json_t *got)
{
    char code = value_array_code(expected), reason[VALUE_REASON_SIZE];
    if (code != value_array_code(got)) {
        snprintf(reason, sizeof reason, "an array of '%c' where one of '%c' is expected",
                 value_array_code(got), code);
        walk_note_values(walk, at, VALUE_DIFFERENT, reason, expected, got);
        return;
    }
    size_t a_size = 0, b_size = 0, element = value_array_element_size(code);
    unsigned char *a = value_bytes(expected, &a_size), *b = value_bytes(got, &b_size);
    if (a == NULL || b == NULL) {
        walk_no_memory(walk);
    } else if (a_size != b_size) {
        snprintf(reason, sizeof reason, "an array of %zu elements where %zu are expected",
                 b_size / element, a_size / element);
        walk_note_values(walk, at, VALUE_DIFFERENT, reason, expected, got);
    } else {
        compare_content(walk, at, code, a, b, a_size);
    }
    free(a);
    free(b);
}
