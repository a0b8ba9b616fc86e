/* sample: one timed measurement of a cell with the raw readings of its counters, written as it is
 * taken and read back in the order in which it was taken. */
#ifndef PAYOFF_STORE_SAMPLE_H
#define PAYOFF_STORE_SAMPLE_H

#include "base/counts.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/* A number that is not known. Times and positions are never negative. */
enum { SAMPLE_UNKNOWN = -1 };

struct sample_row {
    int64_t cell; /* the cell's number in the store */
    int64_t block;
    int64_t block_order; /* the cell's place within the block */
    int64_t process;
    int64_t process_index; /* the sample's place within the process */
    int64_t loops;
    int64_t wall_ns;
    int64_t cpu_ns;
    const char *marked;          /* why it is suspect; NULL: it is not */
    const char *noise;           /* JSON, NULL: unknown */
    const char *more;            /* JSON of whatever else there was, or NULL */
    const struct counts *counts; /* as the run's events */
    size_t count_count;
};

/* Commits the sample and its readings together (or joins the open transaction); *id is its number.
 * A count that 63 bits cannot hold is STATUS_DATA; a cell that is not there is STATUS_USAGE. */
bool sample_insert(struct store *store, const struct sample_row *sample, int64_t *id,
                   struct status *st);

/* Calls visit for every sample of a run, by cell and then as they were taken. What it gets is
 * borrowed until it returns; it returns false after filling st to stop. */
typedef bool sample_visit(void *context, int64_t id, const struct sample_row *sample,
                          struct status *st);
bool sample_each(struct store *store, int64_t run, sample_visit *visit, void *context,
                 struct status *st);

/* The same without the readings of the counters, which take most of the time. */
bool sample_each_time(struct store *store, int64_t run, sample_visit *visit, void *context,
                      struct status *st);

/* The samples of one cell alone, in the same order: those that count (without a phase, see
 * reports/MODEL.md), with their readings. */
bool sample_each_counted(struct store *store, int64_t cell, sample_visit *visit, void *context,
                         struct status *st);

/* The samples of a run with a phase, with their readings. */
bool sample_each_phased(struct store *store, int64_t run, sample_visit *visit, void *context,
                        struct status *st);

/* Every sample of a run as they were taken, whichever cells they are of: pages of the file are read
 * one after the other. */
bool sample_each_in_time(struct store *store, int64_t run, sample_visit *visit, void *context,
                         struct status *st);

/* Marks those samples of a run that were taken after the process at that place of that block: the
 * process that took them did not come to its end. *count is their number. */
bool sample_mark_after(struct store *store, int64_t run, int64_t block, int64_t block_order,
                       const char *text, int64_t *count, struct status *st);

/* How many samples a run has. */
bool sample_count(struct store *store, int64_t run, int64_t *count, struct status *st);

#endif
