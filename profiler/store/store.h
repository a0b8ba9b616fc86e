/* store: the one SQLite file that keeps runs, their cells and every sample, as they are taken.
 *
 * Write-ahead log, foreign keys, one transaction per sample: a process that is killed at any moment
 * loses at most the sample in flight, and several processes may write the same file at once (each
 * waits for the others, up to busy_ms). A file of another program, of a newer payoff or with damage
 * is refused before anything is written to it. After a failed write the file holds what it held
 * before. Not thread-safe: one handle, one thread; do not use it across fork. */
#ifndef PAYOFF_STORE_STORE_H
#define PAYOFF_STORE_STORE_H

#include "base/status.h"

#include <stdbool.h>

struct store;

struct store_options {
    bool create;    /* make the file when there is none */
    bool read_only; /* works in a folder that cannot be written, too */
    int busy_ms;    /* how long to wait for another writer; 0: ten seconds */
};

/* Opens, creates or migrates. The caller closes *out. Errors: STATUS_NOT_FOUND no such file and
 * create is off; STATUS_DATA a foreign or damaged file; STATUS_UNAVAILABLE a newer store, or one
 * that may not be written; STATUS_TIMEOUT somebody else keeps it locked; STATUS_SYSTEM the rest. */
bool store_open(const char *path, struct store_options options, struct store **out,
                struct status *st);
void store_close(struct store *store); /* NULL is fine; a transaction left open is rolled back */

/* The version of SQLite that is linked in: "3.40.1". Static. */
const char *store_library_version(void);

/* The path as it was given. Lives as long as the store. */
const char *store_path(const struct store *store);

/* Everything until store_commit is one transaction; for bulk work. Without one, each write is its
 * own. They do not nest. A failed write inside one leaves it open: roll back. */
bool store_begin(struct store *store, struct status *st);
bool store_commit(struct store *store, struct status *st);
void store_rollback(struct store *store); /* nothing to do is fine */

/* Reads the whole file and checks it, its foreign keys too. Damage is STATUS_DATA. */
bool store_check(struct store *store, struct status *st);

#endif
