/* dot_product in C with 16 sums side by side, added up at the end: the additions no longer wait for
 * each other and the compiler may use wide registers. Floating-point addition in another order
 * rounds otherwise: the last bits differ from Python's. That is the price, and it has to be stated
 * as a tolerance. */
#include <stddef.h>

#define LANES 16

/* The sum of xs[i] * ys[i] over i < n, in an order of its own. Thread-safe. */
__attribute__((visibility("default"))) double dot_product(const double *xs, const double *ys,
                                                          size_t n)
{
    double sums[LANES] = {0.0};
    size_t whole = n - n % LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            sums[lane] += xs[i + lane] * ys[i + lane];
        }
    }
    for (size_t i = whole; i < n; i++) {
        sums[i - whole] += xs[i] * ys[i];
    }
    for (size_t width = LANES / 2; width > 0; width /= 2) {
        for (size_t lane = 0; lane < width; lane++) {
            sums[lane] += sums[lane + width];
        }
    }
    return sums[0];
}
