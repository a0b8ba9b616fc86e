/* Ports in C for the verify tests: the article's mistakes, and some that are right. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

double roots_u64(int64_t n, int64_t steps)
{
    double sum = 0;
    for (int64_t k = 0; k < steps; k++) {
        uint64_t i = (uint64_t)k;
        sum += sqrt((double)(i * i * i + i * i + i * (uint64_t)n));
    }
    return sum;
}

double roots_u32(int64_t n, int64_t steps)
{
    double sum = 0;
    for (int64_t k = 0; k < steps; k++) {
        uint32_t i = (uint32_t)k;
        sum += sqrt((double)(uint32_t)(i * i * i + i * i + i * (uint32_t)n));
    }
    return sum;
}

double roots_i64(int64_t n, int64_t steps)
{
    double sum = 0;
    for (int64_t k = 0; k < steps; k++) {
        uint64_t i = (uint64_t)k;
        sum += sqrt((double)(int64_t)(i * i * i + i * i + i * (uint64_t)n));
    }
    return sum;
}

double roots_double(int64_t n, int64_t steps)
{
    double sum = 0, m = (double)n;
    for (int64_t k = 0; k < steps; k++) {
        double i = (double)k;
        sum += sqrt(i * i * i + i * i + i * m);
    }
    return sum;
}

double roots_right(int64_t n, int64_t steps)
{
    double sum = 0;
    for (int64_t k = 0; k < steps; k++) {
        __int128 i = k;
        sum += sqrt((double)(i * i * i + i * i + i * n));
    }
    return sum;
}

/* Sums of floats. */
double total_right(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

double total_reversed(const double *x, size_t n)
{
    double sum = 0;
    while (n-- > 0)
        sum += x[n];
    return sum;
}

double total_lost(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i + 1 < n; i++)
        sum += x[i];
    return sum;
}

double total_float(const double *x, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (float)x[i];
    return (double)sum;
}

double total_crash(const double *x, size_t n)
{
    if (n == 0)
        abort();
    return total_right(x, n);
}

double total_leak(const double *x, size_t n)
{
    char *kept = malloc(700);
    if (kept != NULL)
        memset(kept, 1, 700);
    __asm__ volatile("" : : "r"(kept) : "memory");
    return total_right(x, n); /* NOLINT(clang-analyzer-unix.Malloc): it is there to leak */
}
