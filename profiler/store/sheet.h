/* sheet: the samples of one cell as rows of text, straight from the file, however many there are.
 *
 * Which columns, what stands in front of them and how words are written is the caller's; here
 * numbers become digits and rows become pieces of some hundred kilobytes. */
#ifndef PAYOFF_STORE_SHEET_H
#define PAYOFF_STORE_SHEET_H

#include "base/json_scan.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/* Where a column's value comes from. */
enum sheet_source {
    SHEET_BLOCK,
    SHEET_ORDER,
    SHEET_PROCESS,
    SHEET_INDEX,
    SHEET_LOOPS,
    SHEET_WALL_NS,
    SHEET_CPU_NS,
    SHEET_MARKED,
    SHEET_NOISE,   /* `key` of the sample's noise */
    SHEET_MORE,    /* `key` of whatever else there was */
    SHEET_WORKERS, /* `key` of each worker, blanks between them; "nan" where one's is not known */
};

struct sheet_column {
    enum sheet_source source;
    const char *key; /* of the last three */
};

enum { SHEET_COLUMNS_MAX = 64 };

struct sheet {
    const struct sheet_column *columns; /* none twice */
    size_t column_count;                /* at most SHEET_COLUMNS_MAX */
    size_t event_count; /* three columns each, after the others: count, state, share */
    const char *prefix; /* of every row, its comma too */
    size_t prefix_size;
    /* How a text is written in its column; `json`: with its quotes and escapes, as it lies in the
     * notes. *out holds until the next call. False after filling st. */
    bool (*word)(void *context, struct json_text text, bool json, struct json_text *out,
                 struct status *st);
    /* Takes a piece of text: whole rows. False after filling st. */
    bool (*piece)(void *context, const char *data, size_t size, struct status *st);
    void *context;
};

/* Writes those samples of a cell that count (without a phase, see reports/MODEL.md), as they were
 * taken; *rows is their number. Notes that are no JSON are STATUS_DATA. */
bool sheet_write(struct store *store, int64_t cell, const struct sheet *sheet, int64_t *rows,
                 struct status *st);

#endif
