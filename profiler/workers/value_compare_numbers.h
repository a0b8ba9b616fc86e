/* value_compare_numbers: the part of value_compare that knows floats, complex numbers and arrays.
 *
 * Both values are of the same type. What differs is noted in the walk. */
#ifndef PAYOFF_WORKERS_VALUE_COMPARE_NUMBERS_H
#define PAYOFF_WORKERS_VALUE_COMPARE_NUMBERS_H

#include "workers/value_walk.h"

/* Two floats; `part` 0, or 1 for the imaginary part of two complex numbers. */
void walk_floats(struct walk *walk, const struct step *at, const json_t *expected,
                 const json_t *got, size_t part);
void walk_complex(struct walk *walk, const struct step *at, const json_t *expected,
                  const json_t *got);
void walk_arrays(struct walk *walk, const struct step *at, const json_t *expected,
                 const json_t *got);

#endif
