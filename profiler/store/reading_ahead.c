#include "store/reading_ahead.h"

#include <pthread.h>
#include <stdlib.h>

enum { ROWS = 4096, CHUNKS = 8 };

struct chunk {
    struct reading_row rows[ROWS];
    size_t count;
};

struct reading_ahead {
    sqlite3 *db;
    sqlite3_stmt *statement;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int64_t last;          /* sample */
    size_t written, taken; /* chunks so far; guarded by lock, as all below */
    bool ended, failed, stop;
    struct chunk *writing; /* the thread's alone; NULL: the next one must be waited for */
    size_t at;             /* place in the chunk that is being taken; the caller's alone */
    struct chunk chunks[CHUNKS];
};

struct reading_row reading_row_of(sqlite3_value **values)
{
    return (struct reading_row){.sample = sqlite3_value_int64(values[0]),
                                .event = sqlite3_value_int64(values[1]),
                                .count = sqlite3_value_int64(values[2]),
                                .enabled_ns = sqlite3_value_int64(values[3]),
                                .running_ns = sqlite3_value_int64(values[4]),
                                .state = sqlite3_value_int(values[5]),
                                .source = sqlite3_value_int(values[6]),
                                .reason = sqlite3_value_int64(values[7])};
}

/* Waits for room; false when the caller wants no more. */
static bool wait_for_room(struct reading_ahead *ahead)
{
    (void)pthread_mutex_lock(&ahead->lock);
    while (!ahead->stop && ahead->written - ahead->taken == CHUNKS)
        (void)pthread_cond_wait(&ahead->changed, &ahead->lock);
    bool go_on = !ahead->stop;
    (void)pthread_mutex_unlock(&ahead->lock);
    return go_on;
}

static void hand_over(struct reading_ahead *ahead)
{
    (void)pthread_mutex_lock(&ahead->lock);
    ahead->written++;
    (void)pthread_cond_signal(&ahead->changed);
    (void)pthread_mutex_unlock(&ahead->lock);
}

/* SQL's keep(row): puts a row into the chunk that is being written. False ends the reading: it is
 * past the last one, or the caller wants no more. */
static void keep(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct reading_ahead *ahead = sqlite3_user_data(context);
    const struct reading_row row = reading_row_of(values);
    (void)count;
    bool wanted = row.sample <= ahead->last && (ahead->writing != NULL || wait_for_room(ahead));
    sqlite3_result_int(context, wanted);
    if (!wanted)
        return;
    if (ahead->writing == NULL) {
        ahead->writing = &ahead->chunks[ahead->written % CHUNKS];
        ahead->writing->count = 0;
    }
    ahead->writing->rows[ahead->writing->count++] = row;
    if (ahead->writing->count == ROWS) {
        ahead->writing = NULL;
        hand_over(ahead);
    }
}

static void *read_all(void *context)
{
    struct reading_ahead *ahead = context;
    int result = sqlite3_step(ahead->statement);
    if (ahead->writing != NULL)
        hand_over(ahead);
    (void)pthread_mutex_lock(&ahead->lock);
    ahead->ended = true;
    ahead->failed = result != SQLITE_DONE && result != SQLITE_ROW;
    (void)pthread_cond_signal(&ahead->changed);
    (void)pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

/* The statement has no row until keep() wants one no more. SQLite hands a function its values with
 * less ado than the columns of a row that it steps to, and keep() knows the end by itself. */
static bool prepare(struct reading_ahead *ahead, const struct store *store, int64_t first)
{
    return database_connect(store->path, SQLITE_OPEN_READONLY, store->busy_ms, &ahead->db) ==
               SQLITE_OK &&
           sqlite3_create_function(ahead->db, "keep", READING_COLUMN_COUNT,
                                   SQLITE_UTF8 | SQLITE_DIRECTONLY, ahead, keep, NULL,
                                   NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(ahead->db,
                              "SELECT 1 FROM readings WHERE sample >= ?1"
                              " AND NOT keep(" READING_COLUMNS ") ORDER BY sample, event",
                              -1, &ahead->statement, NULL) == SQLITE_OK &&
           sqlite3_bind_int64(ahead->statement, 1, first) == SQLITE_OK;
}

static void release(struct reading_ahead *ahead)
{
    sqlite3_finalize(ahead->statement);
    sqlite3_close(ahead->db);
    free(ahead);
}

struct reading_ahead *reading_ahead_start(const struct store *store, int64_t first, int64_t last)
{
    struct reading_ahead *ahead = malloc(sizeof *ahead);
    if (ahead == NULL)
        return NULL;
    ahead->db = NULL;
    ahead->statement = NULL;
    ahead->writing = NULL;
    ahead->last = last;
    ahead->written = ahead->taken = ahead->at = 0;
    ahead->ended = ahead->failed = ahead->stop = false;
    if (!prepare(ahead, store, first)) {
        release(ahead);
        return NULL;
    }
    (void)pthread_mutex_init(&ahead->lock, NULL);
    (void)pthread_cond_init(&ahead->changed, NULL);
    if (pthread_create(&ahead->thread, NULL, read_all, ahead) != 0) {
        (void)pthread_cond_destroy(&ahead->changed);
        (void)pthread_mutex_destroy(&ahead->lock);
        release(ahead);
        return NULL;
    }
    return ahead;
}

/* The chunk to take from, once there is one; NULL at the end. */
static const struct chunk *current(struct reading_ahead *ahead, bool *failed)
{
    (void)pthread_mutex_lock(&ahead->lock);
    while (ahead->written == ahead->taken && !ahead->ended)
        (void)pthread_cond_wait(&ahead->changed, &ahead->lock);
    bool any = ahead->written > ahead->taken;
    *failed = ahead->failed;
    (void)pthread_mutex_unlock(&ahead->lock);
    return any ? &ahead->chunks[ahead->taken % CHUNKS] : NULL;
}

const struct reading_row *reading_ahead_next(struct reading_ahead *ahead, bool *failed)
{
    const struct chunk *chunk = &ahead->chunks[ahead->taken % CHUNKS];
    if (ahead->at > 0 && ahead->at < chunk->count)
        return &chunk->rows[ahead->at++];
    if (ahead->at > 0) {
        (void)pthread_mutex_lock(&ahead->lock);
        ahead->taken++;
        (void)pthread_cond_signal(&ahead->changed);
        (void)pthread_mutex_unlock(&ahead->lock);
        ahead->at = 0;
    }
    chunk = current(ahead, failed);
    if (chunk == NULL || chunk->count == 0) /* only the last one can be empty */
        return NULL;
    return &chunk->rows[ahead->at++];
}

void reading_ahead_stop(struct reading_ahead *ahead)
{
    if (ahead == NULL)
        return;
    (void)pthread_mutex_lock(&ahead->lock);
    ahead->stop = true;
    (void)pthread_cond_signal(&ahead->changed);
    (void)pthread_mutex_unlock(&ahead->lock);
    (void)pthread_join(ahead->thread, NULL);
    (void)pthread_cond_destroy(&ahead->changed);
    (void)pthread_mutex_destroy(&ahead->lock);
    release(ahead);
}
