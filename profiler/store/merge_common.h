/* merge_common: of the runs that two stores have both, which one is the more complete. Private to
 * profiler/store; merge.h is what others use. */
#ifndef PAYOFF_STORE_MERGE_COMMON_H
#define PAYOFF_STORE_MERGE_COMMON_H

#include "store/store.h"

#include <stdint.h>

/* With the other store attached as `other`, in an open transaction: makes temp.outdone (mine,
 * theirs), the numbers of those runs of `main` of which `other` has more, *count of them. More has
 * the one with all the samples of the other and further ones, or with the same and an end. Which
 * run it is, its name, start, seed and experiment say. Where neither is a part of the other, or a
 * complete run has fewer samples than the other, they contradict each other: STATUS_DATA. */
bool merge_judge_common(struct store *store, int64_t *count, struct status *st);

#endif
