/* dot_product in C: one addition after the other, as Python does it, hence Python's bits. Each
 * addition waits for the one before, so the processor's wide registers are of no use here. */
#include <stddef.h>

/* The sum of xs[i] * ys[i] over i < n, in order. Thread-safe. */
__attribute__((visibility("default"))) double dot_product(const double *xs, const double *ys,
                                                          size_t n)
{
    double total = 0.0;
    for (size_t i = 0; i < n; i++) {
        total += xs[i] * ys[i];
    }
    return total;
}
