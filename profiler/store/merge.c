#include "store/merge.h"

#include "store/database.h"
#include "store/merge_common.h"
#include "store/noun.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char doing[] = "merge";

static bool run_sql(struct store *store, const char *sql, int64_t *value, struct status *st)
{
    return database_run(store, sql, doing, value, st);
}

static bool run_all(struct store *store, const char *const *list, size_t count, struct status *st)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = run_sql(store, list[i], NULL, st);
    return ok;
}

/* By how much the numbers of the other store's rows are moved up: past ours. */
static bool read_shift(struct store *store, const char *table, int64_t *shift, struct status *st)
{
    char sql[96];
    *shift = 0;
    snprintf(sql, sizeof sql, "SELECT coalesce(max(id), 0) FROM main.%s", table);
    return run_sql(store, sql, shift, st);
}

struct shifts {
    int64_t run, subject, cell, sample;
};

/* 0 for a field that refers to nothing. */
static int64_t shift_of(const struct shifts *shifts, const char *field)
{
    if (strcmp(field, "run") == 0)
        return shifts->run;
    if (strcmp(field, "subject") == 0)
        return shifts->subject;
    return strcmp(field, "cell") == 0 ? shifts->cell : 0;
}

static bool copy_noun(struct store *store, enum noun_name name, const struct shifts *shifts,
                      struct status *st)
{
    const struct noun *noun = noun_get(name);
    char names[1024] = "id", values[1536];
    int64_t own = 0;
    if (!read_shift(store, noun->table, &own, st))
        return false;
    snprintf(values, sizeof values, "id + %lld", (long long)own);
    for (size_t i = 0; i < noun->field_count; i++) {
        const char *field = noun->fields[i].name;
        size_t used = strlen(names), filled = strlen(values);
        snprintf(names + used, sizeof names - used, ", %s", field);
        snprintf(values + filled, sizeof values - filled, ", %s + %lld", field,
                 (long long)shift_of(shifts, field));
        if (shift_of(shifts, field) == 0)
            snprintf(values + filled, sizeof values - filled, ", %s", field);
    }
    char *sql =
        sqlite3_mprintf("INSERT INTO main.%s (%s) SELECT %s FROM other.%s WHERE %s IN"
                        " (SELECT id FROM temp.merging) ORDER BY id",
                        noun->table, names, values, noun->table, name == NOUN_RUN ? "id" : "run");
    bool ok = sql != NULL ? run_sql(store, sql, NULL, st)
                          : status_fail(st, STATUS_MEMORY, "out of memory: cannot merge");
    sqlite3_free(sql);
    return ok;
}

static bool copy_samples(struct store *store, const struct shifts *shifts, int64_t *count,
                         struct status *st)
{
    char sql[640];
    snprintf(sql, sizeof sql,
             "INSERT INTO main.samples (id, cell, block, block_order, process, process_index,"
             " loops, wall_ns, cpu_ns, marked, noise, more)"
             " SELECT s.id + %lld, cell + %lld, block, block_order, process, process_index,"
             " s.loops, wall_ns, cpu_ns, marked, noise, s.more FROM other.samples s"
             " JOIN other.cells c ON c.id = cell WHERE run IN (SELECT id FROM temp.merging)"
             " ORDER BY s.id",
             (long long)shifts->sample, (long long)shifts->cell);
    if (!run_sql(store, sql, NULL, st) || !run_sql(store, "SELECT changes()", count, st))
        return false;
    static const char *const reasons[] = {
        "INSERT OR IGNORE INTO main.reasons (text) SELECT text FROM other.reasons ORDER BY id",
        ("CREATE TEMP TABLE reason_numbers AS SELECT o.id AS old, m.id AS new FROM other.reasons o"
         " JOIN main.reasons m USING (text)"),
        "CREATE UNIQUE INDEX temp.reason_numbers_old ON reason_numbers (old)",
    };
    if (!run_all(store, reasons, sizeof reasons / sizeof *reasons, st))
        return false;
    snprintf(sql, sizeof sql,
             "INSERT INTO main.readings (sample, event, count, enabled_ns, running_ns, state,"
             " source, reason)"
             " SELECT sample + %lld, event, count, enabled_ns, running_ns, state, source, new"
             " FROM other.readings LEFT JOIN temp.reason_numbers ON old = reason"
             " WHERE sample IN (SELECT s.id FROM other.samples s JOIN other.cells c ON c.id = cell"
             " WHERE run IN (SELECT id FROM temp.merging))",
             (long long)shifts->sample);
    return run_sql(store, sql, NULL, st);
}

static const enum noun_name children[] = {NOUN_WARNING, NOUN_EVENT, NOUN_SUBJECT, NOUN_CELL,
                                          NOUN_VERDICT, NOUN_BLOCK, NOUN_FINDING};

