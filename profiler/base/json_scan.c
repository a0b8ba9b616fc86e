#include "base/json_scan.h"

#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What ends a number or a word; what must be looked at within an object or a list. */
static const bool ends_word[256] = {[','] = true,  ['}'] = true,  [']'] = true, [' '] = true,
                                    ['\t'] = true, ['\r'] = true, ['\n'] = true};
static const bool nests[256] = {
    ['"'] = true, ['{'] = true, ['['] = true, ['}'] = true, [']'] = true};

static void skip_blanks(struct json_scan *scan)
{
    while (scan->at < scan->end && is_blank(*scan->at))
        scan->at++;
}

/* From the quote on to past the closing one. */
static void skip_string(struct json_scan *scan)
{
    const char *at = scan->at + 1, *end = scan->end; /* of its own: it need not go to memory */
    while (at < end && *at != '"')
        at += *at == '\\' ? 2 : 1;
    scan->damaged = scan->damaged || at >= end;
    scan->at = at < end ? at + 1 : end;
}

/* Past a whole object or array, whatever it holds. */
static void skip_nested(struct json_scan *scan)
{
    size_t depth = 0;
    while (!scan->damaged) {
        const char *at = scan->at;
        while (at < scan->end && !nests[(unsigned char)*at])
            at++;
        scan->at = at;
        if (at >= scan->end)
            break;
        char c = *at;
        if (c == '"') {
            skip_string(scan);
            continue;
        }
        scan->at++;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return;
    }
    scan->damaged = true;
}

static bool take_value(struct json_scan *scan, struct json_text *value)
{
    skip_blanks(scan);
    value->text = scan->at;
    if (scan->at >= scan->end) {
        scan->damaged = true;
    } else if (*scan->at == '"') {
        skip_string(scan);
    } else if (*scan->at == '{' || *scan->at == '[') {
        skip_nested(scan);
    } else {
        const char *at = scan->at;
        while (at < scan->end && !ends_word[(unsigned char)*at])
            at++;
        scan->at = at;
    }
    value->size = (size_t)(scan->at - value->text);
    scan->damaged = scan->damaged || value->size == 0;
    return !scan->damaged;
}

/* To the next member or item; false at the end. */
static bool next(struct json_scan *scan)
{
    skip_blanks(scan);
    if (scan->at < scan->end && *scan->at == ',') {
        scan->at++;
        skip_blanks(scan);
    }
    if (scan->at >= scan->end)
        scan->damaged = true;
    return !scan->damaged && *scan->at != '}' && *scan->at != ']';
}

struct json_scan json_scan_open(struct json_text text)
{
    struct json_scan scan = {.at = text.text, .end = text.text};
    if (text.text == NULL) {
        scan.damaged = true;
        return scan;
    }
    scan.end += text.size;
    skip_blanks(&scan);
    scan.damaged = scan.at >= scan.end || (*scan.at != '{' && *scan.at != '[');
    scan.at += scan.damaged ? 0 : 1;
    return scan;
}

bool json_scan_member(struct json_scan *scan, struct json_text *key, struct json_text *value)
{
    if (scan->damaged || !next(scan))
        return false;
    if (*scan->at != '"') {
        scan->damaged = true;
        return false;
    }
    key->text = scan->at + 1;
    skip_string(scan);
    if (scan->damaged)
        return false;
    key->size = (size_t)(scan->at - key->text) - 1;
    skip_blanks(scan);
    if (scan->at >= scan->end || *scan->at != ':') {
        scan->damaged = true;
        return false;
    }
    scan->at++;
    return take_value(scan, value);
}

bool json_scan_item(struct json_scan *scan, struct json_text *value)
{
    return !scan->damaged && next(scan) && take_value(scan, value);
}

bool json_text_is(struct json_text text, const char *word)
{
    return text.text != NULL && strlen(word) == text.size &&
           memcmp(text.text, word, text.size) == 0;
}

bool json_text_integer(struct json_text text, int64_t *value)
{
    size_t at = text.text != NULL && text.size > 0 && text.text[0] == '-';
    uint64_t sum = 0;
    if (text.text == NULL || text.size == at || text.size > 18 + at)
        return false;
    for (size_t i = at; i < text.size; i++) {
        if (text.text[i] < '0' || text.text[i] > '9')
            return false;
        sum = sum * 10 + (uint64_t)(text.text[i] - '0');
    }
    *value = at != 0 ? -(int64_t)sum : (int64_t)sum;
    return true;
}

bool json_text_number(struct json_text text, double *value)
{
    char copy[64], *end = NULL;
    int64_t whole = 0;
    if (json_text_integer(text, &whole) && whole != 0) { /* 0 may be -0 */
        *value = (double)whole;
        return true;
    }
    if (text.text == NULL || text.size == 0 || text.size >= sizeof copy)
        return false;
    memcpy(copy, text.text, text.size);
    copy[text.size] = '\0';
    if (strchr("-0123456789", copy[0]) == NULL)
        return false;
    *value = strtod(copy, &end);
    return *end == '\0';
}
