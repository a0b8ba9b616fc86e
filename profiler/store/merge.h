/* merge: the runs of one store copied into another, with all that belongs to them. */
#ifndef PAYOFF_STORE_MERGE_H
#define PAYOFF_STORE_MERGE_H

#include "store/store.h"

#include <stdint.h>

struct merge_counts {
    int64_t runs, samples; /* copied; the samples are those of `completed` too */
    int64_t known;         /* runs that were there already, by their name: left as they are */
    int64_t completed;     /* runs that were there and went on in the other store: it is taken */
};

/* Copies every run of the store at `path` whose name `into` does not have; numbers are given anew.
 * Of a run that both have, the more complete one is kept, see merge_common.h. One transaction: all or nothing. `path` is only read. Errors: those of store_open for `path`;
 * STATUS_USAGE: it is the same file; STATUS_DATA: what lies in it breaks the tables' rules, or a run
 * of both went on in two ways. */
bool merge_store(struct store *into, const char *path, struct merge_counts *counts,
                 struct status *st);

#endif
