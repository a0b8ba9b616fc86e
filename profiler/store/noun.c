#include "store/noun.h"

#include "store/database.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIELDS(...) ((const struct noun_field[]){__VA_ARGS__})
#define COUNT(...)  (sizeof FIELDS(__VA_ARGS__) / sizeof(struct noun_field))
#define NOUN(table, ...)                                                                           \
    {                                                                                              \
        table, FIELDS(__VA_ARGS__), COUNT(__VA_ARGS__)                                             \
    }

/* The columns of schema.c, less the id. */
static const struct noun nouns[NOUN_COUNT] = {
    [NOUN_RUN] =
        NOUN("runs", {"name", NOUN_TEXT}, {"started", NOUN_TEXT}, {"ended", NOUN_TEXT},
             {"state", NOUN_TEXT}, {"wall_s", NOUN_REAL}, {"seed", NOUN_INTEGER},
             {"confidence", NOUN_REAL}, {"command", NOUN_TEXT}, {"experiment_name", NOUN_TEXT},
             {"experiment_file", NOUN_TEXT}, {"experiment_title", NOUN_TEXT},
             {"experiment_text", NOUN_TEXT}, {"payoff", NOUN_TEXT}, {"machine", NOUN_TEXT},
             {"git", NOUN_TEXT}, {"more", NOUN_TEXT}, {"progress", NOUN_TEXT}),
    [NOUN_WARNING] = NOUN("warnings", {"run", NOUN_INTEGER}, {"text", NOUN_TEXT}),
    [NOUN_EVENT] = NOUN("events", {"run", NOUN_INTEGER}, {"position", NOUN_INTEGER},
                        {"asked", NOUN_TEXT}, {"name", NOUN_TEXT}, {"unit", NOUN_TEXT},
                        {"state", NOUN_TEXT}, {"source", NOUN_TEXT}, {"reason", NOUN_TEXT}),
    [NOUN_SUBJECT] =
        NOUN("subjects", {"run", NOUN_INTEGER}, {"name", NOUN_TEXT}, {"kind", NOUN_TEXT},
             {"reference", NOUN_INTEGER}, {"teaches", NOUN_TEXT}, {"runtime", NOUN_TEXT},
             {"file", NOUN_TEXT}, {"state", NOUN_TEXT}, {"reason", NOUN_TEXT},
             {"build_command", NOUN_TEXT}, {"build_seconds", NOUN_REAL},
             {"build_stale", NOUN_INTEGER}, {"load_ns", NOUN_NUMBER}, {"more", NOUN_TEXT}),
    [NOUN_CELL] = NOUN("cells", {"run", NOUN_INTEGER}, {"subject", NOUN_INTEGER},
                       {"name", NOUN_TEXT}, {"mode", NOUN_TEXT}, {"jobs", NOUN_INTEGER},
                       {"start", NOUN_TEXT}, {"size", NOUN_NUMBER}, {"tasks", NOUN_INTEGER},
                       {"loops", NOUN_INTEGER}, {"baseline", NOUN_INTEGER}, {"more", NOUN_TEXT}),
    [NOUN_VERDICT] = NOUN("verdicts", {"run", NOUN_INTEGER}, {"cell", NOUN_INTEGER},
                          {"subject", NOUN_INTEGER}, {"state", NOUN_TEXT}, {"text", NOUN_TEXT},
                          {"ulp", NOUN_NUMBER}, {"relative", NOUN_REAL}, {"task", NOUN_TEXT},
                          {"expected", NOUN_TEXT}, {"got", NOUN_TEXT}, {"more", NOUN_TEXT}),
    [NOUN_FINDING] =
        NOUN("findings", {"run", NOUN_INTEGER}, {"subject", NOUN_INTEGER},
             {"position", NOUN_INTEGER}, {"category", NOUN_TEXT}, {"failing", NOUN_INTEGER},
             {"text", NOUN_TEXT}, {"count", NOUN_INTEGER}, {"input", NOUN_TEXT},
             {"task", NOUN_TEXT}, {"expected", NOUN_TEXT}, {"got", NOUN_TEXT}, {"cause", NOUN_TEXT},
             {"why", NOUN_TEXT}, {"advice", NOUN_TEXT}, {"more", NOUN_TEXT}),
    [NOUN_BLOCK] = NOUN("blocks", {"run", NOUN_INTEGER}, {"block", NOUN_INTEGER},
                        {"hash_seed", NOUN_INTEGER}, {"padding_bytes", NOUN_INTEGER}),
};

