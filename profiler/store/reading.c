#include "store/reading.h"

#include <stdlib.h>
#include <string.h>

/* Numbers as they lie in the file, whatever becomes of the enumerations (schema.c: states,
 * sources). */
static const enum counts_state states[] = {COUNTS_EXACT, COUNTS_SCALED, COUNTS_NOT_COUNTED,
                                           COUNTS_UNSUPPORTED};
static const enum counts_source sources[] = {COUNTS_HARDWARE, COUNTS_SOFTWARE, COUNTS_SIMULATED};

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

/* The rows of the sample asked for, and those after it: the next sample is mostly the next one in
 * the table, and nothing must be looked up. */
bool reading_list_open(struct store *store, struct reading_list *list, struct status *st)
{
    *list = (struct reading_list){.counts = NULL};
    list->statement = database_prepare(
        store,
        "SELECT sample, event, count, enabled_ns, running_ns, state, source, reason FROM readings"
        " WHERE sample >= ?1 ORDER BY sample, event",
        "read", st);
    if (list->statement == NULL)
        return false;
    list->texts = database_prepare(store, "SELECT text FROM reasons WHERE id = ?1", "read", st);
    return list->texts != NULL;
}

void reading_list_close(struct reading_list *list)
{
    sqlite3_finalize(list->statement);
    sqlite3_finalize(list->texts);
    for (size_t i = 0; i < list->reason_count; i++)
        free(list->reasons[i].text);
    free(list->reasons);
    free(list->counts);
}

static bool keep_reason(struct reading_list *list, int64_t id, const char *found, const char **text,
                        struct status *st)
{
    struct database_reason *larger =
        realloc(list->reasons, (list->reason_count + 1) * sizeof *larger);
    if (larger == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for a reason");
    list->reasons = larger;
    char *copy = strdup(found);
    if (copy == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for a reason");
    struct database_reason *reason = &list->reasons[list->reason_count++];
    reason->text = copy;
    reason->id = id;
    *text = copy;
    return true;
}

/* The text of a reason, read once per number; *text stays NULL where there is none. */
static bool list_reason(struct store *store, struct reading_list *list, int64_t id,
                        const char **text, struct status *st)
{
    for (size_t i = 0; i < list->reason_count; i++) {
        if (list->reasons[i].id == id) {
            *text = list->reasons[i].text;
            return true;
        }
    }
    (void)sqlite3_reset(list->texts);
    sqlite3_bind_int64(list->texts, 1, id);
    int result = sqlite3_step(list->texts);
    const char *found = NULL;
    if (result == SQLITE_ROW)
        found = (const char *)sqlite3_column_text(list->texts, 0);
    bool ok =
        result == SQLITE_ROW || result == SQLITE_DONE || database_fail(store, result, "read", st);
    ok = ok && (found == NULL || keep_reason(list, id, found, text, st));
    (void)sqlite3_reset(list->texts);
    return ok;
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
static bool list_add(struct store *store, struct reading_list *list, sqlite3_stmt *row,
                     struct status *st)
{
    int64_t event = sqlite3_column_int64(row, 1);
    int64_t count = sqlite3_column_int64(row, 2);
    int64_t enabled_ns = sqlite3_column_int64(row, 3);
    int64_t running_ns = sqlite3_column_int64(row, 4);
    int state = sqlite3_column_int(row, 5);
    int source = sqlite3_column_int(row, 6);
    if (event != (int64_t)list->count + 1 || count < 0 || enabled_ns < 0 || running_ns < 0 ||
        state < 0 || state >= STATES || source < 0 || source >= SOURCES)
        return status_fail(st, STATUS_DATA, "%s is damaged: a reading that cannot be", store->path);
    const char *reason = NULL;
    if (sqlite3_column_type(row, 7) != SQLITE_NULL &&
        !list_reason(store, list, sqlite3_column_int64(row, 7), &reason, st))
        return false;
    if (!list_room(list, st))
        return false;
    list->counts[list->count++] = (struct counts){.count = (uint64_t)count,
                                                  .enabled_ns = (uint64_t)enabled_ns,
                                                  .running_ns = (uint64_t)running_ns,
                                                  .state = states[state],
                                                  .source = sources[source],
                                                  .reason = reason};
    return true;
}

static bool list_step(struct store *store, struct reading_list *list, struct status *st)
{
    int result = sqlite3_step(list->statement);
    list->waiting = result == SQLITE_ROW;
    list->next_of = list->waiting ? sqlite3_column_int64(list->statement, 0) : INT64_MAX;
    return list->waiting || result == SQLITE_DONE || database_fail(store, result, "read", st);
}

bool reading_list_load(struct store *store, struct reading_list *list, int64_t sample,
                       struct status *st)
{
    bool ok = true;
    list->count = 0;
    if (!list->waiting || sample <= list->last || list->next_of < sample) {
        (void)sqlite3_reset(list->statement);
        sqlite3_bind_int64(list->statement, 1, sample);
        ok = list_step(store, list, st);
    }
    list->last = sample;
    while (ok && list->waiting && list->next_of == sample)
        ok = list_add(store, list, list->statement, st) && list_step(store, list, st);
    return ok;
}
