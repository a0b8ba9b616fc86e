#include "boundary.h"

void boundary_nothing(void)
{
}

int64_t boundary_two(int64_t a, int64_t b)
{
    (void)b;
    return a;
}

int64_t boundary_add_ints(const int64_t *values, size_t n)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += (uint64_t)values[i];
    return (int64_t)total;
}

double boundary_add_floats(const double *values, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += values[i];
    return total;
}

int64_t boundary_add_bytes(const unsigned char *values, size_t n)
{
    int64_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += values[i];
    return total;
}

/* Volatile, so that the compiler does not see what is called and must call it. */
static void (*volatile nothing)(void) = boundary_nothing;
static int64_t (*volatile two)(int64_t, int64_t) = boundary_two;

int64_t boundary_calls(int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        nothing();
    return n;
}

int64_t boundary_twos(int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        two(1, 2);
    return n;
}
