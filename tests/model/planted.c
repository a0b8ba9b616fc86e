/* planted: functions whose time is known, a + b · n by the clock on the wall, for tests of where a
 * port begins to pay off. They sleep, and wait awake for the last bit, so that a busy machine spoils
 * little. They return n. */
#include <errno.h>
#include <stdint.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT int64_t reference(int64_t n);
EXPORT int64_t port(int64_t n);
EXPORT int64_t always(int64_t n);
EXPORT int64_t never(int64_t n);
EXPORT int64_t bent(int64_t n);

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A year, which nobody waits for, is the most: beyond 2^63 ns the cast has no meaning, and a generated n
 * would return at once from one function and never from another. */
static int64_t take(int64_t n, double microseconds)
{
    const double year_us = 3.2e13;
    if (microseconds <= 0)
        return n;
    int64_t end = now() + (int64_t)((microseconds < year_us ? microseconds : year_us) * 1e3);
    int64_t awake = end - 150000;
    struct timespec t = {.tv_sec = awake / 1000000000, .tv_nsec = awake % 1000000000};
    while (now() < awake && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        continue;
    while (now() < end)
        continue;
    return n;
}

/* What the others are compared with. */
int64_t reference(int64_t n)
{
    return take(n, 1500 + 50.0 * (double)n);
}

/* Meets the reference at n = 3000 / 25 = 120. */
int64_t port(int64_t n)
{
    return take(n, 4500 + 25.0 * (double)n);
}

int64_t always(int64_t n)
{
    return take(n, 300 + 20.0 * (double)n);
}

int64_t never(int64_t n)
{
    return take(n, 4000 + 65.0 * (double)n);
}

/* No straight line: beyond 400 elements it is much dearer, and below it meets the reference at 120. */
int64_t bent(int64_t n)
{
    double extra = n > 400 ? (double)(n - 400) * 80 : 0;
    return take(n, 4500 + 25.0 * (double)n + extra);
}
