/* sheet_notes: what the columns of a sheet ask the notes of a sample for. Private to profiler/store;
 * sheet.h is what others use. */
#ifndef PAYOFF_STORE_SHEET_NOTES_H
#define PAYOFF_STORE_SHEET_NOTES_H

#include "base/json_scan.h"
#include "store/sheet.h"

#include <stddef.h>
#include <stdint.h>

enum { SHEET_GUESSES = 24 };

/* The notes of a row mostly have the keys of the row before, in the same order: which column the
 * n-th was of, -1: of none. */
struct sheet_guess {
    char key[22];
    uint8_t size;
    int8_t column;
};

struct sheet_notes {
    const struct sheet *sheet;
    const char *path; /* of the store, for messages */
    struct sheet_guess guesses[3][SHEET_GUESSES];
    struct json_text values[SHEET_COLUMNS_MAX]; /* by column; of SHEET_NOISE and SHEET_MORE */
    struct json_text workers;
    /* What the columns of SHEET_WORKERS ask each worker for, worker by worker. */
    struct json_text *found;
    size_t found_room, asked, worker_count;
    size_t ranks[SHEET_COLUMNS_MAX]; /* a column's place among the `asked` of each worker */
};

/* The sheet is borrowed until the close. */
void sheet_notes_open(struct sheet_notes *notes, const struct sheet *sheet, const char *path);

/* Reads the notes of one sample; what it finds is borrowed from the two texts, which may be NULL.
 * What is no JSON is STATUS_DATA. */
bool sheet_notes_take(struct sheet_notes *notes, const char *noise, const char *more,
                      struct status *st);

void sheet_notes_close(struct sheet_notes *notes);

#endif
