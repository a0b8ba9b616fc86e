/* u128: the port a careful programmer writes first. The type is wide enough, the compiler's
 * conversion to double rounds as Python's does, so every bit agrees. Nothing is vectorised: the
 * multiplications are 64x64 -> 128 bits and the conversion is a call. */
#include "literal.h"

double cpu_intensive_steps(int64_t n, int64_t steps)
{
    return port_defined(n, steps) ? literal_sum(0.0, n, 0, steps) : NAN;
}

double cpu_intensive(int64_t n, int64_t multiplier)
{
    return cpu_intensive_steps(n, port_steps(multiplier));
}
