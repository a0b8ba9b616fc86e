#include "store/database.h"

#include <errno.h>

/* SQLite keeps errno of an I/O error, but not of one in a commit: there it still stands in errno,
 * which every caller clears before it calls. Without either, EIO is what it means. */
static bool fail_io(struct store *store, int last_errno, const char *doing, struct status *st)
{
    int number = sqlite3_system_errno(store->db);
    if (number == 0)
        number = last_errno;
    return status_fail_errno(st, number != 0 ? number : EIO, "cannot %s in %s", doing, store->path);
}

/* Some failures are found by our own statements' results, after the handle has gone on. */
static const char *words_of(struct store *store, int result)
{
    return sqlite3_errcode(store->db) == SQLITE_OK ? sqlite3_errstr(result)
                                                   : sqlite3_errmsg(store->db);
}

int database_connect(const char *name, int flags, int busy_ms, sqlite3 **db)
{
    *db = NULL;
    int result = sqlite3_open_v2(name, db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (*db == NULL)
        return SQLITE_NOMEM;
    if (result != SQLITE_OK)
        return result;
    sqlite3_extended_result_codes(*db, 1);
    sqlite3_busy_timeout(*db, busy_ms);
    /* The file may come from anywhere: its own triggers and views get no rights. */
    sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return sqlite3_exec(*db, "PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON", NULL, NULL,
                        NULL);
}

bool database_fail(struct store *store, int result, const char *doing, struct status *st)
{
    int last_errno = errno;
    const char *path = store->path;
    switch (result & 0xff) {
    case SQLITE_NOTADB:
        return status_fail(st, STATUS_DATA, "%s is not a payoff store (it is no SQLite file)",
                           path);
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
        /* So it calls a disk that cannot be read, too. */
        if (last_errno == EIO || last_errno == ENXIO)
            return status_fail_errno(st, last_errno, "cannot %s in %s", doing, path);
        return status_fail(st, STATUS_DATA,
                           "%s is damaged (%s); keep a copy and use another file (--db)", path,
                           words_of(store, result));
    case SQLITE_FULL:
        return status_fail_errno(st, ENOSPC, "cannot %s in %s", doing, path);
    case SQLITE_IOERR:
        return fail_io(store, last_errno, doing, st);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return status_fail(st, STATUS_TIMEOUT,
                           "cannot %s: another process has kept %s locked for %g s", doing, path,
                           store->busy_ms / 1000.0);
    case SQLITE_READONLY:
        if (result == SQLITE_READONLY_ROLLBACK)
            return status_fail(st, STATUS_UNAVAILABLE,
                               "%s was left in the middle of a change, which only writing can "
                               "undo: merge another store into it, or run with --db %s",
                               path, path);
        /* fall through */
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return status_fail(st, STATUS_UNAVAILABLE,
                           "cannot %s: %s may not be written; use another file (--db)", doing,
                           path);
    case SQLITE_CANTOPEN:
        return fail_io(store, last_errno, doing, st);
    case SQLITE_PROTOCOL:
    case SQLITE_NOLFS:
        return status_fail_errno(st, last_errno != 0 ? last_errno : ENOLCK, "cannot %s in %s",
                                 doing, path);
    case SQLITE_NOMEM:
        return status_fail(st, STATUS_MEMORY, "out of memory: cannot %s in %s", doing, path);
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
        return status_fail(st, STATUS_USAGE, "cannot %s in %s: %s", doing, path,
                           words_of(store, result));
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
        /* Our own SQL is right, so the tables are not what their version promises. */
        return status_fail(st, STATUS_DATA, "%s is damaged: cannot %s: %s", path, doing,
                           words_of(store, result));
    default:
        return status_fail(st, STATUS_INTERNAL, "cannot %s in %s: %s", doing, path,
                           words_of(store, result));
    }
}

sqlite3_stmt *database_prepare(struct store *store, const char *sql, const char *doing,
                               struct status *st)
{
    sqlite3_stmt *statement = NULL;
    errno = 0;
    int result = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (result != SQLITE_OK)
        database_fail(store, result, doing, st);
    return statement;
}

void database_row(sqlite3_stmt *statement, sqlite3_value **values, int count)
{
    for (int i = 0; i < count; i++)
        values[i] = sqlite3_column_value(statement, i);
}

sqlite3_stmt *database_statement(struct store *store, enum database_statement which,
                                 struct status *st)
{
    static const char *const texts[DATABASE_STATEMENTS] = {
        [DATABASE_BEGIN] = "BEGIN IMMEDIATE",
        [DATABASE_COMMIT] = "COMMIT",
        [DATABASE_SAMPLE_INSERT] =
            "INSERT INTO samples (cell, block, block_order, process, process_index, loops,"
            " wall_ns, cpu_ns, marked, noise, more) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [DATABASE_READING_INSERT] =
            "INSERT INTO readings (sample, event, count, enabled_ns, running_ns, state, source,"
            " reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [DATABASE_REASON_INSERT] = "INSERT OR IGNORE INTO reasons (text) VALUES (?)",
        [DATABASE_REASON_FIND] = "SELECT id FROM reasons WHERE text = ?",
    };
    sqlite3_stmt **kept = &store->statements[which];
    if (*kept == NULL) {
        int result =
            sqlite3_prepare_v3(store->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, kept, NULL);
        if (result != SQLITE_OK)
            database_fail(store, result, "write", st);
        return *kept;
    }
    /* The result is that of the last run, which has been reported. */
    (void)sqlite3_reset(*kept);
    (void)sqlite3_clear_bindings(*kept);
    return *kept;
}

bool database_finish(struct store *store, sqlite3_stmt *statement, const char *doing,
                     struct status *st)
{
    errno = 0;
    int result = sqlite3_step(statement);
    if (result != SQLITE_DONE)
        database_fail(store, result, doing, st);
    (void)sqlite3_reset(statement);
    return result == SQLITE_DONE;
}

bool database_run(struct store *store, const char *sql, const char *doing, int64_t *value,
                  struct status *st)
{
    sqlite3_stmt *statement = database_prepare(store, sql, doing, st);
    if (statement == NULL)
        return false;
    errno = 0;
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW && value != NULL)
        *value = sqlite3_column_int64(statement, 0);
    while (result == SQLITE_ROW)
        result = sqlite3_step(statement);
    if (result != SQLITE_DONE)
        database_fail(store, result, doing, st);
    sqlite3_finalize(statement);
    return result == SQLITE_DONE;
}

static bool run_kept(struct store *store, enum database_statement which, struct status *st)
{
    sqlite3_stmt *statement = database_statement(store, which, st);
    return statement != NULL && database_finish(store, statement, "store what was measured", st);
}

bool database_start(struct store *store, bool *own, struct status *st)
{
    *own = sqlite3_get_autocommit(store->db) != 0;
    return !*own || run_kept(store, DATABASE_BEGIN, st);
}

bool database_end(struct store *store, bool own, bool ok, struct status *st)
{
    if (!own)
        return ok;
    ok = ok && run_kept(store, DATABASE_COMMIT, st);
    if (!ok)
        store_rollback(store);
    return ok;
}
