/* value_walk: the inside of value_compare: going down two values at once, and noting what differs.
 *
 * Private to value_compare*.c. Thread-safe on walks of their own. */
#ifndef PAYOFF_WORKERS_VALUE_WALK_H
#define PAYOFF_WORKERS_VALUE_WALK_H

#include "workers/value_compare.h"

/* One step of the way down to the place that is looked at; the chain lives on the C stack. */
struct step {
    const struct step *up;
    const json_t *key; /* of a dict; NULL: an index, or a name */
    const char *name;  /* ".real"; NULL: an index */
    size_t index;
};

struct walk {
    struct value_tolerance tolerance;
    struct value_comparison *result;
    size_t task;
    enum value_outcome outcome; /* of this task so far */
    struct status *st;          /* out of memory */
};

/* Notes an outcome at a place. Returns the result when this is the first place that is so bad, for
 * the caller to add what stands there; else NULL. */
struct value_comparison *walk_note(struct walk *walk, const struct step *at,
                                   enum value_outcome outcome, const char *reason);

/* The same, with the texts of two values; either may be NULL: nothing is there. */
void walk_note_values(struct walk *walk, const struct step *at, enum value_outcome outcome,
                      const char *reason, const json_t *expected, const json_t *got);

bool walk_no_memory(struct walk *walk);

#endif
