#include "trimmed_sum.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

bool trimmed_sum_in_place(int64_t *values, size_t n, int64_t *sum)
{
    if (n > 0) {
        qsort(values, n, sizeof *values, compare);
    }
    __int128 total = 0; /* leaves 64 bits on the way, where the least come first, and comes back */
    for (size_t i = n / 4; i < n - n / 4; i++) {
        total += values[i];
    }
    *sum = (int64_t)total;
    return *sum == total;
}

int64_t trimmed_sum(const int64_t *values, size_t n)
{
    int64_t sum = 0;
    bool fits = false;
    int64_t *copy = malloc(n > 0 ? n * sizeof *copy : 1);
    if (copy) {
        memcpy(copy, values, n * sizeof *copy);
        fits = trimmed_sum_in_place(copy, n, &sum);
    }
    free(copy);
    return fits ? sum : INT64_MIN;
}
