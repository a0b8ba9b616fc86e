/* trimmed_sum in C: qsort of the C library, and a loop. */
#ifndef TRIMMED_SUM_H
#define TRIMMED_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The sum of the middle half of values[0, n), which are sorted in place. False when it leaves 64
 * bits. Thread-safe. */
bool trimmed_sum_in_place(int64_t *values, size_t n, int64_t *sum);

/* The same for values that stay as they are; INT64_MIN when there is no memory for a copy of them
 * or the sum leaves 64 bits. Thread-safe. */
__attribute__((visibility("default"))) int64_t trimmed_sum(const int64_t *values, size_t n);

#endif
