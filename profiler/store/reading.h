/* reading: what one counter said over one sample, raw, with its state, source and reason. Private
 * to profiler/store; sample.h is what others use. */
#ifndef PAYOFF_STORE_READING_H
#define PAYOFF_STORE_READING_H

#include "base/counts.h"
#include "store/database.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes one reading inside the open transaction. `event` is the position in the run's events, from
 * 1. A count that 63 bits cannot hold is STATUS_DATA. */
bool reading_insert(struct store *store, int64_t sample, size_t event, const struct counts *counts,
                    struct status *st);

/* The readings of one sample after the other, cheapest where the samples come in the order of their
 * numbers. `counts` and what it points to belong to the list and hold until the next load. */
struct reading_list {
    struct counts *counts; /* by event */
    size_t count;
    size_t room;
    struct database_reason *reasons; /* each text once */
    size_t reason_count;
    sqlite3_stmt *statement, *texts;
    bool waiting;          /* the statement stands on a row that is still to be taken */
    int64_t last, next_of; /* the sample that was loaded last, and that of the waiting row */
};

bool reading_list_open(struct store *store, struct reading_list *list, struct status *st);
bool reading_list_load(struct store *store, struct reading_list *list, int64_t sample,
                       struct status *st);
void reading_list_close(struct reading_list *list); /* of a list that is all zeros, too */

#endif