/* Out of the way of the one that takes their place, which may have the name only then. */
static bool put_aside(struct store *store, struct status *st)
{
    return run_sql(store,
                   "UPDATE main.runs SET name = name || ' (less complete)' WHERE id IN"
                   " (SELECT mine FROM temp.outdone)",
                   NULL, st);
}

/* A run is known by its number, so that the more complete one takes it over. */
static bool take_place(struct store *store, int64_t shift, struct status *st)
{
    char sql[256];
    bool ok = run_sql(store, "PRAGMA defer_foreign_keys = ON", NULL, st) &&
              run_sql(store, "DELETE FROM main.runs WHERE id IN (SELECT mine FROM temp.outdone)",
                      NULL, st);
    for (size_t i = 0; ok && i <= sizeof children / sizeof *children; i++) {
        const char *field = i == 0 ? "id" : "run";
        snprintf(sql, sizeof sql,
                 "UPDATE main.%s SET %s = (SELECT mine FROM temp.outdone WHERE theirs + %lld = %s)"
                 " WHERE %s IN (SELECT theirs + %lld FROM temp.outdone)",
                 noun_get(i == 0 ? NOUN_RUN : children[i - 1])->table, field, (long long)shift,
                 field, field, (long long)shift);
        ok = run_sql(store, sql, NULL, st);
    }
    return ok;
}

static bool copy_inside(struct store *store, struct merge_counts *counts, struct status *st)
{
    static const char choose[] =
        "CREATE TEMP TABLE merging AS SELECT id FROM other.runs WHERE name NOT IN"
        " (SELECT name FROM main.runs)";
    struct shifts shifts;
    int64_t all = 0;
    if (!merge_judge_common(store, &counts->completed, st) || !put_aside(store, st) ||
        !run_sql(store, choose, NULL, st) ||
        !run_sql(store, "SELECT count(*) FROM temp.merging", &counts->runs, st) ||
        !run_sql(store, "SELECT count(*) FROM other.runs", &all, st) ||
        !read_shift(store, "runs", &shifts.run, st) ||
        !read_shift(store, "subjects", &shifts.subject, st) ||
        !read_shift(store, "cells", &shifts.cell, st) ||
        !read_shift(store, "samples", &shifts.sample, st))
        return false;
    counts->known = all - counts->runs;
    counts->runs -= counts->completed;
    bool ok = copy_noun(store, NOUN_RUN, &shifts, st);
    for (size_t i = 0; ok && i < sizeof children / sizeof *children; i++)
        ok = copy_noun(store, children[i], &shifts, st);
    return ok && copy_samples(store, &shifts, &counts->samples, st) &&
           (counts->completed == 0 || take_place(store, shifts.run, st));
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* Opened as a store once, so that what is no store, damaged or newer is refused in its own words. */
static bool check_other(struct store *into, const char *path, struct status *st)
{
    struct store *other = NULL;
    if (!store_open(path, (struct store_options){.read_only = true}, &other, st))
        return false;
    bool ok = !is_same_file(store_path(into), path) ||
              status_fail(st, STATUS_USAGE, "%s and %s are the same store", store_path(into), path);
    ok = ok && store_check(other, st);
    store_close(other);
    return ok;
}

static bool attach(struct store *into, const char *path, struct status *st)
{
    sqlite3_stmt *statement = database_prepare(into, "ATTACH DATABASE ?1 AS other", doing, st);
    if (statement == NULL)
        return false;
    /* SQLite has its own ideas about ":memory:". */
    char *name = sqlite3_mprintf("%s%s", path[0] == ':' ? "./" : "", path);
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    errno = 0;
    int result = name != NULL ? sqlite3_step(statement) : SQLITE_NOMEM;
    if (result != SQLITE_DONE)
        database_fail(into, result, doing, st);
    sqlite3_finalize(statement);
    sqlite3_free(name);
    return result == SQLITE_DONE;
}

bool merge_store(struct store *into, const char *path, struct merge_counts *counts,
                 struct status *st)
{
    bool own = false;
    *counts = (struct merge_counts){.runs = 0};
    if (!check_other(into, path, st) || !attach(into, path, st))
        return false;
    bool ok = database_start(into, &own, st);
    if (ok)
        ok = database_end(into, own, copy_inside(into, counts, st), st);
    /* What is left of it goes with the connection; failing here changes nothing of the result. */
    sqlite3_exec(into->db,
                 "DROP TABLE IF EXISTS temp.merging; DROP TABLE IF EXISTS temp.outdone; DROP TABLE "
                 "IF EXISTS temp.reason_numbers;"
                 " DETACH DATABASE other",
                 NULL, NULL, NULL);
    return ok;
}
