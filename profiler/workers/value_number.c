#include "workers/value_number.h"

#include "workers/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The digits and the decimal exponent of d.ddd × 10^exponent from "%.*e" text; digits without
 * trailing zeros. */
static int split_digits(const char *text, char *digits)
{
    size_t count = 0;
    for (; *text != 'e'; text++) {
        if (*text != '.' && *text != '-')
            digits[count++] = *text;
    }
    while (count > 1 && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    return atoi(text + 1);
}

/* The next decimal up with as many digits: "1.99e+05" -> "2.00e+05" as text for strtod. */
static void digits_up(const char *text, char *up, size_t size)
{
    snprintf(up, size, "%s", text);
    char *exponent = strchr(up, 'e');
    for (char *digit = exponent - 1; digit >= up; digit--) {
        if (*digit == '.')
            continue;
        if (*digit != '9') {
            ++*digit;
            return;
        }
        *digit = '0';
    }
    /* 9.99 -> 10.00: not met, since the shorter text "1e+N" was tried before. */
}

/* The shortest decimal that reads back as `number` (positive, finite), and of these the nearest.
 * The nearest decimal of p digits is "%.*e"; only below a power of two, where doubles lie closer
 * than above it, may it read back as the neighbour while the next one up is right. */
static int shortest_digits(double number, char *digits)
{
    char text[40], up[40];
    /* Up to 15 digits always survive, so the first try finds all the short ones but subnormals. */
    int first = number < 2.3e-308 ? 0 : 14;
    for (int places = first; places < 17; places++) {
        snprintf(text, sizeof text, "%.*e", places, number);
        if (strtod(text, NULL) == number)
            break;
        digits_up(text, up, sizeof up);
        if (places < 16 && strtod(up, NULL) == number) {
            memcpy(text, up, sizeof text);
            break;
        }
    }
    return split_digits(text, digits);
}

void value_float_text(double number, char text[VALUE_FLOAT_TEXT])
{
    if (isnan(number) || isinf(number)) {
        snprintf(text, VALUE_FLOAT_TEXT, "%s", isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
        return;
    }
    if (signbit(number))
        *text++ = '-';
    if (number == 0) {
        memcpy(text, "0.0", 4);
        return;
    }
    char digits[40];
    int exponent = shortest_digits(fabs(number), digits);
    int count = (int)strlen(digits);
    const size_t room = VALUE_FLOAT_TEXT - 1;
    if (exponent < -4 || exponent >= 16)
        snprintf(text, room, "%c%s%.20se%c%02d", digits[0], count > 1 ? "." : "", digits + 1,
                 exponent < 0 ? '-' : '+', abs(exponent));
    else if (exponent < 0)
        snprintf(text, room, "0.%.*s%.20s", -exponent - 1, "000", digits);
    else if (count <= exponent + 1)
        snprintf(text, room, "%.20s%.*s.0", digits, exponent + 1 - count, "0000000000000000");
    else
        snprintf(text, room, "%.*s.%.20s", exponent + 1, digits, digits + exponent + 1);
}

bool value_element_signed(char code)
{
    return strchr("bhilq", code) != NULL;
}

uint64_t value_element_integer(char code, const unsigned char *element)
{
    size_t size = value_array_element_size(code);
    uint64_t number = 0;
    for (size_t i = size; i-- > 0;)
        number = number << 8 | element[i];
    if (value_element_signed(code) && size < 8 && (element[size - 1] & 0x80) != 0)
        number |= ~(uint64_t)0 << (8 * size);
    return number;
}

void value_element_text(char code, const unsigned char *element, char text[VALUE_FLOAT_TEXT])
{
    if (code == 'd' || code == 'f') {
        double number;
        float small;
        if (code == 'd')
            memcpy(&number, element, sizeof number);
        else {
            memcpy(&small, element, sizeof small);
            number = (double)small;
        }
        value_float_text(number, text);
        return;
    }
    uint64_t number = value_element_integer(code, element);
    if (value_element_signed(code))
        snprintf(text, VALUE_FLOAT_TEXT, "%" PRId64, (int64_t)number);
    else
        snprintf(text, VALUE_FLOAT_TEXT, "%" PRIu64, number);
}
