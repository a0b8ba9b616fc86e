#include "workers/native/scalar.h"

#include "workers/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits of the largest double, as an integer, and a sign. */
#define EXACT_DIGITS_MAX 310

bool scalar_mismatch(const json_t *value, const char *expects, struct status *st)
{
    return status_fail(st, STATUS_DATA, "expects %s, not %s", expects, value_type_name(value));
}

static bool decode_integer(const char *text, size_t length, const struct type *type, void *to,
                           struct status *st)
{
    unsigned bits = (unsigned)type->size * 8;
    __int128 one = 1, low = 0, high = (one << bits) - 1;
    if (type->class == TYPE_SIGNED) {
        low = -(one << (bits - 1));
        high = (one << (bits - 1)) - 1;
    }
    __int128 number = 0;
    bool negative = text[0] == '-', fits = length <= 20; /* 20: -2^63 and 2^64 - 1 */
    for (size_t i = negative; fits && i < length; i++)
        number = number * 10 + (text[i] - '0');
    if (negative)
        number = -number;
    if (!fits || number < low || number > high)
        return status_fail(st, STATUS_DATA, "%.40s%s does not fit %s (%" PRId64 " to %" PRIu64 ")",
                           text, length > 40 ? "..." : "", type->name, (int64_t)low,
                           (uint64_t)high);
    uint64_t word = (uint64_t)number; /* two's complement, cut to the type's low bytes */
    memcpy(to, &word, type->size);
    return true;
}

/* Rounds the digits and looks whether the float's exact decimal expansion is the same digits. */
static bool decode_exact(const char *text, size_t length, const struct type *type, void *to,
                         struct status *st)
{
    char back[EXACT_DIGITS_MAX + 8] = "";
    double number = 0;
    if (length <= EXACT_DIGITS_MAX) {
        number = type->size == sizeof(float) ? (double)strtof(text, NULL) : strtod(text, NULL);
        snprintf(back, sizeof back, "%.0f", number);
    }
    if (strcmp(back, text) != 0)
        return status_fail(st, STATUS_DATA, "the int %.40s%s has no exact %s", text,
                           length > 40 ? "..." : "", type->name);
    float narrow = (float)number;
    memcpy(to, type->size == sizeof narrow ? (void *)&narrow : (void *)&number, type->size);
    return true;
}

static bool decode_float(double number, const struct type *type, void *to, struct status *st)
{
    float narrow = (float)number;
    if (type->size == sizeof number)
        memcpy(to, &number, sizeof number);
    else if (isnan(number) || ((double)narrow >= number && (double)narrow <= number))
        memcpy(to, &narrow, sizeof narrow);
    else
        return status_fail(st, STATUS_DATA,
                           "%.17g has no exact float (the nearest is %.17g): give that one, or let "
                           "the function take a double",
                           number, (double)narrow);
    return true;
}

bool scalar_decode(const json_t *value, const struct type *type, void *to, struct status *st)
{
    enum value_type given = value_type(value);
    if (given == VALUE_BOOL && type->class == TYPE_BOOL) {
        bool truth = value_bool(value);
        memcpy(to, &truth, sizeof truth);
        return true;
    }
    if (given == VALUE_INT && (type_is_integer(type) || type->class == TYPE_FLOAT)) {
        size_t length;
        const char *text = value_chars(value, &length);
        return type_is_integer(type) ? decode_integer(text, length, type, to, st)
                                     : decode_exact(text, length, type, to, st);
    }
    if (given == VALUE_FLOAT && type->class == TYPE_FLOAT) {
        uint64_t bits = value_float_bits(value, 0);
        double number;
        memcpy(&number, &bits, sizeof number);
        return decode_float(number, type, to, st);
    }
    return scalar_mismatch(value, type->name, st);
}

static json_t *encode_float(const struct type *type, const void *from)
{
    double number;
    if (type->size == sizeof(float)) {
        float narrow;
        memcpy(&narrow, from, sizeof narrow);
        number = (double)narrow; /* exact: every float is a double */
    } else {
        memcpy(&number, from, sizeof number);
    }
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, bits);
    return json_pack("[ss]", "f", text);
}

json_t *scalar_encode(const struct type *type, const void *from)
{
    if (type->class == TYPE_FLOAT)
        return encode_float(type, from);

    uint64_t word = 0;
    memcpy(&word, from, type->size);
    if (type->class == TYPE_BOOL)
        return json_pack("[sb]", "b", word != 0);
    char text[24];
    if (type->class == TYPE_SIGNED) {
        unsigned shift = 64 - (unsigned)type->size * 8;
        snprintf(text, sizeof text, "%" PRId64, (int64_t)(word << shift) >> shift);
    } else {
        snprintf(text, sizeof text, "%" PRIu64, word);
    }
    return json_pack("[ss]", "i", text);
}
