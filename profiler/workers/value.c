#include "workers/value.h"

#include "base/utf8.h"
#include "workers/base64.h"

#include <stdlib.h>
#include <string.h>

struct shape {
    const char *code;
    enum value_type type;
    const char *name;
};

static const struct shape shapes[] = {
    {"n", VALUE_NONE, "None"},
    {"b", VALUE_BOOL, "bool"},
    {"i", VALUE_INT, "int"},
    {"f", VALUE_FLOAT, "float"},
    {"c", VALUE_COMPLEX, "complex"},
    {"s", VALUE_STR, "str"},
    {"u", VALUE_STR_LONE, "str"},
    {"y", VALUE_BYTES, "bytes"},
    {"Y", VALUE_BYTEARRAY, "bytearray"},
    {"t", VALUE_TUPLE, "tuple"},
    {"l", VALUE_LIST, "list"},
    {"d", VALUE_DICT, "dict"},
    {"S", VALUE_SET, "set"},
    {"F", VALUE_FROZENSET, "frozenset"},
    {"a", VALUE_ARRAY, "array"},
    {"o", VALUE_OTHER, "object"},
};

static const struct shape *find_shape(const json_t *value)
{
    const char *code = json_string_value(json_array_get(value, 0));
    for (size_t i = 0; code != NULL && i < sizeof shapes / sizeof *shapes; i++) {
        if (shapes[i].code[0] == code[0] && code[1] == '\0')
            return &shapes[i];
    }
    return NULL;
}

enum value_type value_type(const json_t *value)
{
    const struct shape *shape = find_shape(value);
    return shape != NULL ? shape->type : VALUE_INVALID;
}

const char *value_type_name(const json_t *value)
{
    const struct shape *shape = find_shape(value);
    if (shape == NULL)
        return "invalid";
    return shape->type == VALUE_OTHER ? json_string_value(json_array_get(value, 1)) : shape->name;
}

static bool is_digits(const json_t *text)
{
    const char *digit = json_string_value(text);
    if (digit == NULL)
        return false;
    size_t length = json_string_length(text);
    bool negative = *digit == '-';
    digit += negative;
    length -= negative;
    if (length == 0 || (*digit == '0' && (length > 1 || negative)))
        return false;
    return strspn(digit, "0123456789") == length;
}

static bool is_hex(const json_t *text)
{
    const char *digit = json_string_value(text);
    return digit != NULL && json_string_length(text) % 2 == 0 &&
           strspn(digit, "0123456789abcdef") == json_string_length(text);
}

static unsigned nibble(char digit)
{
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

static void unhex(const char *digits, size_t size, unsigned char *data)
{
    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)(nibble(digits[2 * i]) << 4 | nibble(digits[2 * i + 1]));
}

/* UTF-8 in which surrogates (ED A0 80 … ED BF BF) may stand, as hex. */
static bool is_lone(const json_t *text)
{
    if (!is_hex(text))
        return false;
    size_t size = json_string_length(text) / 2, at = 0;
    unsigned char *data = malloc(size + 1);
    if (data == NULL)
        return true; /* as is_base64 */
    unhex(json_string_value(text), size, data);
    for (;;) {
        at += utf8_valid_bytes((const char *)data + at, size - at);
        bool surrogate = size - at >= 3 && data[at] == 0xed && data[at + 1] >= 0xa0 &&
                         data[at + 1] <= 0xbf && (data[at + 2] & 0xc0) == 0x80;
        if (!surrogate)
            break;
        at += 3;
    }
    free(data);
    return at == size;
}

static bool is_double(const json_t *text)
{
    return is_hex(text) && json_string_length(text) == 16;
}

static bool is_base64(const json_t *text, size_t *size)
{
    if (!json_is_string(text))
        return false;
    size_t length = json_string_length(text);
    void *data = malloc(base64_size_limit(length) + 1);
    /* Out of memory is met again, and reported, by whoever takes the content. */
    bool valid = data == NULL || base64_decode(json_string_value(text), length, data, size);
    if (data == NULL)
        *size = 0;
    free(data);
    return valid;
}

static bool is_array(const json_t *code, const json_t *text)
{
    size_t size;
    if (!json_is_string(code) || json_string_length(code) != 1 || !is_base64(text, &size))
        return false;
    size_t element = value_array_element_size(json_string_value(code)[0]);
    return element > 0 && size % element == 0;
}

static bool check_items(const json_t *value, struct status *st)
{
    for (size_t i = 1; i < json_array_size(value); i++) {
        if (!value_check(json_array_get(value, i), st))
            return false;
    }
    return true;
}

static bool check_entries(const json_t *value, struct status *st)
{
    for (size_t i = 1; i < json_array_size(value); i++) {
        const json_t *entry = json_array_get(value, i);
        if (json_array_size(entry) != 2)
            return status_fail(st, STATUS_DATA, "entry %zu of a dict is no [key, value]", i - 1);
        if (!value_check(json_array_get(entry, 0), st) ||
            !value_check(json_array_get(entry, 1), st))
            return false;
    }
    return true;
}

