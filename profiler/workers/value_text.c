#include "workers/value_text.h"

#include "workers/value_number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the text goes: counts characters, and remembers the place where the "…" would go. */
struct out {
    char *text;
    size_t used, width, characters;
    size_t last; /* offset where the last allowed character began */
    bool full;
};

/* Adds one character of `size` bytes; once it does not fit, nothing more is taken. */
static void put_character(struct out *out, const char *bytes, size_t size)
{
    if (out->full)
        return;
    if (out->characters == out->width) {
        memcpy(out->text + out->last, "…", 3);
        out->used = out->last + 3;
        out->full = true;
        return;
    }
    out->last = out->used;
    memcpy(out->text + out->used, bytes, size);
    out->used += size;
    out->characters++;
}

static void put(struct out *out, const char *ascii)
{
    for (; *ascii != '\0' && !out->full; ascii++)
        put_character(out, ascii, 1);
}

static void put_float(struct out *out, uint64_t bits)
{
    double number;
    char text[VALUE_FLOAT_TEXT];
    memcpy(&number, &bits, sizeof number);
    value_float_text(number, text);
    put(out, text);
}

/* The parts of a complex number lose ".0": repr(1+2j) is '(1+2j)'. */
static void put_part(struct out *out, uint64_t bits, bool sign)
{
    double number;
    char text[VALUE_FLOAT_TEXT];
    memcpy(&number, &bits, sizeof number);
    value_float_text(number, text);
    size_t length = strlen(text);
    if (length > 2 && strcmp(text + length - 2, ".0") == 0)
        text[length - 2] = '\0';
    if (sign && text[0] != '-')
        put(out, "+");
    put(out, text);
}

static void put_complex(struct out *out, const json_t *value)
{
    uint64_t real = value_float_bits(value, 0);
    if (real == 0) { /* +0.0 */
        put_part(out, value_float_bits(value, 1), false);
        put(out, "j");
        return;
    }
    put(out, "(");
    put_part(out, real, false);
    put_part(out, value_float_bits(value, 1), true);
    put(out, "j)");
}

static void put_escape(struct out *out, char kind, unsigned code)
{
    char text[16];
    snprintf(text, sizeof text, kind == 'u' ? "\\u%04x" : "\\x%02x", code);
    put(out, text);
}

/* Python's choice: ' unless the text has ' and no ". */
static char quote_of(const char *text, size_t length)
{
    return memchr(text, '\'', length) != NULL && memchr(text, '"', length) == NULL ? '"' : '\'';
}

/* What both str and bytes escape; false when the byte is for the caller. */
static bool put_plain(struct out *out, unsigned char c, char quote)
{
    char text[3] = {'\\', (char)c, '\0'};
    switch (c) {
    case '\n':
        text[1] = 'n';
        break;
    case '\r':
        text[1] = 'r';
        break;
    case '\t':
        text[1] = 't';
        break;
    case '\\':
        break;
    default:
        if (c == (unsigned char)quote)
            break;
        if (c > 0x7e)
            return false;
        if (c < 0x20)
            put_escape(out, 'x', c);
        else
            put_character(out, (const char *)&c, 1);
        return true;
    }
    put(out, text);
    return true;
}

/* UTF-8, in which surrogates (ED A0 80 … ED BF BF) may stand. Characters that people cannot see
 * are escaped as Python does, as far as that can be said without tables. */
static void put_str(struct out *out, const char *text, size_t length)
{
    char quote[2] = {quote_of(text, length), '\0'};
    put(out, quote);
    for (size_t i = 0; i < length && !out->full;) {
        unsigned char c = (unsigned char)text[i];
        size_t size = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        if (size > length - i)
            size = length - i;
        unsigned second = size > 1 ? (unsigned char)text[i + 1] & 0x3fu : 0;
        unsigned third = size > 2 ? (unsigned char)text[i + 2] & 0x3fu : 0;
        unsigned two = (c & 0x1fu) << 6 | second;
        unsigned three = (c & 0x0fu) << 12 | second << 6 | third;
        if (put_plain(out, c, quote[0]))
            ;
        else if (size == 1 || (size == 2 && (two <= 0xa0 || two == 0xad)))
            put_escape(out, 'x', size == 1 ? c : two);
        else if (size == 3 &&
                 ((three >= 0xd800 && three < 0xe000) || (three >= 0x2000 && three <= 0x200f) ||
                  (three >= 0x2028 && three <= 0x202f) || three == 0xfeff))
            put_escape(out, 'u', three);
        else
            put_character(out, text + i, size);
        i += size;
    }
    put(out, quote);
}

