#include "base/stats_distribution.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* log(n!) minus Stirling's formula (Loader 2000): the series beyond 15, lgamma below. */
static double stirling_error(double n)
{
    if (n > 15) {
        double nn = n * n;
        return (1 / 12.0 -
                (1 / 360.0 - (1 / 1260.0 - (1 / 1680.0 - 1 / 1188.0 / nn) / nn) / nn) / nn) /
               n;
    }
    if (n == 0)
        return 0;
    int sign = 0;
    return lgamma_r(n + 1, &sign) - (n + 0.5) * log(n) + n - 0.5 * log(2 * M_PI);
}

/* x log(x/m) + m − x without cancellation near x = m (Loader 2000). */
static double deviance(double x, double m)
{
    if (fabs(x - m) >= 0.1 * (x + m))
        return x * log(x / m) + m - x;
    double v = (x - m) / (x + m), sum = (x - m) * v, term = 2 * x * v;
    for (int j = 1; j < 1000; j++) {
        term *= v * v;
        double next = sum + term / (2 * j + 1);
        if (next == sum)
            break;
        sum = next;
    }
    return sum;
}

/* Γ(n+1) / (Γ(x+1) Γ(n−x+1)) p^x q^(n−x) for real 0 < x < n (Loader 2000). */
static double binomial_term(double x, double n, double p, double q)
{
    double log_term = stirling_error(n) - stirling_error(x) - stirling_error(n - x) -
                      deviance(x, n * p) - deviance(n - x, n * q);
    return exp(log_term) * sqrt(n / (2 * M_PI * x * (n - x)));
}

/* The continued fraction DLMF 8.17.22 by Lentz's modified method (DLMF 3.10); converges
 * in O(sqrt(max(a, b))) steps for x below the mean. `y` is 1 − x, which callers know exactly. */
static double beta_fraction(double x, double y, double a, double b)
{
    const double tiny = 1e-300;
    double front = binomial_term(a, a + b, x, y) * b / (a + b);
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double fraction = d;
    for (int m = 1; m < 100000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 + even * d;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = 1 + even / c;
        c = fabs(c) < tiny ? tiny : c;
        fraction *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + odd * d;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = 1 + odd / c;
        c = fabs(c) < tiny ? tiny : c;
        fraction *= d * c;
        if (fabs(d * c - 1) < DBL_EPSILON)
            break;
    }
    return front * fraction;
}

/* I_x(a, b) with y = 1 − x. */
static double beta_share(double x, double y, double a, double b)
{
    if (!(a > 0) || !(b > 0) || !(x >= 0) || !(y >= 0))
        return NAN;
    if (x == 0 || y == 0)
        return x == 0 ? 0 : 1;
    if (x <= (a + 1) / (a + b + 2))
        return beta_fraction(x, y, a, b);
    return 1 - beta_fraction(y, x, b, a);
}

double stats_beta_share(double x, double a, double b)
{
    return beta_share(x, 1 - x, a, b);
}

double stats_binomial_at_least(int64_t k, int64_t n, double p)
{
    if (n < 0 || !(p >= 0 && p <= 1))
        return NAN;
    if (k <= 0)
        return 1;
    if (k > n)
        return 0;
    return beta_share(p, 1 - p, (double)k, (double)(n - k) + 1); /* DLMF 8.17.5 */
}

double stats_binomial_at_most(int64_t k, int64_t n, double p)
{
    if (n < 0 || !(p >= 0 && p <= 1))
        return NAN;
    if (k < 0)
        return 0;
    if (k >= n)
        return 1;
    return beta_share(1 - p, p, (double)(n - k), (double)k + 1);
}

double stats_normal_at_most(double z)
{
    return erfc(-z * M_SQRT1_2) / 2;
}

double stats_student_at_most(double t, double degrees)
{
    if (!(degrees > 0) || isnan(t))
        return NAN;
    if (isinf(t))
        return t > 0 ? 1 : 0;
    /* DLMF 8.17 with x = ν/(ν+t²): both x and 1 − x without cancellation. */
    double tail =
        beta_share(degrees / (degrees + t * t), t * t / (degrees + t * t), degrees / 2, 0.5) / 2;
    return t > 0 ? 1 - tail : tail;
}

/* Inverts an increasing function that is symmetric about 0, by bisection in its lower half, where p
 * is small and has all its digits. */
static double quantile(double p, double (*at_most)(double, double), double parameter)
{
    if (!(p > 0 && p < 1))
        return NAN;
    if (p == 0.5)
        return 0;
    bool upper = p > 0.5;
    double target = upper ? 1 - p : p, low = -1, high = 0;
    while (at_most(low, parameter) > target) {
        high = low;
        low *= 2;
        if (isinf(low))
            return upper ? INFINITY : -INFINITY;
    }
    for (int i = 0; i < 200; i++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break;
        if (at_most(middle, parameter) > target)
            high = middle;
        else
            low = middle;
    }
    return upper ? -low : low;
}

static double normal_at_most(double z, double unused)
{
    (void)unused;
    return stats_normal_at_most(z);
}

double stats_normal_quantile(double p)
{
    return quantile(p, normal_at_most, 0);
}

double stats_student_quantile(double p, double degrees)
{
    return degrees > 0 ? quantile(p, stats_student_at_most, degrees) : NAN;
}
