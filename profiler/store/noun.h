/* noun: the tables that are written seldom, as data: runs, warnings, events, subjects, cells,
 * verdicts and findings. One row is a list of values in the order of the noun's fields. Samples have their own
 * file (sample.h). */
#ifndef PAYOFF_STORE_NOUN_H
#define PAYOFF_STORE_NOUN_H

#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

enum noun_type { NOUN_INTEGER, NOUN_REAL, NOUN_TEXT, NOUN_NUMBER /* integer or real, as given */ };

struct noun_field {
    const char *name; /* of the column */
    enum noun_type type;
};

struct noun {
    const char *table;
    const struct noun_field *fields;
    size_t field_count;
};

enum noun_name {
    NOUN_RUN,
    NOUN_WARNING,
    NOUN_EVENT,
    NOUN_SUBJECT,
    NOUN_CELL,
    NOUN_VERDICT,
    NOUN_FINDING,
    NOUN_BLOCK
};
enum { NOUN_COUNT = NOUN_BLOCK + 1, NOUN_FIELDS_MAX = 20 };

const struct noun *noun_get(enum noun_name name);

/* One value of a row. Text is borrowed: from the caller when written, until the next row when read.
 */
struct noun_value {
    enum { NOUN_ABSENT, NOUN_NULL, NOUN_IS_INTEGER, NOUN_IS_REAL, NOUN_IS_TEXT } kind;
    int64_t integer;
    double real;
    const char *text;
    size_t size; /* of the text, in bytes */
};

/* A new row; *id is its number. Absent and null are the same here. What the tables do not allow (a
 * name twice, a parent that is not there, a missing name) is STATUS_USAGE. */
bool noun_insert(struct store *store, enum noun_name name, const struct noun_value *values,
                 int64_t *id, struct status *st);

/* Changes the fields that are not absent. STATUS_NOT_FOUND when there is no such row. */
bool noun_update(struct store *store, enum noun_name name, int64_t id,
                 const struct noun_value *values, struct status *st);

/* The row whose integer field `parent` is `parent_id` and whose `field` is `text` (NULL: any).
 * parent may be NULL. STATUS_NOT_FOUND when there is none. */
bool noun_find(struct store *store, enum noun_name name, const char *parent, int64_t parent_id,
               const char *field, const char *text, int64_t *id, struct status *st);

/* Calls visit for each row whose `parent` is parent_id (NULL: every row), in the order in which
 * they were made. visit returns false after filling st to stop. */
typedef bool noun_visit(void *context, int64_t id, const struct noun_value *values,
                        struct status *st);
bool noun_each(struct store *store, enum noun_name name, const char *parent, int64_t parent_id,
               noun_visit *visit, void *context, struct status *st);

/* Removes a row and everything that belongs to it. STATUS_NOT_FOUND when there is no such row. */
bool noun_remove(struct store *store, enum noun_name name, int64_t id, struct status *st);

#endif