const struct noun *noun_get(enum noun_name name)
{
    return &nouns[name];
}

/* SQL from names of our own tables alone: it always fits, and is checked all the same. */
struct sql {
    char text[1024];
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void sql_add(struct sql *sql, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(sql->text + sql->used, sizeof sql->text - sql->used, format, arguments);
    va_end(arguments);
    if (size > 0)
        sql->used += (size_t)size;
    if (sql->used >= sizeof sql->text)
        sql->used = sizeof sql->text - 1;
}

static void bind(sqlite3_stmt *statement, int place, const struct noun_value *value)
{
    /* Only memory can fail here, and then the step says so. */
    switch (value->kind) {
    case NOUN_IS_INTEGER:
        sqlite3_bind_int64(statement, place, value->integer);
        break;
    case NOUN_IS_REAL:
        sqlite3_bind_double(statement, place, value->real);
        break;
    case NOUN_IS_TEXT:
        sqlite3_bind_text64(statement, place, value->text, value->size, SQLITE_STATIC, SQLITE_UTF8);
        break;
    case NOUN_ABSENT:
    case NOUN_NULL:
        sqlite3_bind_null(statement, place);
        break;
    }
}

/* Steps to the end, in a transaction, and finalizes. *changes is the number of rows. */
static bool run_write(struct store *store, sqlite3_stmt *statement, const char *doing, int *changes,
                      struct status *st)
{
    bool own = false;
    bool ok = database_start(store, &own, st);
    if (ok) {
        errno = 0;
        int result = sqlite3_step(statement);
        ok = result == SQLITE_DONE || database_fail(store, result, doing, st);
        *changes = sqlite3_changes(store->db);
        (void)sqlite3_reset(statement); /* or the commit would wait for it */
        ok = database_end(store, own, ok, st);
    }
    sqlite3_finalize(statement);
    return ok;
}

bool noun_insert(struct store *store, enum noun_name name, const struct noun_value *values,
                 int64_t *id, struct status *st)
{
    const struct noun *noun = &nouns[name];
    struct sql sql = {.used = 0};
    sql_add(&sql, "INSERT INTO %s (", noun->table);
    for (size_t i = 0; i < noun->field_count; i++)
        sql_add(&sql, "%s%s", i > 0 ? ", " : "", noun->fields[i].name);
    sql_add(&sql, ") VALUES (");
    for (size_t i = 0; i < noun->field_count; i++)
        sql_add(&sql, "%s", i > 0 ? ", ?" : "?");
    sql_add(&sql, ")");

    char doing[64];
    snprintf(doing, sizeof doing, "write to %s", noun->table);
    sqlite3_stmt *statement = database_prepare(store, sql.text, doing, st);
    if (statement == NULL)
        return false;
    for (size_t i = 0; i < noun->field_count; i++)
        bind(statement, (int)i + 1, &values[i]);
    int changes = 0;
    if (!run_write(store, statement, doing, &changes, st))
        return false;
    *id = sqlite3_last_insert_rowid(store->db);
    return true;
}

bool noun_update(struct store *store, enum noun_name name, int64_t id,
                 const struct noun_value *values, struct status *st)
{
    const struct noun *noun = &nouns[name];
    struct sql sql = {.used = 0};
    sql_add(&sql, "UPDATE %s SET id = id", noun->table);
    for (size_t i = 0; i < noun->field_count; i++) {
        if (values[i].kind != NOUN_ABSENT)
            sql_add(&sql, ", %s = ?%zu", noun->fields[i].name, i + 2);
    }
    sql_add(&sql, " WHERE id = ?1");

    char doing[64];
    snprintf(doing, sizeof doing, "write to %s", noun->table);
    sqlite3_stmt *statement = database_prepare(store, sql.text, doing, st);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, id);
    for (size_t i = 0; i < noun->field_count; i++) {
        if (values[i].kind != NOUN_ABSENT)
            bind(statement, (int)i + 2, &values[i]);
    }
    int changes = 0;
    if (!run_write(store, statement, doing, &changes, st))
        return false;
    return changes == 1 || status_fail(st, STATUS_NOT_FOUND, "%s has no row %lld in %s",
                                       store->path, (long long)id, noun->table);
}

/* The names of columns go into the SQL: only those that there are. */
static bool check_field(enum noun_name name, const char *field, struct status *st)
{
    const struct noun *noun = &nouns[name];
    for (size_t i = 0; field != NULL && i < noun->field_count; i++) {
        if (strcmp(noun->fields[i].name, field) == 0)
            return true;
    }
    return field == NULL || status_fail(st, STATUS_INTERNAL, "%s has no %s", noun->table, field);
}

