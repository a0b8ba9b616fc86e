/* random: a small generator whose sequence a seed fixes, on every machine: xoshiro256** (Blackman
 * and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47, 2021), its state
 * filled by splitmix64 as they advise. For simulation, never for secrets. Not shared between
 * threads. */
#ifndef PAYOFF_BASE_RANDOM_H
#define PAYOFF_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state[4];
};

void random_start(struct random *random, uint64_t seed);

/* 64 random bits. */
uint64_t random_next(struct random *random);

/* 0 … count − 1, each equally likely; count ≥ 1. */
size_t random_below(struct random *random, size_t count);

/* 0 ≤ x < 1, a multiple of 2^−53. */
double random_unit(struct random *random);

/* Of the beta distribution with a, b ≥ 1: the a-th smallest of a + b − 1 units. By R. C. H. Cheng's
 * algorithm BB ("Generating beta variates with nonintegral shape parameters", CACM 21, 1978). */
double random_beta(struct random *random, double a, double b);

#endif
