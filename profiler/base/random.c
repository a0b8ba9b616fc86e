#include "base/random.h"

#include <math.h>

static uint64_t rotate_left(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

void random_start(struct random *random, uint64_t seed)
{
    for (size_t i = 0; i < 4; i++) {
        seed += 0x9E3779B97F4A7C15ULL;
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        random->state[i] = z ^ (z >> 31);
    }
}

uint64_t random_next(struct random *random)
{
    uint64_t *s = random->state, result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

size_t random_below(struct random *random, size_t count)
{
    /* Numbers past the largest multiple of count would favour the small results. */
    uint64_t bits;
    do
        bits = random_next(random);
    while (bits >= UINT64_MAX - count && bits >= UINT64_MAX - UINT64_MAX % count);
    return (size_t)(bits % count);
}

double random_unit(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

double random_beta(struct random *random, double a, double b)
{
    double least = fmin(a, b), most = fmax(a, b), sum = a + b;
    if (sum <= 2)
        return random_unit(random);
    double beta = sqrt((sum - 2) / (2 * a * b - sum)), gamma = least + 1 / beta;
    double w = 0, z = 0, r = 0;
    do {
        double u = 1 - random_unit(random); /* above 0; 1 makes w infinite and is refused below */
        double v = beta * log(u / (1 - u));
        z = u * u * (1 - random_unit(random));
        w = least * exp(v);
        r = gamma * v - log(4) + sum * log(sum / (most + w));
    } while (!isfinite(w) || r < log(z));
    return a <= b ? w / (most + w) : most / (most + w);
}
