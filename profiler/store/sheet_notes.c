#include "store/sheet_notes.h"

#include <stdlib.h>
#include <string.h>

static bool fail_notes(const struct sheet_notes *notes, struct status *st)
{
    return status_fail(st, STATUS_DATA, "%s is damaged: the notes of a sample are no JSON",
                       notes->path);
}

/* The count of a worker: an object with its state, or nothing. */
static struct json_text count_of(struct json_text value)
{
    struct json_text key, item, state = {NULL, 0}, count = {NULL, 0}, estimate = {NULL, 0};
    if (value.text == NULL || value.text[0] != '{')
        return value;
    struct json_scan scan = json_scan_open(value);
    while (json_scan_member(&scan, &key, &item)) {
        if (json_text_is(key, "state"))
            state = item;
        else if (json_text_is(key, "count"))
            count = item;
        else if (json_text_is(key, "estimate"))
            estimate = item;
    }
    if (json_text_is(state, "\"exact\""))
        return count;
    return json_text_is(state, "\"scaled\"") ? estimate : (struct json_text){NULL, 0};
}

static int search_column(const struct sheet *sheet, enum sheet_source source, struct json_text key)
{
    for (size_t i = 0; i < sheet->column_count; i++) {
        if (sheet->columns[i].source == source && json_text_is(key, sheet->columns[i].key))
            return (int)i;
    }
    return -1;
}

static size_t guesses_of(enum sheet_source source)
{
    return source == SHEET_NOISE ? 0 : source == SHEET_MORE ? 1 : 2;
}

/* The column of the n-th key of some notes; -1: none. */
static int find_column(struct sheet_notes *notes, enum sheet_source source, size_t n,
                       struct json_text key)
{
    if (n >= SHEET_GUESSES || key.size > sizeof notes->guesses[0][0].key)
        return search_column(notes->sheet, source, key);
    struct sheet_guess *guess = &notes->guesses[guesses_of(source)][n];
    if (guess->size != key.size || memcmp(guess->key, key.text, key.size) != 0) {
        memcpy(guess->key, key.text, key.size);
        guess->size = (uint8_t)key.size;
        guess->column = (int8_t)search_column(notes->sheet, source, key);
    }
    return guess->column;
}

/* One worker's values, one for each column of SHEET_WORKERS in their order. */
static bool take_worker(struct sheet_notes *notes, struct json_text worker, struct json_text *found,
                        struct status *st)
{
    struct json_text name, value;
    struct json_scan scan = json_scan_open(worker);
    memset(found, 0, notes->asked * sizeof *found);
    for (size_t n = 0; json_scan_member(&scan, &name, &value); n++) {
        int column = find_column(notes, SHEET_WORKERS, n, name);
        if (column >= 0)
            found[notes->ranks[column]] = count_of(value);
    }
    return !scan.damaged || fail_notes(notes, st);
}

static bool take_workers(struct sheet_notes *notes, struct status *st)
{
    struct json_text worker;
    if (notes->workers.text == NULL || notes->asked == 0)
        return true;
    struct json_scan list = json_scan_open(notes->workers);
    while (json_scan_item(&list, &worker)) {
        if ((notes->worker_count + 1) * notes->asked > notes->found_room) {
            size_t room = (notes->worker_count + 8) * 2 * notes->asked;
            struct json_text *larger = realloc(notes->found, room * sizeof *larger);
            if (larger == NULL)
                return status_fail(st, STATUS_MEMORY, "out of memory for a sample's workers");
            notes->found = larger;
            notes->found_room = room;
        }
        if (!take_worker(notes, worker, &notes->found[notes->worker_count * notes->asked], st))
            return false;
        notes->worker_count++;
    }
    return !list.damaged || fail_notes(notes, st);
}

/* Notes the values of one object of notes that columns ask for. */
static bool take_notes(struct sheet_notes *notes, enum sheet_source source, const char *text,
                       struct status *st)
{
    struct json_text key, value;
    if (text == NULL)
        return true;
    struct json_scan scan = json_scan_open((struct json_text){text, strlen(text)});
    for (size_t n = 0; json_scan_member(&scan, &key, &value); n++) {
        int column = find_column(notes, source, n, key);
        if (column >= 0)
            notes->values[column] = value;
        else if (source == SHEET_MORE && json_text_is(key, "workers"))
            notes->workers = value;
    }
    return !scan.damaged || fail_notes(notes, st);
}

void sheet_notes_open(struct sheet_notes *notes, const struct sheet *sheet, const char *path)
{
    *notes = (struct sheet_notes){.sheet = sheet, .path = path};
    memset(notes->guesses, UINT8_MAX, sizeof notes->guesses); /* no key is so long */
    for (size_t i = 0; i < sheet->column_count; i++) {
        notes->ranks[i] = notes->asked;
        notes->asked += sheet->columns[i].source == SHEET_WORKERS;
    }
}

bool sheet_notes_take(struct sheet_notes *notes, const char *noise, const char *more,
                      struct status *st)
{
    memset(notes->values, 0, notes->sheet->column_count * sizeof *notes->values);
    notes->workers = (struct json_text){NULL, 0};
    notes->worker_count = 0;
    return take_notes(notes, SHEET_NOISE, noise, st) && take_notes(notes, SHEET_MORE, more, st) &&
           take_workers(notes, st);
}

void sheet_notes_close(struct sheet_notes *notes)
{
    free(notes->found);
}
