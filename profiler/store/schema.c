#include "store/schema.h"

#include <stdio.h>

/* Text columns named in the comments as JSON hold one JSON document. NULL is "unknown". Times say
 * their unit. `state` and `source` of a reading are the numbers of the tables of those names. */
static const char schema_1[] =
    "CREATE TABLE runs ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE," /* unique everywhere, sortable by time */
    " started TEXT NOT NULL, ended TEXT,"
    " state TEXT NOT NULL CHECK (state IN ('running', 'complete', 'interrupted')),"
    " wall_s REAL, seed INTEGER, confidence REAL, command TEXT,"
    " experiment_name TEXT NOT NULL, experiment_file TEXT, experiment_title TEXT,"
    " experiment_text TEXT,"
    " payoff TEXT, machine TEXT, git TEXT, more TEXT);" /* JSON */

    "CREATE TABLE warnings ("
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
    " text TEXT NOT NULL);"
    "CREATE INDEX warnings_run ON warnings (run);"

    "CREATE TABLE events ("
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
    " position INTEGER NOT NULL," /* from 1; what readings.event refers to */
    " asked TEXT NOT NULL, name TEXT, unit TEXT, state TEXT, source TEXT, reason TEXT,"
    " UNIQUE (run, position));"

    "CREATE TABLE subjects ("
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
    " name TEXT NOT NULL, kind TEXT, reference INTEGER, teaches TEXT, runtime TEXT, file TEXT,"
    " state TEXT, reason TEXT,"
    " build_command TEXT, build_seconds REAL, build_stale INTEGER, load_ns REAL,"
    " more TEXT," /* JSON */
    " UNIQUE (run, name));"

    "CREATE TABLE cells ("
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
    " subject INTEGER NOT NULL REFERENCES subjects ON DELETE CASCADE,"
    " name TEXT NOT NULL," /* subject/mode/jobs/start/size */
    " mode TEXT NOT NULL, jobs INTEGER NOT NULL, start TEXT, size, tasks INTEGER, loops INTEGER,"
    " baseline INTEGER,"
    " more TEXT," /* JSON */
    " UNIQUE (run, name));"
    "CREATE INDEX cells_subject ON cells (subject);"

    "CREATE TABLE verdicts (" /* of a cell, or of a subject as a whole */
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
    " cell INTEGER UNIQUE REFERENCES cells ON DELETE CASCADE,"
    " subject INTEGER UNIQUE REFERENCES subjects ON DELETE CASCADE,"
    " state TEXT NOT NULL, text TEXT, ulp, relative REAL, task TEXT, expected TEXT, got TEXT,"
    " more TEXT," /* JSON */
    " CHECK ((cell IS NULL) <> (subject IS NULL)));"
    "CREATE INDEX verdicts_run ON verdicts (run);"

    "CREATE TABLE samples ("
    " id INTEGER PRIMARY KEY,"
    " cell INTEGER NOT NULL REFERENCES cells ON DELETE CASCADE,"
    " block INTEGER NOT NULL, block_order INTEGER, process INTEGER, process_index INTEGER,"
    " loops INTEGER, wall_ns INTEGER, cpu_ns INTEGER,"
    " marked TEXT,"
    " noise TEXT, more TEXT);" /* JSON */
    "CREATE INDEX samples_cell ON samples (cell);"

    "CREATE TABLE states (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "INSERT INTO states VALUES (0, 'exact'), (1, 'scaled'), (2, 'not counted'), (3, 'unsupported');"
    "CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "INSERT INTO sources VALUES (0, 'hardware'), (1, 'software'), (2, 'simulated');"
    "CREATE TABLE reasons (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"

    "CREATE TABLE readings (" /* raw: count over enabled_ns, of which it was on a counter running_ns
                               */
    " sample INTEGER NOT NULL REFERENCES samples ON DELETE CASCADE,"
    " event INTEGER NOT NULL," /* events.position */
    " count INTEGER, enabled_ns INTEGER, running_ns INTEGER,"
    " state INTEGER NOT NULL REFERENCES states, source INTEGER NOT NULL REFERENCES sources,"
    " reason INTEGER REFERENCES reasons,"
    " PRIMARY KEY (sample, event)) WITHOUT ROWID;";

/* What verify found of a subject, worst first. */
static const char schema_2[] =
    "CREATE TABLE findings ("
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
    " subject INTEGER NOT NULL REFERENCES subjects ON DELETE CASCADE,"
    " position INTEGER NOT NULL," /* from 1 */
    " category TEXT NOT NULL, failing INTEGER NOT NULL, text TEXT,"
    " count INTEGER, input TEXT," /* how many inputs, and of which kind the first was */
    " task TEXT, expected TEXT, got TEXT,"
    " cause TEXT, why TEXT, advice TEXT, more TEXT," /* more: JSON */
    " UNIQUE (subject, position));"
    "CREATE INDEX findings_run ON findings (run);";

