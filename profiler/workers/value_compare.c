#include "workers/value_compare.h"

#include "workers/value_compare_numbers.h"
#include "workers/value_order.h"
#include "workers/value_text.h"
#include "workers/value_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void compare_values(struct walk *walk, const struct step *at, const json_t *expected,
                           const json_t *got);

static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", more);
}

/* How many characters of UTF-8 text, or bytes of anything else, are the same from the start. */
static size_t common_characters(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t characters = 0;
    for (size_t i = 0; i < a_length && i < b_length && a[i] == b[i]; i++)
        characters += ((unsigned char)a[i] & 0xc0) != 0x80;
    return characters;
}

static void compare_texts(struct walk *walk, const struct step *at, const json_t *expected,
                          const json_t *got)
{
    size_t a_length, b_length;
    const char *a = value_chars(expected, &a_length), *b = value_chars(got, &b_length);
    if (a_length == b_length && memcmp(a, b, a_length) == 0)
        return;
    char reason[VALUE_REASON_SIZE];
    enum value_type type = value_type(expected);
    if (type == VALUE_INT)
        snprintf(reason, sizeof reason, "another integer");
    else if (type == VALUE_STR)
        snprintf(reason, sizeof reason, "another text, from character %zu on",
                 common_characters(a, a_length, b, b_length));
    else
        snprintf(reason, sizeof reason, "other content");
    walk_note_values(walk, at, VALUE_DIFFERENT, reason, expected, got);
}

static void compare_bytes(struct walk *walk, const struct step *at, const json_t *expected,
                          const json_t *got)
{
    size_t a_size = 0, b_size = 0, same = 0;
    unsigned char *a = value_bytes(expected, &a_size), *b = value_bytes(got, &b_size);
    if (a == NULL || b == NULL) {
        walk_no_memory(walk);
        goto out;
    }
    while (same < a_size && same < b_size && a[same] == b[same])
        same++;
    if (same < a_size || same < b_size) {
        char reason[VALUE_REASON_SIZE];
        snprintf(reason, sizeof reason, "other content, from byte %zu on", same);
        walk_note_values(walk, at, VALUE_DIFFERENT, reason, expected, got);
    }
out:
    free(a);
    free(b);
}

static void compare_lists(struct walk *walk, const struct step *at, const json_t *expected,
                          const json_t *got)
{
    size_t a_length = value_length(expected), b_length = value_length(got);
    if (a_length != b_length) {
        char reason[VALUE_REASON_SIZE];
        snprintf(reason, sizeof reason, "%zu item%s where %zu %s expected", b_length,
                 b_length == 1 ? "" : "s", a_length, a_length == 1 ? "is" : "are");
        walk_note_values(walk, at, VALUE_DIFFERENT, reason, expected, got);
        return;
    }
    for (size_t i = 0; i < a_length; i++)
        compare_values(walk, &(struct step){.up = at, .index = i}, value_item(expected, i),
                       value_item(got, i));
}

static void compare_orders(struct walk *walk, const struct step *at, const json_t *expected,
                           const json_t *got, const struct value_order *a,
                           const struct value_order *b)
{
    const json_t *missing = NULL, *extra = NULL;
    bool dict = value_type(expected) == VALUE_DICT;
    value_order_difference(a, b, &missing, &extra);
    if (missing == NULL && extra == NULL) {
        for (size_t i = 0; dict && i < a->count; i++)
            compare_values(walk, &(struct step){.up = at, .key = a->items[i].value},
                           value_entry(expected, a->items[i].index),
                           value_entry(got, b->items[i].index));
        if (dict)
            walk_note_values(walk, at, VALUE_WITHIN, "the same entries in another order", expected,
                             got);
        return;
    }
    char reason[VALUE_REASON_SIZE] = "", text[VALUE_TEXT_SIZE(24)];
    if (missing != NULL) {
        value_text(missing, 24, text);
        snprintf(reason, sizeof reason, "%s%s is missing", dict ? "the key " : "", text);
    }
    if (extra != NULL) {
        value_text(extra, 24, text);
        append(reason, sizeof reason, missing != NULL ? ", " : "");
        append(reason, sizeof reason, dict ? "the key " : "");
        append(reason, sizeof reason, text);
        append(reason, sizeof reason, " is not expected");
    }
    walk_note_values(walk, at, VALUE_DIFFERENT, reason, expected, got);
}

