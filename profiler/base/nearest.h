/* nearest: which known name did a mistyped one mean?
 *
 * Names are compared without regard to case, and `_` is `-`. Pure functions, thread-safe. */
#ifndef PAYOFF_BASE_NEAREST_H
#define PAYOFF_BASE_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

enum { NEAREST_NAME_SIZE = 128 };

/* Equal but for case and for `_` against `-`. */
bool nearest_equal(const char *a, const char *b);

/* True when `part` occurs in `name`, compared in the same way; "" occurs everywhere. */
bool nearest_contains(const char *name, const char *part);

/* The restricted Damerau-Levenshtein distance (optimal string alignment): the least number of
 * insertions, deletions, substitutions and swaps of neighbours that turn a into b. Names longer
 * than NEAREST_NAME_SIZE − 1 are infinitely far (SIZE_MAX). */
size_t nearest_distance(const char *a, const char *b);

/* A search in progress: offer every known name, then look at `name`. */
struct nearest {
    const char *wanted;
    size_t distance;
    char name[NEAREST_NAME_SIZE]; /* the best so far; the first of equally near ones */
};

void nearest_start(struct nearest *nearest, const char *wanted);
void nearest_offer(struct nearest *nearest, const char *name);

/* True when the best name is near enough to be worth suggesting: at most a third of the letters
 * differ. */
bool nearest_found(const struct nearest *nearest);

#endif
