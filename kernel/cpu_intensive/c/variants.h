/* The inner loop of the exact port, once per instruction set, and the choice among them at run
 * time. Written with intrinsics: whether a compiler vectorises a square root that feeds an ordered
 * sum differs between compilers and versions by a factor of four. */
#ifndef CPU_INTENSIVE_VARIANTS_H
#define CPU_INTENSIVE_VARIANTS_H

#include "port.h"

struct variant {
    const char *name;
    int64_t lanes; /* terms per iteration */
    /* The ordered sum of the terms for i in [0, steps), steps a multiple of lanes, all of them in
     * the exact range. */
    double (*sum)(int64_t steps, double n);
};

/* Adds the terms for i in [first, steps) to sum, in order, one at a time; exact range only. */
double plain_sum(double sum, int64_t first, int64_t steps, double n);

/* The fastest variant that this processor can run; never NULL. */
const struct variant *variant_best(void);
/* The variant at index, fastest first; NULL past the last or where this processor lacks it. */
const struct variant *variant_usable(int64_t index);

/* For tests and the curious: the name of the variant at index (0, 1, …), NULL where there is none
 * that this processor can run; and the port forced to it, NaN where there is none. */
PORT_EXPORT const char *cpu_intensive_variant(int64_t index);
PORT_EXPORT double cpu_intensive_with(int64_t index, int64_t n, int64_t steps);

#endif
