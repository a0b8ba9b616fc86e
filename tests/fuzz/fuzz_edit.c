/* What a stranger can do to a store with any SQLite tool, as bytes: each edit is a table, a column,
 * a row, a kind of value and the value. Changes the file itself, past every rule of the tables that
 * can be switched off. */
#include "fuzz.h"

#include <lauxlib.h>
#include <lua.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>

int fuzz_edit(lua_State *L);

static const char *const tables[] = {"runs",     "warnings", "events",   "subjects", "cells",
                                     "verdicts", "samples",  "readings", "findings", "blocks",
                                     "reasons",  "states",   "sources"};

struct bytes {
    const uint8_t *data;
    size_t size;
};

static size_t take(struct bytes *from)
{
    if (from->size == 0)
        return 0;
    from->size--;
    return *from->data++;
}

static bool column_name(sqlite3 *db, const char *table, size_t at, char *name, size_t size)
{
    char sql[128];
    sqlite3_stmt *statement = NULL;
    snprintf(sql, sizeof sql, "SELECT name FROM pragma_table_info('%s') LIMIT 1 OFFSET %zu", table,
             at % 20);
    MUST(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK);
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        snprintf(name, size, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return found;
}

static void bind(sqlite3_stmt *statement, struct bytes *from)
{
    static const double numbers[] = {0, -1, 1.5, 1e308, 9007199254740993.0, -9.3e18};
    size_t kind = take(from), length = take(from);
    if (length > from->size)
        length = from->size;
    const char *text = (const char *)from->data;
    switch (kind % 6) {
    case 0:
        sqlite3_bind_null(statement, 1);
        return;
    case 1:
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)length - 3);
        return;
    case 2:
        sqlite3_bind_int64(statement, 1, length % 2 ? INT64_MAX : INT64_MIN);
        return;
    case 3:
        sqlite3_bind_double(statement, 1, numbers[length % (sizeof numbers / sizeof *numbers)]);
        return;
    case 4:
        sqlite3_bind_blob(statement, 1, text, (int)length, SQLITE_TRANSIENT);
        break;
    default:
        sqlite3_bind_text(statement, 1, text, (int)length, SQLITE_TRANSIENT);
    }
    from->data += length;
    from->size -= length;
}

static void edit_one(sqlite3 *db, struct bytes *from)
{
    const char *table = tables[take(from) % (sizeof tables / sizeof *tables)];
    char column[64], sql[256];
    bool found = column_name(db, table, take(from), column, sizeof column);
    size_t row = take(from);
    if (!found)
        return;
    const char *key = strcmp(table, "readings") == 0 ? "sample" : "id";
    if (row == 255)
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE %s = ?", table, column);
    else
        snprintf(sql, sizeof sql, "UPDATE OR REPLACE %s SET %s = ? WHERE %s = %zu", table, column,
                 key, row % 4 + 1);
    sqlite3_stmt *statement = NULL;
    MUST(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK);
    bind(statement, from);
    /* What even SQLite refuses (a text as primary key) is not done. */
    (void)sqlite3_step(statement);
    sqlite3_finalize(statement);
}

/* fuzz_edit(path, bytes) */
int fuzz_edit(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct bytes from;
    from.data = (const uint8_t *)luaL_checklstring(L, 2, &from.size);
    sqlite3 *db = NULL;
    MUST(sqlite3_open(path, &db) == SQLITE_OK);
    sqlite3_exec(db,
                 "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;"
                 "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; BEGIN",
                 NULL, NULL, NULL);
    while (from.size > 3)
        edit_one(db, &from);
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(db);
    return 0;
}
