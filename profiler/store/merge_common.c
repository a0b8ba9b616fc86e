#include "store/merge_common.h"

#include "store/database.h"

#include <string.h>

static const char doing[] = "merge";

/* A run that both stores have. */
struct common {
    int64_t mine, theirs;      /* its numbers */
    int my_state, their_state; /* of STATES */
    bool same;                 /* by what no run changes */
    const char *name;
};

enum { RUNNING, INTERRUPTED, COMPLETE };
#define STATE_OF(run)                                                                              \
    "CASE " run ".state WHEN 'complete' THEN 2 WHEN 'interrupted' THEN 1 ELSE 0 END"
#define SAMPLES_OF(store, run)                                                                     \
    "SELECT name, block, block_order, process, process_index, s.loops, wall_ns, cpu_ns "           \
    "FROM " store ".samples s JOIN " store ".cells c ON c.id = cell WHERE run = " run

/* How many different samples one of them has that the other has not. */
static bool count_more(struct store *store, const char *sql, const struct common *common,
                       int64_t *count, struct status *st)
{
    sqlite3_stmt *statement = database_prepare(store, sql, doing, st);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, common->mine);
    sqlite3_bind_int64(statement, 2, common->theirs);
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        *count = sqlite3_column_int64(statement, 0);
    else
        database_fail(store, result, doing, st);
    sqlite3_finalize(statement);
    return result == SQLITE_ROW;
}

static bool fail_contrary(const struct store *store, const struct common *common, const char *why,
                          struct status *st)
{
    return status_fail(st, STATUS_DATA,
                       "run %s is in both stores and %s; nothing was changed in %s", common->name,
                       why, store_path(store));
}

/* *outdone: theirs is the more complete one. */
static bool judge(struct store *store, const struct common *common, bool *outdone,
                  struct status *st)
{
    static const char only_mine[] =
        "SELECT count(*) FROM (" SAMPLES_OF("main", "?1") " EXCEPT " SAMPLES_OF("other", "?2") ")";
    static const char only_theirs[] =
        "SELECT count(*) FROM (" SAMPLES_OF("other", "?2") " EXCEPT " SAMPLES_OF("main", "?1") ")";
    int64_t mine = 0, theirs = 0;
    *outdone = false;
    if (!common->same)
        return fail_contrary(store, common, "is of another experiment or seed in each", st);
    if (!count_more(store, only_mine, common, &mine, st) ||
        !count_more(store, only_theirs, common, &theirs, st))
        return false;
    if (mine > 0 && theirs > 0)
        return fail_contrary(
            store, common,
            "each has samples that the other has not, as when it was resumed in both", st);
    if ((theirs > 0 && common->my_state == COMPLETE) ||
        (mine > 0 && common->their_state == COMPLETE))
        return fail_contrary(store, common, "the one that is complete has fewer samples", st);
    *outdone = theirs > 0 || (mine == 0 && common->their_state > common->my_state);
    return true;
}

static bool note(struct store *store, const struct common *common, struct status *st)
{
    sqlite3_stmt *statement =
        database_prepare(store, "INSERT INTO temp.outdone VALUES (?1, ?2)", doing, st);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, common->mine);
    sqlite3_bind_int64(statement, 2, common->theirs);
    bool ok = database_finish(store, statement, doing, st);
    sqlite3_finalize(statement);
    return ok;
}

bool merge_judge_common(struct store *store, int64_t *count, struct status *st)
{
    static const char all[] = "SELECT m.id, o.id, " STATE_OF("m") ", " STATE_OF(
        "o") ", m.started IS o.started AND"
             " m.seed IS o.seed AND m.experiment_name IS o.experiment_name AND m.experiment_text IS"
             " o.experiment_text, m.name FROM main.runs m JOIN other.runs o USING (name) ORDER BY "
             "m.id";
    if (!database_run(store, "CREATE TEMP TABLE outdone (mine INTEGER, theirs INTEGER)", doing,
                      NULL, st))
        return false;
    sqlite3_stmt *row = database_prepare(store, all, doing, st);
    if (row == NULL)
        return false;
    int result = SQLITE_ROW;
    bool ok = true;
    while (ok && (result = sqlite3_step(row)) == SQLITE_ROW) {
        struct common common = {.mine = sqlite3_column_int64(row, 0),
                                .theirs = sqlite3_column_int64(row, 1),
                                .my_state = sqlite3_column_int(row, 2),
                                .their_state = sqlite3_column_int(row, 3),
                                .same = sqlite3_column_int(row, 4) != 0,
                                .name = (const char *)sqlite3_column_text(row, 5)};
        bool outdone = false;
        if (common.name == NULL)
            ok = status_fail(st, STATUS_MEMORY, "out of memory: cannot merge");
        ok = ok && judge(store, &common, &outdone, st) && (!outdone || note(store, &common, st));
        *count += ok && outdone;
    }
    if (ok && result != SQLITE_DONE)
        ok = database_fail(store, result, doing, st);
    sqlite3_finalize(row);
    return ok;
}
