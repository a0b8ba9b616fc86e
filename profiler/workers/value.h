/* value: arguments and results of subjects in the typed, lossless encoding of PROTOCOL.md.
 *
 * A value stays the JSON tree that came over the wire, for example ["t", ["i","1"], ["f","3ff0…"]];
 * this module says whether a tree is a value, and takes it apart. value_text.h writes one for
 * people, value_compare.h compares two. All functions are pure and thread-safe on trees of their
 * own. */
#ifndef PAYOFF_WORKERS_VALUE_H
#define PAYOFF_WORKERS_VALUE_H

#include "base/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_type {
    VALUE_INVALID, /* no known type: only before value_check */
    VALUE_NONE,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_FLOAT,
    VALUE_COMPLEX,
    VALUE_STR,      /* UTF-8 */
    VALUE_STR_LONE, /* a str too, with lone surrogates */
    VALUE_BYTES,
    VALUE_BYTEARRAY,
    VALUE_TUPLE,
    VALUE_LIST,
    VALUE_DICT,
    VALUE_SET,
    VALUE_FROZENSET,
    VALUE_ARRAY, /* flat array of numbers */
    VALUE_OTHER, /* known by its type's name and its repr only */
};

/* Checks that the tree is one value, all the way down. STATUS_DATA says where it is not. */
bool value_check(const json_t *value, struct status *st);

/* The same for a list of values: results in task order. */
bool value_check_list(const json_t *values, struct status *st);

/* For checked values. -------------------------------------------------------------------------- */

enum value_type value_type(const json_t *value);

/* "int", "str", …; for VALUE_OTHER the name it came with ("decimal.Decimal"), for VALUE_ARRAY
 * "array". */
const char *value_type_name(const json_t *value);

/* Items of a tuple, list, set or entries of a dict; 0 for the rest. */
size_t value_length(const json_t *value);
const json_t *value_item(const json_t *value, size_t index);  /* not for a dict */
const json_t *value_key(const json_t *value, size_t index);   /* dict only */
const json_t *value_entry(const json_t *value, size_t index); /* dict only: the key's value */

/* Text of an int (its digits), a str (its UTF-8, or the hex of VALUE_STR_LONE), an other (its
 * repr); not NUL-terminated in the sense that NUL may occur in it. */
const char *value_chars(const json_t *value, size_t *length);

bool value_bool(const json_t *value);

/* The bits of a float; of a complex, part 0 is real and part 1 imaginary. */
uint64_t value_float_bits(const json_t *value, size_t part);

/* The content of bytes, a bytearray, an array (little-endian elements) or VALUE_STR_LONE (UTF-8
 * with surrogates passed through). Allocated; NULL when out of memory. */
unsigned char *value_bytes(const json_t *value, size_t *size);

/* The element type of an array, as in Python's struct ('d', 'i', …), and its size in bytes. `l` and
 * `L` have 8. */
char value_array_code(const json_t *value);
size_t value_array_element_size(char code); /* 0 for a code that no array has */

#endif
