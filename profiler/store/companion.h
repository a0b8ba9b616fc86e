/* companion: the files beside a store that SQLite makes, finds and believes: PATH-journal (what undoes
 * a change that was cut short), PATH-wal (the log) and PATH-shm (the log's index).
 *
 * A store may come from a stranger, and its companions with it. A journal can name another file, to be
 * removed once all is undone: of a change of several databases, which payoff never makes. Everything
 * here is asked before SQLite opens the store. */
#ifndef PAYOFF_STORE_COMPANION_H
#define PAYOFF_STORE_COMPANION_H

#include "base/status.h"

#include <stdbool.h>

/* False, as STATUS_DATA, if a companion is no regular file, or is a journal that names another file;
 * STATUS_SYSTEM or STATUS_MEMORY where that cannot be found out. The store itself must be there. */
bool companion_check(const char *path, struct status *st);

/* Whether somebody has the store open: the log is there, be it empty. */
bool companion_is_open(const char *path);

/* Whether there is a log, or a journal, with something in it. */
bool companion_has_log(const char *path);
bool companion_has_journal(const char *path);

#endif
