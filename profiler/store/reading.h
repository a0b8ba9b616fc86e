/* reading: what one counter said over one sample, raw, with its state, source and reason. Private
 * to profiler/store; sample.h is what others use. */
#ifndef PAYOFF_STORE_READING_H
#define PAYOFF_STORE_READING_H

#include "base/counts.h"
#include "store/database.h"
#include "store/reading_ahead.h"

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
    sqlite3_stmt *statement;
    int64_t loaded; /* the sample whose readings these are */
    /* Of reading_list_open_in_time: */
    bool in_time;
    int64_t last;
    struct reading_ahead *ahead; /* who reads them, or NULL: the statement */
    /* The row that waits for its sample, where `has_row`; none follow where `ended`. */
    struct reading_row row;
    const struct reading_row *at; /* in time: it, or one that was read ahead */
    bool has_row, ended;
};

bool reading_list_open(struct store *store, struct reading_list *list, struct status *st);
bool reading_list_load(struct store *store, struct reading_list *list, int64_t sample,
                       struct status *st);

/* For samples in the order of their numbers, from `first` to `last`, all of them committed: one
 * statement goes through the readings along with them, in a thread of its own where there are many.
 * A sample may be passed over. */
bool reading_list_open_in_time(struct store *store, struct reading_list *list, int64_t first,
                               int64_t last, struct status *st);
void reading_list_close(struct reading_list *list); /* of a list that is all zeros, too */

#endif
