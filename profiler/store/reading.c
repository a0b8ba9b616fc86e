#include "store/reading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Numbers as they lie in the file, whatever becomes of the enumerations (schema.c: states,
 * sources). */
static const enum counts_state states[] = {COUNTS_EXACT, COUNTS_SCALED, COUNTS_NOT_COUNTED,
                                           COUNTS_UNSUPPORTED};
static const enum counts_source sources[] = {COUNTS_HARDWARE, COUNTS_SOFTWARE, COUNTS_SIMULATED};

/* From so many samples on a thread reads ahead. */
enum { SAMPLES_AHEAD = 20000 };
enum { STATES = sizeof states / sizeof *states, SOURCES = sizeof sources / sizeof *sources };

/* A value that is none of them becomes -1, which the tables refuse. */
static int state_number(enum counts_state state)
{
    int i = STATES - 1;
    while (i >= 0 && states[i] != state)
        i--;
    return i;
}

static int source_number(enum counts_source source)
{
    int i = SOURCES - 1;
    while (i >= 0 && sources[i] != source)
        i--;
    return i;
}

/* A text that cannot be remembered is asked for again the next time, nothing worse. */
static void reason_remember(struct store *store, const char *text, int64_t id)
{
    if (store->reason_count == DATABASE_REASONS)
        return;
    char *copy = strdup(text);
    if (copy == NULL)
        return;
    struct database_reason *reason = &store->reasons[store->reason_count++];
    reason->text = copy;
    reason->id = id;
}

static bool reason_insert(struct store *store, const char *text, struct status *st)
{
    sqlite3_stmt *insert = database_statement(store, DATABASE_REASON_INSERT, st);
    if (insert == NULL)
        return false;
    sqlite3_bind_text(insert, 1, text, -1, SQLITE_STATIC);
    return database_finish(store, insert, "store a reason", st);
}

static bool reason_number(struct store *store, const char *text, int64_t *id, struct status *st)
{
    for (size_t i = 0; i < store->reason_count; i++) {
        if (strcmp(store->reasons[i].text, text) == 0) {
            *id = store->reasons[i].id;
            return true;
        }
    }
    if (!reason_insert(store, text, st))
        return false;
    sqlite3_stmt *find = database_statement(store, DATABASE_REASON_FIND, st);
    if (find == NULL)
        return false;
    sqlite3_bind_text(find, 1, text, -1, SQLITE_STATIC);
    errno = 0;
    int result = sqlite3_step(find);
    if (result == SQLITE_ROW) {
        *id = sqlite3_column_int64(find, 0);
        reason_remember(store, text, *id);
    } else {
        database_fail(store, result, "store a reason", st);
    }
    (void)sqlite3_reset(find);
    return result == SQLITE_ROW;
}

bool reading_insert(struct store *store, int64_t sample, size_t event, const struct counts *counts,
                    struct status *st)
{
    int64_t reason = 0;
    if (counts->count > INT64_MAX || counts->enabled_ns > INT64_MAX ||
        counts->running_ns > INT64_MAX)
        return status_fail(st, STATUS_DATA, "event %zu counts more than a counter can hold", event);
    if (counts->reason != NULL && !reason_number(store, counts->reason, &reason, st))
        return false;
    sqlite3_stmt *statement = database_statement(store, DATABASE_READING_INSERT, st);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, sample);
    sqlite3_bind_int64(statement, 2, (int64_t)event);
    /* Where nothing was counted there is no count, not even 0. */
    if (counts->state == COUNTS_EXACT || counts->state == COUNTS_SCALED)
        sqlite3_bind_int64(statement, 3, (int64_t)counts->count);
    sqlite3_bind_int64(statement, 4, (int64_t)counts->enabled_ns);
    sqlite3_bind_int64(statement, 5, (int64_t)counts->running_ns);
    sqlite3_bind_int(statement, 6, state_number(counts->state));
    sqlite3_bind_int(statement, 7, source_number(counts->source));
    if (counts->reason != NULL)
        sqlite3_bind_int64(statement, 8, reason);
    return database_finish(store, statement, "store a reading", st);
}

