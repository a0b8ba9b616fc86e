#include "store/store.h"

#include "store/companion.h"
#include "store/database.h"
#include "store/schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BUSY_DEFAULT_MS = 10000, BUSY_STEP_MS = 10 };

const char *store_library_version(void)
{
    return sqlite3_libversion();
}

const char *store_path(const struct store *store)
{
    return store->path;
}

/* SQLite opens what may not be written for reading, makes its log beside it, and then finds "no such
 * file": whoever wants to write needs the folder. */
static bool check_folder(const char *path, struct status *st)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    if (folder == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory");
    bool ok =
        access(folder, W_OK | X_OK) == 0 ||
        status_fail_errno(st, errno, "the store %s cannot be written: its folder %s", path, folder);
    free(folder);
    return ok;
}

/* What SQLite would only call "unable to open" or would misunderstand. */
static bool check_path(const char *path, const struct store_options *options, struct status *st)
{
    struct stat info;
    if (path[0] == '\0')
        return status_fail(st, STATUS_USAGE, "the store's file name is empty");
    if (stat(path, &info) != 0) {
        if (errno != ENOENT)
            return status_fail_errno(st, errno, "cannot open the store %s", path);
        if (!options->create || options->read_only)
            return status_fail(st, STATUS_NOT_FOUND, "there is no store %s", path);
        return check_folder(path, st);
    }
    if (!S_ISREG(info.st_mode))
        return status_fail(st, STATUS_DATA, "%s is not a payoff store (it is no regular file)",
                           path);
    if (info.st_size == 0 && !options->create)
        return status_fail(st, STATUS_DATA, "%s is not a payoff store (it is empty)", path);
    return companion_check(path, st) && (options->read_only || check_folder(path, st));
}

static int open_handle(struct store *store, const char *name, int flags)
{
    sqlite3_close(store->db);
    return database_connect(name, flags, store->busy_ms, &store->db);
}

/* "file:" with everything unusual as %XX, for the only case that needs it. The caller frees. */
static char *immutable_uri(const char *path)
{
    char *uri = malloc(strlen(path) * 3 + sizeof "file://?immutable=1");
    if (uri == NULL)
        return NULL;
    char *end = uri + sprintf(uri, path[0] == '/' ? "file://" : "file:");
    for (; *path != '\0'; path++)
        end += sprintf(end, strchr("?#%", *path) != NULL ? "%%%02x" : "%c", (unsigned char)*path);
    memcpy(end, "?immutable=1", sizeof "?immutable=1");
    return uri;
}

/* Readers of a write-ahead log want to make a file beside the store. Where the folder forbids that,
 * or the disk is full, and there is no log, nobody is writing, and the file can be read as it lies.
 * With a journal it cannot: it would show half of a change. */
