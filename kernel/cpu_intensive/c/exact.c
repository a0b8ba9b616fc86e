/* exact: as fast as the machine allows, and still identical to the last bit.
 *
 * i*i*i + i*i + i*n = i * (i*(i+1) + n). While i*(i+1) + |n| <= 2^53,
 *   - i, i+1, i*(i+1) and n are integers of at most 53 bits: exact in a double, as is their sum;
 *   - so the last multiplication is the only step that rounds, and it rounds the true product to
 *     nearest, ties to even, which is what Python does when math.sqrt converts the integer;
 *   - the square root is correctly rounded by IEEE 754, here and there.
 * Hence each term has Python's bits, in any number of lanes at once. The sum is another matter:
 * floating-point addition is not associative, so the terms are added one by one, in order. Those
 * additions wait for each other, but not for the roots of later terms: both run at the same time,
 * and the slower of the two sets the pace (AVX-512: the additions; NEON: the roots).
 *
 * exact_steps() computes where that range ends: past 90 million steps for the published n. From
 * there on the literal 128-bit port continues the same sum. */
#include "literal.h"
#include "variants.h"

/* The number of leading steps, at most `steps`, whose terms are exact as said above. */
static int64_t exact_steps(int64_t n, int64_t steps)
{
    const int64_t two53 = (int64_t)1 << 53;
    if (n > two53 || n < -two53) {
        return 0;
    }
    /* (m-1)*m + |n| <= 2^53 holds up to some m and never again: bisect. 2^27 * 2^27 > 2^53. */
    int64_t room = two53 - (n < 0 ? -n : n);
    int64_t good = 0;
    int64_t bad = (int64_t)1 << 27;
    while (bad - good > 1) {
        int64_t m = good + (bad - good) / 2;
        if ((m - 1) * m <= room) {
            good = m;
        } else {
            bad = m;
        }
    }
    return good < steps ? good : steps;
}

static double sum_with(const struct variant *variant, int64_t n, int64_t steps)
{
    if (!port_defined(n, steps)) {
        return NAN;
    }
    int64_t exact = exact_steps(n, steps);
    int64_t vector = exact > 0 ? exact - exact % variant->lanes : 0;
    double sum = variant->sum(vector, (double)n);
    sum = plain_sum(sum, vector, exact, (double)n);
    return literal_sum(sum, n, exact, steps);
}

double cpu_intensive_steps(int64_t n, int64_t steps)
{
    return sum_with(variant_best(), n, steps);
}

double cpu_intensive(int64_t n, int64_t multiplier)
{
    return cpu_intensive_steps(n, port_steps(multiplier));
}

const char *cpu_intensive_variant(int64_t index)
{
    const struct variant *variant = variant_usable(index);
    return variant ? variant->name : NULL;
}

double cpu_intensive_with(int64_t index, int64_t n, int64_t steps)
{
    const struct variant *variant = variant_usable(index);
    return variant ? sum_with(variant, n, steps) : NAN;
}
