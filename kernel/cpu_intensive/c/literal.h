/* The literal port: what Python computes, in integers of 128 bits. */
#ifndef CPU_INTENSIVE_LITERAL_H
#define CPU_INTENSIVE_LITERAL_H

#include "port.h"

/* Adds the terms for i in [first, steps) to sum, in order. Needs port_defined(n, steps). A negative
 * n wraps when it becomes unsigned, and back again when i*n is added: arithmetic modulo 2^128 ends
 * at the right number because that number is not negative. */
static inline double literal_sum(double sum, int64_t n, int64_t first, int64_t steps)
{
    unsigned __int128 wide_n = (unsigned __int128)n;
    for (int64_t k = first; k < steps; k++) {
        unsigned __int128 i = (unsigned __int128)k;
        sum += sqrt((double)(i * i * i + i * i + i * wide_n));
    }
    return sum;
}

#endif
