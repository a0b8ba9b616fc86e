/* Small C ports of reference.py and sums.py: KIND after the function's name is what is wrong with
 * it; a number means that nothing is. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* half: n // 2 */
int64_t half_1(int64_t n)
{
    return n >> 1;
}
int64_t half_2(int64_t n)
{
    return n / 2 - (n % 2 < 0);
}
int64_t half_division(int64_t n)
{
    return n / 2;
}
int64_t half_width(int64_t n)
{
    return (int32_t)n >> 1;
}
uint64_t half_sign(int64_t n)
{
    return (uint64_t)n >> 1;
}

/* added: a + b; C cannot raise, so what leaves 64 bits is an end of them */
int64_t added_1(int64_t a, int64_t b)
{
    int64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MIN : sum;
}
int64_t added_2(int64_t a, int64_t b)
{
    int64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? (a < 0 ? INT64_MIN : INT64_MAX) : sum;
}
int64_t added_wraps(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}
int64_t added_narrow(int64_t a, int64_t b) /* gives up where it need not */
{
    int32_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* length: len(text) */
size_t length_1(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}
size_t length_encoding(const char *text)
{
    return strlen(text);
}

/* mean of a list; C cannot raise, so an empty one is NaN */
static double sum(const double *x, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += x[i];
    return total;
}
double mean_1(const double *x, size_t n)
{
    return n == 0 ? NAN : sum(x, n) / (double)n;
}
double mean_2(const double *x, size_t n)
{
    double total = 0;
    for (const double *at = x; at < x + n; at++)
        total += *at;
    return total / (double)n;
}
double mean_off_by_one(const double *x, size_t n)
{
    return n == 0 ? NAN : sum(x + 1, n - 1) / (double)n;
}
double mean_float32(const double *x, size_t n)
{
    float total = 0;
    for (size_t i = 0; i < n; i++)
        total += (float)x[i];
    return (double)(total / (float)n);
}

/* largest of a list; NaN where one of them is */
double largest_1(const double *x, size_t n)
{
    double best = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]))
            return x[i];
        if (x[i] > best)
            best = x[i];
    }
    return best;
}
double largest_nan(const double *x, size_t n)
{
    double best = -INFINITY;
    for (size_t i = 0; i < n; i++)
        best = fmax(best, x[i]);
    return best;
}
double largest_mutated(const double *x, size_t n)
{
    double best = largest_1(x, n);
    double *own = (double *)(uintptr_t)x;
    for (size_t i = 0; i + 1 < n; i++)
        if (own[i] == best && own[n - 1] != best) {
            own[i] = own[n - 1];
            own[n - 1] = best;
        }
    return best;
}
