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
    size_t written, taken; /* chunks so far; guarded by lock, as all below */
    bool ended, failed, stop;
    size_t at; /* place in the chunk that is being taken; the caller's alone */
    struct chunk chunks[CHUNKS];
};

struct reading_row reading_row_of(sqlite3_stmt *statement)
{
    return (struct reading_row){.sample = sqlite3_column_int64(statement, 0),
                                .event = sqlite3_column_int64(statement, 1),
                                .count = sqlite3_column_int64(statement, 2),
                                .enabled_ns = sqlite3_column_int64(statement, 3),
                                .running_ns = sqlite3_column_int64(statement, 4),
                                .reason = sqlite3_column_int64(statement, 7),
                                .state = sqlite3_column_int(statement, 5),
                                .source = sqlite3_column_int(statement, 6)};
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

static void hand_over(struct reading_ahead *ahead, int result)
{
    (void)pthread_mutex_lock(&ahead->lock);
    ahead->written++;
    ahead->ended = result != SQLITE_ROW;
    ahead->failed = ahead->ended && result != SQLITE_DONE;
    (void)pthread_cond_signal(&ahead->changed);
    (void)pthread_mutex_unlock(&ahead->lock);
}

static void *read_all(void *context)
{
    struct reading_ahead *ahead = context;
    int result = SQLITE_ROW;
    while (result == SQLITE_ROW && wait_for_room(ahead)) {
        struct chunk *chunk = &ahead->chunks[ahead->written % CHUNKS];
        chunk->count = 0;
        while (chunk->count < ROWS && (result = sqlite3_step(ahead->statement)) == SQLITE_ROW)
            chunk->rows[chunk->count++] = reading_row_of(ahead->statement);
        hand_over(ahead, result);
    }
    return NULL;
}

static bool prepare(struct reading_ahead *ahead, const struct store *store, int64_t first,
                    int64_t last)
{
    if (sqlite3_open_v2(store->path, &ahead->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        return false;
    sqlite3_busy_timeout(ahead->db, store->busy_ms);
    sqlite3_db_config(ahead->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(ahead->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return sqlite3_exec(ahead->db, "PRAGMA cell_size_check = ON", NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(ahead->db,
                              "SELECT " READING_COLUMNS " WHERE sample BETWEEN ?1 AND ?2"
                              " ORDER BY sample, event",
                              -1, &ahead->statement, NULL) == SQLITE_OK &&
           sqlite3_bind_int64(ahead->statement, 1, first) == SQLITE_OK &&
           sqlite3_bind_int64(ahead->statement, 2, last) == SQLITE_OK;
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
    ahead->written = ahead->taken = ahead->at = 0;
    ahead->ended = ahead->failed = ahead->stop = false;
    if (!prepare(ahead, store, first, last)) {
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
