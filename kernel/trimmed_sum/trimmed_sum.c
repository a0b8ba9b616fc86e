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
    *sum = 0;
    if (n == 0) {
        return true;
    }
    qsort(values, n, sizeof *values, compare);
    for (size_t i = n / 4; i < n - n / 4; i++) {
        if (__builtin_add_overflow(*sum, values[i], sum)) {
            return false;
        }
    }
    return true;
}

int64_t trimmed_sum(const int64_t *values, size_t n)
{
    int64_t sum = INT64_MIN;
    int64_t *copy = malloc(n > 0 ? n * sizeof *copy : 1);
    if (copy) {
        memcpy(copy, values, n * sizeof *copy);
        if (!trimmed_sum_in_place(copy, n, &sum)) {
            sum = INT64_MIN;
        }
    }
    free(copy);
    return sum;
}