bool noun_find(struct store *store, enum noun_name name, const char *parent, int64_t parent_id,
               const char *field, const char *text, int64_t *id, struct status *st)
{
    const struct noun *noun = &nouns[name];
    struct sql sql = {.used = 0};
    if (!check_field(name, parent, st) || !check_field(name, field, st))
        return false;
    sql_add(&sql, "SELECT id FROM %s WHERE 1", noun->table);
    if (parent != NULL)
        sql_add(&sql, " AND %s = ?1", parent);
    if (field != NULL && text != NULL)
        sql_add(&sql, " AND %s = ?2", field);
    sqlite3_stmt *statement = database_prepare(store, sql.text, "read", st);
    if (statement == NULL)
        return false;
    if (parent != NULL)
        sqlite3_bind_int64(statement, 1, parent_id);
    if (field != NULL && text != NULL)
        sqlite3_bind_text(statement, 2, text, -1, SQLITE_STATIC);
    errno = 0;
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        *id = sqlite3_column_int64(statement, 0);
    else if (result == SQLITE_DONE)
        status_fail(st, STATUS_NOT_FOUND, "%s has no %s '%s'", store->path, noun->table,
                    text != NULL ? text : "");
    else
        database_fail(store, result, "read", st);
    sqlite3_finalize(statement);
    return result == SQLITE_ROW;
}

static struct noun_value column(sqlite3_stmt *statement, int place)
{
    struct noun_value value = {.kind = NOUN_NULL};
    switch (sqlite3_column_type(statement, place)) {
    case SQLITE_INTEGER:
        value.kind = NOUN_IS_INTEGER;
        value.integer = sqlite3_column_int64(statement, place);
        break;
    case SQLITE_FLOAT:
        value.kind = NOUN_IS_REAL;
        value.real = sqlite3_column_double(statement, place);
        break;
    case SQLITE_TEXT:
    case SQLITE_BLOB:
        value.kind = NOUN_IS_TEXT;
        value.text = (const char *)sqlite3_column_blob(statement, place);
        value.size = (size_t)sqlite3_column_bytes(statement, place);
        break;
    default:
        break;
    }
    if (value.kind == NOUN_IS_TEXT && value.text == NULL)
        value.text = "";
    return value;
}

bool noun_each(struct store *store, enum noun_name name, const char *parent, int64_t parent_id,
               noun_visit *visit, void *context, struct status *st)
{
    const struct noun *noun = &nouns[name];
    struct sql sql = {.used = 0};
    if (!check_field(name, parent, st))
        return false;
    sql_add(&sql, "SELECT id");
    for (size_t i = 0; i < noun->field_count; i++)
        sql_add(&sql, ", %s", noun->fields[i].name);
    sql_add(&sql, " FROM %s", noun->table);
    if (parent != NULL)
        sql_add(&sql, " WHERE %s = ?1", parent);
    sql_add(&sql, " ORDER BY id");
    sqlite3_stmt *statement = database_prepare(store, sql.text, "read", st);
    if (statement == NULL)
        return false;
    if (parent != NULL)
        sqlite3_bind_int64(statement, 1, parent_id);

    struct noun_value values[NOUN_FIELDS_MAX];
    bool ok = true;
    int result = SQLITE_ROW;
    errno = 0;
    while (ok && (result = sqlite3_step(statement)) == SQLITE_ROW) {
        for (size_t i = 0; i < noun->field_count; i++)
            values[i] = column(statement, (int)i + 1);
        ok = visit(context, sqlite3_column_int64(statement, 0), values, st);
    }
    if (ok && result != SQLITE_DONE)
        ok = database_fail(store, result, "read", st);
    sqlite3_finalize(statement);
    return ok;
}

bool noun_remove(struct store *store, enum noun_name name, int64_t id, struct status *st)
{
    const struct noun *noun = &nouns[name];
    struct sql sql = {.used = 0};
    sql_add(&sql, "DELETE FROM %s WHERE id = ?1", noun->table);
    sqlite3_stmt *statement = database_prepare(store, sql.text, "remove a row", st);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, id);
    int changes = 0;
    if (!run_write(store, statement, "remove a row", &changes, st))
        return false;
    return changes > 0 || status_fail(st, STATUS_NOT_FOUND, "%s has no row %lld in %s", store->path,
                                      (long long)id, noun->table);
}