/* Sets, and dicts whose keys do not come in the same order. */
static void compare_unordered(struct walk *walk, const struct step *at, const json_t *expected,
                              const json_t *got)
{
    struct value_order a = {0}, b = {0};
    if (value_order_make(expected, &a, walk->st) && value_order_make(got, &b, walk->st))
        compare_orders(walk, at, expected, got, &a, &b);
    value_order_free(&a);
    value_order_free(&b);
}

static void compare_dicts(struct walk *walk, const struct step *at, const json_t *expected,
                          const json_t *got)
{
    bool same_keys = value_length(expected) == value_length(got);
    for (size_t i = 0; same_keys && i < value_length(expected); i++)
        same_keys = json_equal(value_key(expected, i), value_key(got, i));
    if (!same_keys) {
        compare_unordered(walk, at, expected, got);
        return;
    }
    for (size_t i = 0; i < value_length(expected); i++)
        compare_values(walk, &(struct step){.up = at, .key = value_key(expected, i)},
                       value_entry(expected, i), value_entry(got, i));
}

static void compare_bools(struct walk *walk, const struct step *at, const json_t *expected,
                          const json_t *got)
{
    if (value_bool(expected) != value_bool(got))
        walk_note_values(walk, at, VALUE_DIFFERENT, "the opposite", expected, got);
}

static void compare_types(struct walk *walk, const struct step *at, const json_t *expected,
                          const json_t *got)
{
    const char *a = value_type_name(expected), *b = value_type_name(got);
    char reason[VALUE_REASON_SIZE];
    if (strcmp(a, b) == 0) /* a str with lone surrogates and one without */
        snprintf(reason, sizeof reason, "another text");
    else
        snprintf(reason, sizeof reason, "%.80s where %.80s is expected", b, a);
    walk_note_values(walk, at, VALUE_DIFFERENT, reason, expected, got);
}

static void compare_values(struct walk *walk, const struct step *at, const json_t *expected,
                           const json_t *got)
{
    static void (*const compare[])(struct walk *, const struct step *, const json_t *,
                                   const json_t *) = {
        [VALUE_BOOL] = compare_bools,      [VALUE_INT] = compare_texts,
        [VALUE_COMPLEX] = walk_complex,    [VALUE_STR] = compare_texts,
        [VALUE_STR_LONE] = compare_texts,  [VALUE_BYTES] = compare_bytes,
        [VALUE_BYTEARRAY] = compare_bytes, [VALUE_TUPLE] = compare_lists,
        [VALUE_LIST] = compare_lists,      [VALUE_DICT] = compare_dicts,
        [VALUE_SET] = compare_unordered,   [VALUE_FROZENSET] = compare_unordered,
        [VALUE_ARRAY] = walk_arrays,       [VALUE_OTHER] = compare_texts,
    };
    enum value_type type = value_type(expected);
    if (type != value_type(got) || strcmp(value_type_name(expected), value_type_name(got)) != 0)
        compare_types(walk, at, expected, got);
    else if (type == VALUE_FLOAT)
        walk_floats(walk, at, expected, got, 0);
    else if (type != VALUE_NONE && type != VALUE_INVALID)
        compare[type](walk, at, expected, got);
}

static void compare_task(struct walk *walk, const json_t *expected, const json_t *got)
{
    walk->outcome = VALUE_IDENTICAL;
    if (expected == NULL || got == NULL)
        walk_note_values(walk, NULL, VALUE_DIFFERENT,
                         got == NULL ? "there is no result"
                                     : "there is a result where none is expected",
                         expected, got);
    else
        compare_values(walk, NULL, expected, got);
    walk->result->different += walk->outcome == VALUE_DIFFERENT;
    walk->result->within += walk->outcome == VALUE_WITHIN;
}

bool value_compare(const json_t *expected, const json_t *got, struct value_tolerance tolerance,
                   struct value_comparison *comparison, struct status *st)
{
    struct status failed = STATUS_INIT;
    struct walk walk = {.tolerance = tolerance, .result = comparison, .st = &failed};
    size_t a = json_array_size(expected), b = json_array_size(got);
    *comparison = (struct value_comparison){.tasks = a > b ? a : b};
    for (walk.task = 0; walk.task < comparison->tasks && failed.code == STATUS_OK; walk.task++)
        compare_task(&walk, json_array_get(expected, walk.task), json_array_get(got, walk.task));
    if (failed.code == STATUS_OK)
        return true;
    *st = failed;
    return false;
}

const char *value_outcome_name(enum value_outcome outcome)
{
    static const char *const names[] = {"identical", "within", "different"};
    return names[outcome];
}
