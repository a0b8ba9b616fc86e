#include "store/sample.h"

#include "store/database.h"
#include "store/reading.h"

#include <errno.h>
#include <string.h>

static void bind_text(sqlite3_stmt *statement, int place, const char *text)
{
    if (text != NULL)
        sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC);
}

static bool insert_inside(struct store *store, const struct sample_row *sample, int64_t *id,
                          struct status *st)
{
    sqlite3_stmt *statement = database_statement(store, DATABASE_SAMPLE_INSERT, st);
    if (statement == NULL)
        return false;
    const int64_t numbers[] = {sample->cell,    sample->block,         sample->block_order,
                               sample->process, sample->process_index, sample->loops,
                               sample->wall_ns, sample->cpu_ns};
    for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++) {
        if (numbers[i] >= 0) /* else it stays NULL: unknown */
            sqlite3_bind_int64(statement, i + 1, numbers[i]);
    }
    bind_text(statement, 9, sample->marked);
    bind_text(statement, 10, sample->noise);
    bind_text(statement, 11, sample->more);
    if (!database_finish(store, statement, "store a sample", st))
        return false;
    *id = sqlite3_last_insert_rowid(store->db);
    for (size_t i = 0; i < sample->count_count; i++) {
        if (!reading_insert(store, *id, i + 1, &sample->counts[i], st))
            return false;
    }
    return true;
}

bool sample_insert(struct store *store, const struct sample_row *sample, int64_t *id,
                   struct status *st)
{
    bool own = false;
    if (!database_start(store, &own, st))
        return false;
    return database_end(store, own, insert_inside(store, sample, id, st), st);
}

#define COLUMNS                                                                                    \
    "samples.id, cell, block, block_order, process, process_index, samples.loops, wall_ns,"        \
    " cpu_ns, marked, noise, samples.more"
enum { COLUMN_COUNT = 12 };

static int64_t known(sqlite3_value *value)
{
    return sqlite3_value_type(value) == SQLITE_NULL ? SAMPLE_UNKNOWN : sqlite3_value_int64(value);
}

static const char *text_or_null(sqlite3_value *value)
{
    return (const char *)sqlite3_value_text(value);
}

/* Of values in the order of COLUMNS. */
static struct sample_row sample_row_of(sqlite3_value **values)
{
    return (struct sample_row){.cell = known(values[1]),
                               .block = known(values[2]),
                               .block_order = known(values[3]),
                               .process = known(values[4]),
                               .process_index = known(values[5]),
                               .loops = known(values[6]),
                               .wall_ns = known(values[7]),
                               .cpu_ns = known(values[8]),
                               .marked = text_or_null(values[9]),
                               .noise = text_or_null(values[10]),
                               .more = text_or_null(values[11])};
}

#define OF_RUN                                                                                     \
    "SELECT " COLUMNS " FROM cells JOIN samples ON cell = cells.id WHERE +run = ?1"                \
    " ORDER BY cells.id, samples.id"

/* Whether notes have a phase: their keys have no escapes, so that what holds none of these letters
 * has none. instr() of SQLite compares letter by letter. */
static void has_phase(sqlite3_context *context, int count, sqlite3_value **values)
{
    static const char phase[] = "\"phase\":";
    const void *notes = sqlite3_value_blob(values[0]);
    size_t size = (size_t)sqlite3_value_bytes(values[0]);
    (void)count;
    sqlite3_result_int(context,
                       notes != NULL && memmem(notes, size, phase, sizeof phase - 1) != NULL);
}

static bool offer_phase(struct store *store, struct status *st)
{
    int made = sqlite3_create_function(store->db, "has_phase", 1, SQLITE_UTF8, NULL, has_phase,
                                       NULL, NULL);
    return made == SQLITE_OK || database_fail(store, made, "read", st);
}