static void put_bytes(struct out *out, const json_t *value)
{
    size_t size;
    unsigned char *data = value_bytes(value, &size);
    if (data == NULL) {
        put(out, "?");
        return;
    }
    enum value_type type = value_type(value);
    if (type == VALUE_STR_LONE) {
        put_str(out, (const char *)data, size);
    } else {
        char quote[2] = {quote_of((const char *)data, size), '\0'};
        put(out, type == VALUE_BYTEARRAY ? "bytearray(b" : "b");
        put(out, quote);
        for (size_t i = 0; i < size && !out->full; i++) {
            if (!put_plain(out, data[i], quote[0]))
                put_escape(out, 'x', data[i]);
        }
        put(out, quote);
        put(out, type == VALUE_BYTEARRAY ? ")" : "");
    }
    free(data);
}

static void put_array(struct out *out, const json_t *value)
{
    size_t size;
    char code = value_array_code(value), head[] = "array('?'";
    unsigned char *data = value_bytes(value, &size);
    size_t element = value_array_element_size(code);
    head[7] = code;
    put(out, head);
    for (size_t at = 0; data != NULL && at < size && !out->full; at += element) {
        char text[VALUE_FLOAT_TEXT];
        value_element_text(code, data + at, text);
        put(out, at == 0 ? ", [" : ", ");
        put(out, text);
    }
    put(out, data == NULL ? ", ?)" : size > 0 ? "])" : ")");
    free(data);
}

static void put_value(struct out *out, const json_t *value);

static void put_items(struct out *out, const json_t *value, const char *open, const char *close)
{
    put(out, open);
    for (size_t i = 0; i < value_length(value) && !out->full; i++) {
        if (i > 0)
            put(out, ", ");
        put_value(out, value_item(value, i));
    }
    put(out, close);
}

static void put_dict(struct out *out, const json_t *value)
{
    put(out, "{");
    for (size_t i = 0; i < value_length(value) && !out->full; i++) {
        if (i > 0)
            put(out, ", ");
        put_value(out, value_key(value, i));
        put(out, ": ");
        put_value(out, value_entry(value, i));
    }
    put(out, "}");
}

/* A repr is shown as it is, with its control characters escaped. */
static void put_other(struct out *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length && !out->full; i++) {
        unsigned char c = (unsigned char)text[i];
        size_t size = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        if (c < 0x20 || c == 0x7f)
            put_escape(out, 'x', c);
        else
            put_character(out, text + i, size);
        i += size - 1;
    }
}

static void put_value(struct out *out, const json_t *value)
{
    size_t length;
    const char *chars;
    bool empty = value_length(value) == 0;
    switch (value_type(value)) {
    case VALUE_NONE:
        put(out, "None");
        break;
    case VALUE_BOOL:
        put(out, value_bool(value) ? "True" : "False");
        break;
    case VALUE_INT:
        put(out, value_chars(value, &length));
        break;
    case VALUE_FLOAT:
        put_float(out, value_float_bits(value, 0));
        break;
    case VALUE_COMPLEX:
        put_complex(out, value);
        break;
    case VALUE_STR:
        chars = value_chars(value, &length);
        put_str(out, chars, length);
        break;
    case VALUE_STR_LONE:
    case VALUE_BYTES:
    case VALUE_BYTEARRAY:
        put_bytes(out, value);
        break;
    case VALUE_TUPLE:
        put_items(out, value, "(", value_length(value) == 1 ? ",)" : ")");
        break;
    case VALUE_LIST:
        put_items(out, value, "[", "]");
        break;
    case VALUE_DICT:
        put_dict(out, value);
        break;
    case VALUE_SET:
        put_items(out, value, empty ? "set(" : "{", empty ? ")" : "}");
        break;
    case VALUE_FROZENSET:
        put_items(out, value, empty ? "frozenset(" : "frozenset({", empty ? ")" : "})");
        break;
    case VALUE_ARRAY:
        put_array(out, value);
        break;
    case VALUE_OTHER:
        chars = value_chars(value, &length);
        put_other(out, chars, length);
        break;
    case VALUE_INVALID:
        put(out, "?");
        break;
    }
}

size_t value_text(const json_t *value, size_t width, char *text)
{
    struct out out = {.text = text, .width = width > 0 ? width : 1};
    put_value(&out, value);
    out.text[out.used] = '\0';
    return out.used;
}
