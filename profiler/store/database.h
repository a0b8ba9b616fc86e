/* database: what the files of this wing share about the open SQLite handle: errors in words,
 * statements that are prepared once, one transaction per write. Private to profiler/store. */
#ifndef PAYOFF_STORE_DATABASE_H
#define PAYOFF_STORE_DATABASE_H

#include "store/store.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/* Statements of the hot path, kept prepared. */
enum database_statement {
    DATABASE_BEGIN,
    DATABASE_COMMIT,
    DATABASE_SAMPLE_INSERT,
    DATABASE_READING_INSERT,
    DATABASE_REASON_INSERT,
    DATABASE_REASON_FIND,
    DATABASE_STATEMENTS, /* their number */
};

/* The reason texts of a run repeat a million times; the few different ones are found here first. */
enum { DATABASE_REASONS = 16 };
struct database_reason {
    char *text;
    int64_t id;
};

struct store {
    sqlite3 *db;
    char *path;
    int busy_ms;
    bool read_only;
    sqlite3_stmt *statements[DATABASE_STATEMENTS];
    struct database_reason reasons[DATABASE_REASONS];
    size_t reason_count;
};

/* A connection with the settings that every one of ours has; a result code of SQLite. *db is the
 * caller's to close whatever comes of it, NULL perhaps. Not to be used by two threads at once. */
int database_connect(const char *name, int flags, int busy_ms, sqlite3 **db);

/* Fills st from SQLite's result code: whose fault it is, and what to do. `doing` is a phrase such
 * as "store a sample". Returns false. */
bool database_fail(struct store *store, int result, const char *doing, struct status *st);

/* Prepares sql; the caller finalizes. NULL after filling st. */
sqlite3_stmt *database_prepare(struct store *store, const char *sql, const char *doing,
                               struct status *st);

/* The values of the row that a statement is at; they hold until its next step. */
void database_row(sqlite3_stmt *statement, sqlite3_value **values, int count);

/* The kept statement, reset and without bindings; prepared at its first use. Borrowed. */
sqlite3_stmt *database_statement(struct store *store, enum database_statement which,
                                 struct status *st);

/* Runs a kept statement that yields no row, and resets it. */
bool database_finish(struct store *store, sqlite3_stmt *statement, const char *doing,
                     struct status *st);

/* Runs one statement to its end; with `value`, keeps the integer of its first row. */
bool database_run(struct store *store, const char *sql, const char *doing, int64_t *value,
                  struct status *st);

/* Around a write: a transaction of its own unless store_begin has opened one (then *own is false
 * and the end does nothing). database_end commits when ok, else rolls back, and returns whether all
 * went well. */
bool database_start(struct store *store, bool *own, struct status *st);
bool database_end(struct store *store, bool own, bool ok, struct status *st);

#endif