/* Rows of `row` with their readings, where there is a list of them. */
static bool each_row(struct store *store, sqlite3_stmt *row, struct reading_list *readings,
                     sample_visit *visit, void *context, struct status *st)
{
    bool ok = true;
    int result = SQLITE_ROW;
    /* The open row keeps one snapshot of the file for both statements. */
    errno = 0;
    while (ok && (result = sqlite3_step(row)) == SQLITE_ROW) {
        sqlite3_value *values[COLUMN_COUNT];
        database_row(row, values, COLUMN_COUNT);
        int64_t id = sqlite3_value_int64(values[0]);
        struct sample_row sample = sample_row_of(values);
        ok = readings == NULL || reading_list_load(store, readings, id, st);
        sample.counts = readings != NULL ? readings->counts : NULL;
        sample.count_count = readings != NULL ? readings->count : 0;
        ok = ok && visit(context, id, &sample, st);
    }
    if (ok && result != SQLITE_DONE)
        ok = database_fail(store, result, "read", st);
    return ok;
}

/* `of`: the number of a run or cell, which ?1 stands for. */
static bool each(struct store *store, const char *sql, int64_t of, bool with_readings,
                 sample_visit *visit, void *context, struct status *st)
{
    struct reading_list readings = {.counts = NULL};
    sqlite3_stmt *row = NULL;
    bool ok = offer_phase(store, st) && (!with_readings || reading_list_open(store, &readings, st));
    if (ok)
        row = database_prepare(store, sql, "read", st);
    if (row != NULL)
        sqlite3_bind_int64(row, 1, of);
    ok = row != NULL && each_row(store, row, with_readings ? &readings : NULL, visit, context, st);
    sqlite3_finalize(row);
    reading_list_close(&readings);
    return ok;
}

bool sample_each(struct store *store, int64_t run, sample_visit *visit, void *context,
                 struct status *st)
{
    return each(store, OF_RUN, run, true, visit, context, st);
}

bool sample_each_time(struct store *store, int64_t run, sample_visit *visit, void *context,
                      struct status *st)
{
    return each(store, OF_RUN, run, false, visit, context, st);
}

bool sample_each_counted(struct store *store, int64_t cell, sample_visit *visit, void *context,
                         struct status *st)
{
    return each(store,
                "SELECT " COLUMNS
                " FROM samples WHERE cell = ?1 AND NOT has_phase(more) ORDER BY id",
                cell, true, visit, context, st);
}

/* Page after page of the file. A CROSS JOIN is done in the order written; the index of cells knows
 * each one's ends. */
bool sample_each_phased(struct store *store, int64_t run, sample_visit *visit, void *context,
                        struct status *st)
{
    return each(store,
                "SELECT " COLUMNS " FROM samples CROSS JOIN cells ON cells.id = cell"
                " WHERE run = ?1 AND samples.id"
                " BETWEEN (SELECT min((SELECT min(id) FROM samples WHERE cell = c.id)) FROM cells c"
                " WHERE run = ?1) AND (SELECT max((SELECT max(id) FROM samples WHERE cell = c.id))"
                " FROM cells c WHERE run = ?1) AND has_phase(samples.more) ORDER BY samples.id",
                run, true, visit, context, st);
}

/* The numbers of a run's first and last sample, of which the index of cells knows each cell's, and
 * of its first and last cell; `together`: none of another run lies between these. */
struct ends {
    int64_t first, last, first_cell, last_cell;
    bool together;
};

static bool ends_of(struct store *store, int64_t run, struct ends *ends, struct status *st)
{
    sqlite3_stmt *row = database_prepare(
        store,
        "SELECT min((SELECT min(id) FROM samples WHERE cell = cells.id)),"
        " max((SELECT max(id) FROM samples WHERE cell = cells.id)),"
        " min(id), max(id), max(id) - min(id) + 1 = count(*) FROM cells WHERE run = ?1",
        "read", st);
    if (row == NULL)
        return false;
    sqlite3_bind_int64(row, 1, run);
    int result = sqlite3_step(row);
    bool ok = result == SQLITE_ROW || database_fail(store, result, "read", st);
    bool any = ok && sqlite3_column_type(row, 0) != SQLITE_NULL;
    *ends = (struct ends){.last = -1, .together = true};
    if (any)
        *ends = (struct ends){.first = sqlite3_column_int64(row, 0),
                              .last = sqlite3_column_int64(row, 1),
                              .first_cell = sqlite3_column_int64(row, 2),
                              .last_cell = sqlite3_column_int64(row, 3),
                              .together = sqlite3_column_int(row, 4) != 0};
    sqlite3_finalize(row);
    return ok;
}

