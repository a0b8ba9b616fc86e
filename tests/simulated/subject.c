/* Functions whose instructions can be counted on paper. */
#include <stdint.h>
#include <sys/random.h>

#define EXPORT __attribute__((visibility("default")))

/* Two instructions in each of n ≥ 1 turns. */
EXPORT int64_t count_down(int64_t n);
int64_t count_down(int64_t n)
{
#if defined(__x86_64__)
    __asm__ volatile("1: sub $1, %0\n\tjnz 1b" : "+r"(n)::"cc");
#elif defined(__aarch64__)
    __asm__ volatile("1: subs %0, %0, #1\n\tb.ne 1b" : "+r"(n)::"cc");
#endif
    return n;
}

/* Turns that a random number decides: never the same, but for workers/steady.h. */
EXPORT int64_t count_random(int64_t n);
int64_t count_random(int64_t n)
{
    unsigned char more = 0;
    if (getrandom(&more, 1, 0) != 1)
        return -1;
    count_down(n + more);
    return n;
}

/* What Valgrind says of an instruction that it does not know. */
EXPORT int64_t unknown_instruction(int64_t n);
int64_t unknown_instruction(int64_t n)
{
    if (n > 0)
        __builtin_trap();
    return n;
}
