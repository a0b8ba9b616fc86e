/* naive: the port everybody writes first, with doubles all the way. From i = 208,064 on i*i*i needs
 * more than 53 bits and is rounded, then each addition rounds again; Python rounds once. The errors
 * nearly cancel: for (0, 1) the sum ends 2 units in the last place away, for (1, 1) it happens to
 * agree. Within most tolerances, yet not identical; a test with the wrong arguments sees nothing.
 *
 * Built with -ffp-contract=off: a fused multiply-add would skip some of these roundings and give
 * yet another answer, a different one per machine. */
#include "port.h"

double cpu_intensive_steps(int64_t n, int64_t steps)
{
    if (!port_defined(n, steps)) {
        return NAN;
    }
    double sum = 0.0;
    for (int64_t k = 0; k < steps; k++) {
        double i = (double)k;
        sum += sqrt(i * i * i + i * i + i * (double)n);
    }
    return sum;
}

double cpu_intensive(int64_t n, int64_t multiplier)
{
    return cpu_intensive_steps(n, port_steps(multiplier));
}