/* Cells are asked each time only where others lie between: that takes its time. A CROSS
 * JOIN is done in the order written. */
static sqlite3_stmt *prepare_in_time(struct store *store, int64_t run, const struct ends *ends,
                                     struct status *st)
{
    sqlite3_stmt *row = database_prepare(
        store,
        ends->together ? "SELECT " COLUMNS " FROM samples WHERE id BETWEEN ?1 AND ?2"
                         " AND +cell BETWEEN ?3 AND ?4 ORDER BY id"
                       : "SELECT " COLUMNS " FROM samples CROSS JOIN cells ON cells.id = cell"
                         " WHERE samples.id BETWEEN ?1 AND ?2 AND run = ?3 ORDER BY samples.id",
        "read", st);
    if (row == NULL)
        return NULL;
    sqlite3_bind_int64(row, 1, ends->first);
    sqlite3_bind_int64(row, 2, ends->last);
    sqlite3_bind_int64(row, 3, ends->together ? ends->first_cell : run);
    if (ends->together)
        sqlite3_bind_int64(row, 4, ends->last_cell);
    return row;
}

bool sample_each_in_time(struct store *store, int64_t run, sample_visit *visit, void *context,
                         struct status *st)
{
    struct reading_list readings = {.counts = NULL};
    struct ends ends;
    sqlite3_stmt *row = NULL;
    bool ok = ends_of(store, run, &ends, st) &&
              reading_list_open_in_time(store, &readings, ends.first, ends.last, st);
    if (ok)
        row = prepare_in_time(store, run, &ends, st);
    ok = row != NULL && each_row(store, row, &readings, visit, context, st);
    sqlite3_finalize(row);
    reading_list_close(&readings);
    return ok;
}

bool sample_mark_after(struct store *store, int64_t run, int64_t block, int64_t block_order,
                       const char *text, int64_t *count, struct status *st)
{
    bool own = false;
    sqlite3_stmt *statement = database_prepare(
        store,
        "UPDATE samples SET marked = ?4 WHERE cell IN (SELECT id FROM cells WHERE run = ?1)"
        " AND (block > ?2 OR (block = ?2 AND block_order > ?3))",
        "mark samples", st);
    bool ok = statement != NULL && database_start(store, &own, st);
    if (ok) {
        sqlite3_bind_int64(statement, 1, run);
        sqlite3_bind_int64(statement, 2, block);
        sqlite3_bind_int64(statement, 3, block_order);
        bind_text(statement, 4, text);
        ok = database_finish(store, statement, "mark samples", st);
        *count = sqlite3_changes(store->db);
        ok = database_end(store, own, ok, st);
    }
    sqlite3_finalize(statement);
    return ok;
}

bool sample_count(struct store *store, int64_t run, int64_t *count, struct status *st)
{
    sqlite3_stmt *row = database_prepare(
        store, "SELECT count(*) FROM cells JOIN samples ON cell = cells.id WHERE run = ?1", "read",
        st);
    if (row == NULL)
        return false;
    sqlite3_bind_int64(row, 1, run);
    errno = 0;
    int result = sqlite3_step(row);
    if (result == SQLITE_ROW)
        *count = sqlite3_column_int64(row, 0);
    else
        database_fail(store, result, "read", st);
    sqlite3_finalize(row);
    return result == SQLITE_ROW;
}
