#include "machine/branches.h"

#include "machine/core_visit.h"

#include <stdint.h>

/* The interval over 24 blocks of a Python function of 45 us, or of 11 ms, was ±1.4 to 3.7 % with one
 * turn, ±0.7 to 2.8 % with two, ±0.4 to 1.1 % with four, and with eight or sixteen no narrower. */
enum { TURNS = 4 };

/* xorshift64 (G. Marsaglia, Journal of Statistical Software 8, 2003): never the same way twice. */
static uint64_t state = 88172645463325252u;

#define STEP                                                                                       \
    x ^= x << 13;                                                                                  \
    x ^= x >> 7;                                                                                   \
    x ^= x << 17;

/* One branch of its own, as likely this way as that. The assembler statements keep the compiler
 * from making a conditional move of it, or one of two alike. */
#define BRANCH(bit)                                                                                \
    if (x >> (bit)&1) {                                                                            \
        sum += x;                                                                                  \
        __asm__ volatile("" : "+r"(sum));                                                          \
    } else {                                                                                       \
        sum ^= x >> 3;                                                                             \
        __asm__ volatile("" : "+r"(sum));                                                          \
    }

#define BRANCHES_8                                                                                 \
    STEP BRANCH(3) BRANCH(9) BRANCH(14) BRANCH(22) BRANCH(31) BRANCH(40) BRANCH(47) BRANCH(55)
#define TIMES_8(what) what what what what what what what what

static uint64_t scatter(uint64_t x)
{
    uint64_t sum = 0;
    TIMES_8(TIMES_8(TIMES_8(BRANCHES_8))) /* 4096, of 34 bytes each */
    return x ^ sum << 1;
}

bool branches_scatter(int cpu, struct status *st)
{
    struct core_visit visit;
    if (!core_visit_begin(&visit, cpu, st))
        return false;
    for (int turn = 0; turn < TURNS; turn++)
        state = scatter(state);
    return core_visit_end(&visit, st);
}
