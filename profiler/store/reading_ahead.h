/* reading_ahead: the readings of many samples, read by a thread of its own over a connection of its
 * own while the caller reads the samples. Half the time of a report of a million samples is SQLite's
 * going through their readings. Private to profiler/store; reading.h uses it.
 *
 * The samples must have been committed before it starts: readings never change, so that its snapshot
 * of the file, which is not the caller's, has the same ones. */
#ifndef PAYOFF_STORE_READING_AHEAD_H
#define PAYOFF_STORE_READING_AHEAD_H

#include "store/database.h"

#include <stdint.h>

/* As it lies in the file, unchecked. */
struct reading_row {
    int64_t sample, event, count, enabled_ns, running_ns;
    int64_t reason; /* 0: none */
    int state, source;
};

#define READING_COLUMNS "sample, event, count, enabled_ns, running_ns, state, source, reason"
enum { READING_COLUMN_COUNT = 8 };

/* Of values in the order of READING_COLUMNS. */
struct reading_row reading_row_of(sqlite3_value **values);

struct reading_ahead;

/* NULL where there can be none (no second connection, no thread, no memory): read without it. */
struct reading_ahead *reading_ahead_start(const struct store *store, int64_t first, int64_t last);

/* The next row, in the order of samples and events; NULL at the end. Then *failed says whether it
 * is the end of the readings, or reading failed: read on without it, which will tell why. */
const struct reading_row *reading_ahead_next(struct reading_ahead *ahead, bool *failed);

/* Ends the thread, whether or not it has come to the end. NULL is fine. */
void reading_ahead_stop(struct reading_ahead *ahead);

#endif