/* The text of a reason, asked for once per number; NULL where the store has none of it. */
static bool list_reason(struct store *store, struct reading_list *list, int64_t id,
                        const char **text, struct status *st)
{
    for (size_t i = 0; i < list->reason_count; i++) {
        if (list->reasons[i].id == id) {
            *text = list->reasons[i].text;
            return true;
        }
    }
    struct database_reason *larger =
        realloc(list->reasons, (list->reason_count + 1) * sizeof *larger);
    if (larger == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for a reason");
    list->reasons = larger;
    larger[list->reason_count] = (struct database_reason){.id = id};
    sqlite3_stmt *row =
        database_prepare(store, "SELECT text FROM reasons WHERE id = ?1", "read", st);
    if (row == NULL)
        return false;
    sqlite3_bind_int64(row, 1, id);
    int result = sqlite3_step(row);
    bool ok =
        result == SQLITE_ROW || result == SQLITE_DONE || database_fail(store, result, "read", st);
    const char *found = result == SQLITE_ROW ? (const char *)sqlite3_column_text(row, 0) : NULL;
    if (found != NULL)
        *text = larger[list->reason_count].text = strdup(found);
    if (found != NULL && *text == NULL)
        ok = status_fail(st, STATUS_MEMORY, "out of memory for a reason");
    sqlite3_finalize(row);
    list->reason_count += ok;
    return ok;
}

/* The rows of the sample asked for, and those after it: the next sample is mostly the next one in
 * the table, and nothing must be looked up. */
bool reading_list_open(struct store *store, struct reading_list *list, struct status *st)
{
    *list = (struct reading_list){.counts = NULL};
    list->statement = database_prepare(
        store, "SELECT " READING_COLUMNS " FROM readings WHERE sample >= ?1 ORDER BY sample, event",
        "read", st);
    return list->statement != NULL;
}

/* From a sample on, by the caller itself. */
static bool read_from(struct store *store, struct reading_list *list, int64_t first,
                      struct status *st)
{
    list->statement =
        database_prepare(store,
                         "SELECT " READING_COLUMNS " FROM readings WHERE sample BETWEEN ?1 AND ?2"
                         " ORDER BY sample, event",
                         "read", st);
    if (list->statement == NULL)
        return false;
    sqlite3_bind_int64(list->statement, 1, first);
    sqlite3_bind_int64(list->statement, 2, list->last);
    return true;
}

bool reading_list_open_in_time(struct store *store, struct reading_list *list, int64_t first,
                               int64_t last, struct status *st)
{
    *list = (struct reading_list){.in_time = true, .last = last};
    if (last - first >= SAMPLES_AHEAD)
        list->ahead = reading_ahead_start(store, first, last);
    return list->ahead != NULL || read_from(store, list, first, st);
}

void reading_list_close(struct reading_list *list)
{
    reading_ahead_stop(list->ahead);
    sqlite3_finalize(list->statement);
    for (size_t i = 0; i < list->reason_count; i++)
        free(list->reasons[i].text);
    free(list->reasons);
    free(list->counts);
}

static bool list_room(struct reading_list *list, struct status *st)
{
    if (list->count < list->room)
        return true;
    size_t room = list->room * 2 + 16;
    struct counts *larger = realloc(list->counts, room * sizeof *larger);
    if (larger == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for %zu readings", room);
    list->counts = larger;
    list->room = room;
    return true;
}

/* Anyone can edit the file: its numbers are checked before they are believed. */
static bool list_add(struct store *store, struct reading_list *list, const struct reading_row *row,
                     struct status *st)
{
    if (row->event != (int64_t)list->count + 1 || row->count < 0 || row->enabled_ns < 0 ||
        row->running_ns < 0 || row->state < 0 || row->state >= STATES || row->source < 0 ||
        row->source >= SOURCES)
        return status_fail(st, STATUS_DATA, "%s is damaged: a reading that cannot be", store->path);
    const char *reason = NULL;
    if (!list_room(list, st) ||
        (row->reason != 0 && !list_reason(store, list, row->reason, &reason, st)))
        return false;
    list->counts[list->count++] = (struct counts){.count = (uint64_t)row->count,
                                                  .enabled_ns = (uint64_t)row->enabled_ns,
                                                  .running_ns = (uint64_t)row->running_ns,
                                                  .state = states[row->state],
                                                  .source = sources[row->source],
                                                  .reason = reason};
    return true;
}

static struct reading_row current_row(sqlite3_stmt *statement)
{
    sqlite3_value *values[READING_COLUMN_COUNT];
    database_row(statement, values, READING_COLUMN_COUNT);
    return reading_row_of(values);
}

static bool list_step(struct store *store, struct reading_list *list, struct status *st)
{
    errno = 0;
    int result = sqlite3_step(list->statement);
    list->ended = result == SQLITE_DONE;
    list->has_row = result == SQLITE_ROW;
    if (list->has_row)
        list->row = current_row(list->statement);
    return list->has_row || list->ended || database_fail(store, result, "read", st);
}

/* list->at becomes the next row, or list->ended true. Where reading ahead fails, the caller's own
 * statement goes on from this sample, or fails too and says why. */
static bool next_in_time(struct store *store, struct reading_list *list, int64_t sample,
                         struct status *st)
{
    bool failed = false;
    if (list->ahead != NULL) {
        const struct reading_row *row = reading_ahead_next(list->ahead, &failed);
        list->ended = row == NULL;
        list->at = row;
        if (row != NULL || !failed)
            return true;
        reading_ahead_stop(list->ahead);
        list->ahead = NULL;
        list->count = 0;
        list->ended = false;
        if (!read_from(store, list, sample, st))
            return false;
    }
    list->at = &list->row;
    return list_step(store, list, st);
}

/* Rows of samples before this one are passed over; the first of a later one waits for it. */
static bool load_in_time(struct store *store, struct reading_list *list, int64_t sample,
                         struct status *st)
{
    while (!list->ended) {
        if (!list->has_row && !next_in_time(store, list, sample, st))
            return false;
        list->has_row = !list->ended && list->at->sample > sample;
        if (list->has_row || list->ended)
            return true;
        if (list->at->sample == sample && !list_add(store, list, list->at, st))
            return false;
    }
    return true;
}

bool reading_list_load(struct store *store, struct reading_list *list, int64_t sample,
                       struct status *st)
{
    bool ok = true;
    list->count = 0;
    if (list->in_time)
        return load_in_time(store, list, sample, st);
    if (!list->has_row || sample <= list->loaded || list->row.sample < sample) {
        (void)sqlite3_reset(list->statement);
        sqlite3_bind_int64(list->statement, 1, sample);
        ok = list_step(store, list, st);
    }
    list->loaded = sample;
    while (ok && list->has_row && list->row.sample == sample)
        ok = list_add(store, list, &list->row, st) && list_step(store, list, st);
    return ok;
}
