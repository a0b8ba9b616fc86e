/* schema: the tables of the store, as a list of migrations. Version n of a file is what the first n
 * of them have made; a released one is never edited, a change is a new one at the end. */
#ifndef PAYOFF_STORE_SCHEMA_H
#define PAYOFF_STORE_SCHEMA_H

#include "base/status.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

/* In the file's header (offset 68), so that file(1) and we know whose it is: "payo". */
enum { SCHEMA_APPLICATION_ID = 0x7061796f };

extern const char *const schema_migrations[];
extern const int schema_version; /* the number of migrations */

/* What lies in a database, before anything is written to it. */
enum schema_kind {
    SCHEMA_EMPTY,   /* nothing yet: may become a store */
    SCHEMA_OURS,    /* of this version */
    SCHEMA_OLD,     /* ours, older: migrate */
    SCHEMA_NEW,     /* ours, newer than this payoff */
    SCHEMA_FOREIGN, /* of another program */
};

/* *version is the file's, where it is ours. Returns SQLite's result code. */
int schema_identify(sqlite3 *db, int newest, enum schema_kind *kind, int *version);

/* Brings an empty or old database to version `count` of `migrations`, in one transaction, all or
 * nothing; another process may do the same at the same time. Returns SQLite's result code. */
int schema_migrate(sqlite3 *db, const char *const *migrations, int count);

/* Our statements mean our tables. In a stranger's database a view in the place of one could say
 * anything, and take for ever; and a trigger would act where we write. what: such a thing, in two
 * words, or "". Further tables, views and indexes are their owner's affair. The database must be of
 * this version. Returns SQLite's result code. */
int schema_strange(sqlite3 *db, bool writing, char *what, size_t size);

#endif
