/* json_scan: the members of one JSON object, one after the other, without making a tree of it.
 *
 * For the small notes that lie in the store by the million; everything else is read by a real
 * parser. Text outside the values asked for is passed over, not validated: what is no JSON may go
 * unnoticed, but nothing beyond its end is read. Pure: no allocation, safe from any thread. */
#ifndef PAYOFF_BASE_JSON_SCAN_H
#define PAYOFF_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed from the text that is scanned. A string's quotes belong to it. */
struct json_text {
    const char *text; /* NULL: there is none */
    size_t size;
};

struct json_scan {
    const char *at, *end;
    bool damaged; /* the text broke off, or was none */
};

/* At the first member or item of the object or array `text`. */
struct json_scan json_scan_open(struct json_text text);

/* The next member of an object: its key (without quotes, escapes as they are) and its value. False
 * at the end and when damaged. */
bool json_scan_member(struct json_scan *scan, struct json_text *key, struct json_text *value);

/* The next item of an array. */
bool json_scan_item(struct json_scan *scan, struct json_text *value);

bool json_text_is(struct json_text text, const char *word);

/* A whole number, digits with a sign perhaps, that 64 bits can hold. */
bool json_text_integer(struct json_text text, int64_t *value);

/* Any number. */
bool json_text_number(struct json_text text, double *value);

#endif