/* A value without values inside it. */
static bool is_leaf(enum value_type type, const json_t *value)
{
    const json_t *first = json_array_get(value, 1), *second = json_array_get(value, 2);
    size_t count = json_array_size(value), size;
    switch (type) {
    case VALUE_NONE:
        return count == 1;
    case VALUE_BOOL:
        return count == 2 && json_is_boolean(first);
    case VALUE_INT:
        return count == 2 && is_digits(first);
    case VALUE_FLOAT:
        return count == 2 && is_double(first);
    case VALUE_COMPLEX:
        return count == 3 && is_double(first) && is_double(second);
    case VALUE_STR:
        return count == 2 && json_is_string(first);
    case VALUE_STR_LONE:
        return count == 2 && is_lone(first);
    case VALUE_BYTES:
    case VALUE_BYTEARRAY:
        return count == 2 && is_base64(first, &size);
    case VALUE_ARRAY:
        return count == 3 && is_array(first, second);
    case VALUE_OTHER:
        return count == 3 && json_is_string(first) && json_is_string(second);
    default:
        return false;
    }
}

bool value_check(const json_t *value, struct status *st)
{
    const struct shape *shape = find_shape(value);
    if (shape == NULL) {
        const char *code = json_string_value(json_array_get(value, 0));
        return code == NULL
                   ? status_fail(st, STATUS_DATA, "a value is no array that begins with its type")
                   : status_fail(st, STATUS_DATA, "a value of unknown type '%.16s'", code);
    }
    switch (shape->type) {
    case VALUE_TUPLE:
    case VALUE_LIST:
    case VALUE_SET:
    case VALUE_FROZENSET:
        return check_items(value, st);
    case VALUE_DICT:
        return check_entries(value, st);
    default:
        return is_leaf(shape->type, value) ||
               status_fail(st, STATUS_DATA, "a malformed value of type '%s' (%s)", shape->code,
                           shape->name);
    }
}

bool value_check_list(const json_t *values, struct status *st)
{
    if (!json_is_array(values))
        return status_fail(st, STATUS_DATA, "the results are no list");
    for (size_t i = 0; i < json_array_size(values); i++) {
        if (!value_check(json_array_get(values, i), st))
            return status_prefix(st, "the result of task %zu", i);
    }
    return true;
}

size_t value_length(const json_t *value)
{
    switch (value_type(value)) {
    case VALUE_TUPLE:
    case VALUE_LIST:
    case VALUE_SET:
    case VALUE_FROZENSET:
    case VALUE_DICT:
        return json_array_size(value) - 1;
    default:
        return 0;
    }
}

const json_t *value_item(const json_t *value, size_t index)
{
    return json_array_get(value, index + 1);
}

const json_t *value_key(const json_t *value, size_t index)
{
    return json_array_get(json_array_get(value, index + 1), 0);
}

const json_t *value_entry(const json_t *value, size_t index)
{
    return json_array_get(json_array_get(value, index + 1), 1);
}

const char *value_chars(const json_t *value, size_t *length)
{
    const json_t *text = json_array_get(value, value_type(value) == VALUE_OTHER ? 2 : 1);
    *length = json_string_length(text);
    return json_string_value(text);
}

bool value_bool(const json_t *value)
{
    return json_is_true(json_array_get(value, 1));
}

uint64_t value_float_bits(const json_t *value, size_t part)
{
    const char *digits = json_string_value(json_array_get(value, part + 1));
    uint64_t bits = 0;
    for (int i = 0; i < 16; i++)
        bits = bits << 4 | nibble(digits[i]);
    return bits;
}

unsigned char *value_bytes(const json_t *value, size_t *size)
{
    enum value_type type = value_type(value);
    const json_t *text = json_array_get(value, type == VALUE_ARRAY ? 2 : 1);
    const char *chars = json_string_value(text);
    size_t length = json_string_length(text);
    unsigned char *data = malloc(length + 1);
    if (data == NULL)
        return NULL;
    *size = 0;
    if (type == VALUE_STR_LONE) {
        *size = length / 2;
        unhex(chars, *size, data);
    } else if (!base64_decode(chars, length, data, size)) {
        free(data); /* only where value_check could not look for lack of memory */
        return NULL;
    }
    return data;
}

char value_array_code(const json_t *value)
{
    return json_string_value(json_array_get(value, 1))[0];
}

size_t value_array_element_size(char code)
{
    switch (code) {
    case 'b':
    case 'B':
        return 1;
    case 'h':
    case 'H':
        return 2;
    case 'i':
    case 'I':
    case 'f':
        return 4;
    case 'l':
    case 'L':
    case 'q':
    case 'Q':
    case 'd':
        return 8;
    default:
        return 0;
    }
}