/* What an interrupted run needs to go on, and the seeds of each block. */
static const char schema_3[] =
    "ALTER TABLE runs ADD COLUMN progress TEXT;" /* JSON: payoff.run.resume */
    "CREATE TABLE blocks ("
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
    " block INTEGER NOT NULL,"
    " hash_seed INTEGER, padding_bytes INTEGER," /* what every process of it found */
    " UNIQUE (run, block));";

const char *const schema_migrations[] = {schema_1, schema_2, schema_3};
const int schema_version = sizeof schema_migrations / sizeof *schema_migrations;

static int query_int(sqlite3 *db, const char *sql, int *value)
{
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (result != SQLITE_OK)
        return result;
    result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        *value = sqlite3_column_int(statement, 0);
    int finalized = sqlite3_finalize(statement);
    return result == SQLITE_ROW ? SQLITE_OK : finalized;
}

/* All three from one snapshot: another process may be making the tables right now. */
static int read_marks(sqlite3 *db, int *application, int *version, int *tables)
{
    int result = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    if (result == SQLITE_OK)
        result = query_int(db, "PRAGMA application_id", application);
    if (result == SQLITE_OK)
        result = query_int(db, "PRAGMA user_version", version);
    if (result == SQLITE_OK)
        result = query_int(db, "SELECT count(*) FROM sqlite_master", tables);
    /* Nothing was written, so ending it is all that matters; a failed one may have ended already.
     */
    if (sqlite3_get_autocommit(db) == 0)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return result;
}

int schema_identify(sqlite3 *db, int newest, enum schema_kind *kind, int *version)
{
    int application = 0;
    int tables = 0;
    int result = read_marks(db, &application, version, &tables);
    if (result != SQLITE_OK)
        return result;

    if (application == 0 && *version == 0 && tables == 0)
        *kind = SCHEMA_EMPTY;
    else if (application != SCHEMA_APPLICATION_ID || *version < 1)
        *kind = SCHEMA_FOREIGN;
    else if (*version > newest)
        *kind = SCHEMA_NEW;
    else
        *kind = *version < newest ? SCHEMA_OLD : SCHEMA_OURS;
    return SQLITE_OK;
}

/* By their text, which is what SQLite goes by. Where a table of ours is what it should be, nothing else
 * can have its name. */
int schema_strange(sqlite3 *db, bool writing, char *what, size_t size)
{
    static const char sql[] =
        "SELECT type || ' ' || name FROM sqlite_master WHERE ?1 AND sql IS NOT NULL AND NOT "
        "(sql LIKE 'CREATE TABLE %' OR sql LIKE 'CREATE INDEX %' OR sql LIKE 'CREATE VIEW %'"
        " OR sql LIKE 'CREATE UNIQUE INDEX %') "
        "UNION ALL SELECT 'table ' || column1 FROM (VALUES ('runs'), ('warnings'), ('events'),"
        " ('subjects'), ('cells'), ('verdicts'), ('samples'), ('states'), ('sources'),"
        " ('reasons'), ('readings'), ('findings'), ('blocks')) WHERE NOT EXISTS (SELECT 1"
        " FROM sqlite_master WHERE type = 'table' AND name = column1 AND rootpage > 0"
        " AND sql LIKE 'CREATE TABLE ' || column1 || ' (%') LIMIT 1";
    sqlite3_stmt *statement = NULL;
    what[0] = '\0';
    int result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_bind_int(statement, 1, writing);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    const char *text =
        result == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    if (result == SQLITE_ROW)
        snprintf(what, size, "%s", text != NULL ? text : "schema");
    sqlite3_finalize(statement);
    return result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK : result;
}

static int migrate_inside(sqlite3 *db, const char *const *migrations, int count)
{
    int version = 0; /* asked again: another process may have been faster */
    int result = query_int(db, "PRAGMA user_version", &version);
    for (; result == SQLITE_OK && version < count; version++)
        result = sqlite3_exec(db, migrations[version], NULL, NULL, NULL);
    char header[96];
    snprintf(header, sizeof header, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             SCHEMA_APPLICATION_ID, version);
    return result == SQLITE_OK ? sqlite3_exec(db, header, NULL, NULL, NULL) : result;
}

int schema_migrate(sqlite3 *db, const char *const *migrations, int count)
{
    int result = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (result != SQLITE_OK)
        return result;
    result = migrate_inside(db, migrations, count);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    if (result != SQLITE_OK)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return result;
}