static int open_immutable(struct store *store)
{
    if (companion_has_log(store->path))
        return SQLITE_CANTOPEN;
    if (companion_has_journal(store->path))
        return SQLITE_READONLY_ROLLBACK;
    char *uri = immutable_uri(store->path);
    int result = uri == NULL ? SQLITE_NOMEM
                             : open_handle(store, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    free(uri);
    return result;
}

static bool judge_kind(struct store *store, enum schema_kind kind, int version, bool create,
                       struct status *st)
{
    switch (kind) {
    case SCHEMA_OURS:
        return true;
    case SCHEMA_FOREIGN:
        return status_fail(st, STATUS_DATA,
                           "%s is not a payoff store (it is a database of another program)",
                           store->path);
    case SCHEMA_NEW:
        return status_fail(
            st, STATUS_UNAVAILABLE,
            "%s was written by a newer payoff (store version %d, this one knows %d); "
            "update payoff or use another file (--db)",
            store->path, version, schema_version);
    case SCHEMA_EMPTY:
        return (create && !store->read_only) ||
               status_fail(st, STATUS_DATA, "%s is not a payoff store (it is empty)", store->path);
    case SCHEMA_OLD:
        return !store->read_only ||
               status_fail(st, STATUS_UNAVAILABLE,
                           "%s is of an older payoff and must be written once to be brought up to "
                           "date",
                           store->path);
    }
    return status_fail(st, STATUS_INTERNAL, "unknown kind of store");
}

/* While another process makes or opens the same file, changing the journal's mode is refused at
 * once, whatever the busy timeout. Where there can be no log (some network file systems) SQLite
 * stays with its rollback journal, which is slower and as safe. */
static int set_journal(struct store *store)
{
    static const struct timespec step = {.tv_nsec = BUSY_STEP_MS * 1000000L};
    int result = SQLITE_OK;
    for (int waited_ms = 0; waited_ms <= store->busy_ms; waited_ms += BUSY_STEP_MS) {
        result = sqlite3_exec(store->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
                              NULL, NULL, NULL);
        if ((result & 0xff) != SQLITE_BUSY && (result & 0xff) != SQLITE_LOCKED)
            break;
        nanosleep(&step, NULL);
    }
    return result;
}

static bool needs_room(int result)
{
    int kind = result & 0xff;
    return kind == SQLITE_CANTOPEN || kind == SQLITE_READONLY || kind == SQLITE_IOERR ||
           kind == SQLITE_FULL;
}

static bool check_schema(struct store *store, struct status *st)
{
    char what[128];
    errno = 0;
    int result = schema_strange(store->db, !store->read_only, what, sizeof what);
    if (result != SQLITE_OK)
        return database_fail(store, result, "open the store", st);
    return what[0] == '\0' ||
           status_fail(st, STATUS_DATA, "%s is not as payoff made it: its %s", store->path, what);
}

static bool open_store(struct store *store, bool create, struct status *st)
{
    enum schema_kind kind = SCHEMA_EMPTY;
    int version = 0;
    int flags = store->read_only ? SQLITE_OPEN_READONLY
                                 : SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    errno = 0;
    /* The log that a reader makes for itself would be its own, and in the way of the store's owner;
     * who may not write the store cannot remove it either. */
    bool as_it_lies = store->read_only && access(store->path, W_OK) != 0 &&
                      !companion_is_open(store->path) && !companion_has_journal(store->path);
    int result = as_it_lies ? open_immutable(store) : open_handle(store, store->path, flags);
    if (result == SQLITE_OK)
        result = schema_identify(store->db, schema_version, &kind, &version);
    if (store->read_only && !as_it_lies && needs_room(result)) {
        result = open_immutable(store);
        if (result == SQLITE_OK)
            result = schema_identify(store->db, schema_version, &kind, &version);
    }
    if (result != SQLITE_OK)
        return database_fail(store, result, "open the store", st);
    /* Nothing has been written so far, and nothing is to a file that is not ours. */
    if (!judge_kind(store, kind, version, create, st))
        return false;
    if (store->read_only)
        return check_schema(store, st);
    /* What may not be written is opened for reading, without a word. */
    if (sqlite3_db_readonly(store->db, "main") != 0)
        return database_fail(store, SQLITE_READONLY, "write the store", st);
    /* The tables come before the log, so that the file itself says whose it is from the start. */
    if (kind != SCHEMA_OURS)
        result = schema_migrate(store->db, schema_migrations, schema_version);
    if (result != SQLITE_OK)
        return database_fail(store, result, "open the store", st);
    if (!check_schema(store, st))
        return false;
    result = set_journal(store);
    return result == SQLITE_OK || database_fail(store, result, "open the store", st);
}

bool store_open(const char *path, struct store_options options, struct store **out,
                struct status *st)
{
    if (!check_path(path, &options, st))
        return false;
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory");
    store->read_only = options.read_only;
    store->busy_ms = options.busy_ms > 0 ? options.busy_ms : BUSY_DEFAULT_MS;
    /* SQLite has its own ideas about ":memory:". */
    size_t size = strlen(path) + sizeof "./";
    store->path = malloc(size);
    if (store->path == NULL) {
        free(store);
        return status_fail(st, STATUS_MEMORY, "out of memory");
    }
    snprintf(store->path, size, "%s%s", path[0] == ':' ? "./" : "", path);
    if (!open_store(store, options.create, st)) {
        store_close(store);
        return false;
    }
    *out = store;
    return true;
}

/* A reader is not let remove the files that it made for itself beside the store, an empty log and
 * its index. Whoever may write is asked to: SQLite does so if nobody else has the store open. But a
 * journal is not for a reader to undo. */
static void sweep(const char *path)
{
    char *log = sqlite3_mprintf("%s-wal", path);
    struct stat info;
    sqlite3 *db = NULL;
    if (log != NULL && stat(log, &info) == 0 && info.st_size == 0 && !companion_has_journal(path) &&
        sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
        (void)sqlite3_exec(db, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL);
    sqlite3_close(db);
    sqlite3_free(log);
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    if (store->db != NULL) {
        /* The kept ones, and any that a caller could not end. */
        for (sqlite3_stmt *statement; (statement = sqlite3_next_stmt(store->db, NULL)) != NULL;)
            sqlite3_finalize(statement);
        store_rollback(store);
    }
    sqlite3_close(store->db);
    if (store->read_only && store->path != NULL)
        sweep(store->path);
    free(store->path);
    free(store);
}

bool store_begin(struct store *store, struct status *st)
{
    bool own = false;
    if (!database_start(store, &own, st))
        return false;
    return own || status_fail(st, STATUS_USAGE, "a transaction is open already");
}

bool store_commit(struct store *store, struct status *st)
{
    if (sqlite3_get_autocommit(store->db) != 0)
        return status_fail(st, STATUS_USAGE, "no transaction is open");
    return database_end(store, true, true, st);
}

void store_rollback(struct store *store)
{
    /* Some errors roll back by themselves; a rollback itself cannot fail in a way that matters. */
    if (sqlite3_get_autocommit(store->db) == 0)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    /* Those that it took back must not be found in the cache. */
    for (size_t i = 0; i < store->reason_count; i++)
        free(store->reasons[i].text);
    store->reason_count = 0;
}

/* SQLite's texts have several lines; the last says what is wrong. */
static void fail_damaged(const struct store *store, const char *where, const char *text,
                         struct status *st)
{
    const char *line = text != NULL ? strrchr(text, '\n') : NULL;
    status_fail(st, STATUS_DATA, "%s is damaged: %s%s", store->path, where,
                line != NULL && line[1] != '\0' ? line + 1
                : text != NULL                  ? text
                                                : "?");
}

bool store_check(struct store *store, struct status *st)
{
    static const char *const checks[] = {"PRAGMA integrity_check(1)", "PRAGMA foreign_key_check"};
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        sqlite3_stmt *statement = database_prepare(store, checks[i], "check", st);
        if (statement == NULL)
            return false;
        errno = 0;
        int result = sqlite3_step(statement);
        int error = errno; /* a page that could not be read is no damage */
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        bool good = result == SQLITE_DONE ||
                    (result == SQLITE_ROW && text != NULL && strcmp(text, "ok") == 0);
        if (result == SQLITE_ROW && !good && (error == EIO || error == ENOMEM))
            status_fail_errno(st, error, "cannot check %s", store->path);
        else if (result == SQLITE_ROW && !good)
            fail_damaged(store, i == 0 ? "" : "a row without its parent in ", text, st);
        else if (!good)
            database_fail(store, result, "check", st);
        sqlite3_finalize(statement);
        if (!good)
            return false;
    }
    return true;
}
