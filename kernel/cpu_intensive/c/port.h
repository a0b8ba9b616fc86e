/* What every C port of cpu_intensive exports, and the limits they share.
 *
 * The sum over i in [0, steps) of sqrt(i*i*i + i*i + i*n), in order. Thread-safe, no state.
 *
 * Three things that Python can say and a C double cannot:
 *   - steps <= 0: Python returns the integer 0, these return 0.0;
 *   - a negative number under the root (any n < -2, from i = 1 on): Python raises ValueError, these
 *     return NaN;
 *   - more than STEPS_LIMIT steps (weeks of Python): these return NaN at once instead of wrapping.
 * They assume the default rounding, to nearest with ties to even. */
#ifndef CPU_INTENSIVE_PORT_H
#define CPU_INTENSIVE_PORT_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

_Static_assert(FLT_EVAL_METHOD == 0, "double must be evaluated as double (not x87)");

#ifndef PORT_EXPORT
#define PORT_EXPORT __attribute__((visibility("default")))
#endif

/* For i < 2^42 and |n| < 2^63 the number under the root stays below 2^127. */
#define STEPS_LIMIT ((int64_t)1 << 42)

/* The published form: 10 million steps per multiplier. */
PORT_EXPORT double cpu_intensive(int64_t n, int64_t multiplier);
/* The same with the loop bound as an argument. */
PORT_EXPORT double cpu_intensive_steps(int64_t n, int64_t steps);

/* Steps of a multiplier; a product beyond int64 becomes the nearest int64. */
static inline int64_t port_steps(int64_t multiplier)
{
    int64_t steps;
    if (__builtin_mul_overflow(multiplier, 10000000, &steps)) {
        steps = multiplier < 0 ? INT64_MIN : INT64_MAX;
    }
    return steps;
}

/* False where the answer is NaN: see above. i*i*(i+1) + i*n < 0 first happens at i = 1. */
static inline bool port_defined(int64_t n, int64_t steps)
{
    return steps <= STEPS_LIMIT && (n >= -2 || steps <= 1);
}

#endif
