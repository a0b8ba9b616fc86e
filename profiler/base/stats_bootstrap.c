#include "base/stats_bootstrap.h"

#include "base/random.h"
#include "base/stats_order.h"

#include <math.h>

/* Two groups, drawn from index by index; `paired` draws the same indices from both. */
struct groups {
    const double *a, *b;
    size_t n_a, n_b;
    bool paired;
};

/* First and second moments of a draw, around fixed centres so that squares cancel little. */
struct moments {
    double a, b, aa, bb, ab;
};

struct estimate {
    double log_ratio, error; /* its standard error, by the delta method */
};

static void draw_group(const double *values, size_t n, double centre, struct random *random,
                       double *sum, double *squares)
{
    for (size_t i = 0; i < n; i++) {
        double x = values[random != NULL ? random_below(random, n) : i] - centre;
        *sum += x;
        *squares += x * x;
    }
}

static void draw_pairs(const struct groups *groups, double centre_a, double centre_b,
                       struct random *random, struct moments *m)
{
    for (size_t i = 0; i < groups->n_a; i++) {
        size_t at = random != NULL ? random_below(random, groups->n_a) : i;
        double x = groups->a[at] - centre_a, y = groups->b[at] - centre_b;
        m->a += x;
        m->b += y;
        m->aa += x * x;
        m->bb += y * y;
        m->ab += x * y;
    }
}

/* A draw's estimate; without a generator, that of the values as they are. */
static struct estimate estimate_of(const struct groups *groups, double centre_a, double centre_b,
                                   struct random *random)
{
    struct moments m = {0};
    double n_a = (double)groups->n_a, n_b = (double)groups->n_b;
    if (groups->paired) {
        draw_pairs(groups, centre_a, centre_b, random, &m);
    } else {
        draw_group(groups->a, groups->n_a, centre_a, random, &m.a, &m.aa);
        draw_group(groups->b, groups->n_b, centre_b, random, &m.b, &m.bb);
    }
    double mean_a = centre_a + m.a / n_a, mean_b = centre_b + m.b / n_b;
    double var_a = (m.aa - m.a * m.a / n_a) / (n_a - 1);
    double var_b = (m.bb - m.b * m.b / n_b) / (n_b - 1);
    double variance = var_a / (n_a * mean_a * mean_a) + var_b / (n_b * mean_b * mean_b);
    if (groups->paired) {
        double covariance = (m.ab - m.a * m.b / n_a) / (n_a - 1);
        variance -= 2 * covariance / (n_a * mean_a * mean_b);
    }
    return (struct estimate){log(mean_a / mean_b), sqrt(fmax(0, variance))};
}

/* (θ* − θ) / se*; a draw without spread is infinitely sure of itself. */
static double studentised(struct estimate drawn, double log_ratio)
{
    double distance = drawn.log_ratio - log_ratio;
    if (drawn.error > 0)
        return distance / drawn.error;
    return distance > 0 ? INFINITY : distance < 0 ? -INFINITY : 0;
}

static struct stats_interval means_ratio(const struct groups *groups, double level,
                                         const struct stats_bootstrap *bootstrap)
{
    size_t n = groups->n_a < groups->n_b ? groups->n_a : groups->n_b;
    if (n == 0)
        return stats_no_interval(NAN, 0, STATS_BOOTSTRAP_NEEDED, "there are no values");
    if (!stats_all_positive(groups->a, groups->n_a) || !stats_all_positive(groups->b, groups->n_b))
        return stats_no_interval(NAN, n, 0, "a value is not above 0");
    double mean_a = stats_sum(groups->a, groups->n_a) / (double)groups->n_a;
    double mean_b = stats_sum(groups->b, groups->n_b) / (double)groups->n_b;
    if (n < STATS_BOOTSTRAP_NEEDED)
        return stats_no_interval(mean_a / mean_b, n, STATS_BOOTSTRAP_NEEDED,
                                 "too few values for an interval");
    struct estimate own = estimate_of(groups, mean_a, mean_b, NULL);
    struct random random;
    random_start(&random, bootstrap->seed);
    for (size_t i = 0; i < bootstrap->replicates; i++)
        bootstrap->room[i] =
            studentised(estimate_of(groups, mean_a, mean_b, &random), own.log_ratio);
    stats_sort(bootstrap->room, bootstrap->replicates);
    double tail = (1 - level) / 2;
    /* The upper quantile gives the lower end, and the other way round. */
    double high = stats_quantile_sorted(bootstrap->room, bootstrap->replicates, tail);
    double low = stats_quantile_sorted(bootstrap->room, bootstrap->replicates, 1 - tail);
    bool flat = own.error == 0; /* 0 × ∞ has no meaning */
    return (struct stats_interval){
        .estimate = mean_a / mean_b,
        .low = flat ? mean_a / mean_b : exp(own.log_ratio - low * own.error),
        .high = flat ? mean_a / mean_b : exp(own.log_ratio - high * own.error),
        .level = level,
        .n = n,
    };
}

struct stats_interval stats_means_ratio(const double *a, size_t n_a, const double *b, size_t n_b,
                                        double level, const struct stats_bootstrap *bootstrap)
{
    const struct groups groups = {.a = a, .b = b, .n_a = n_a, .n_b = n_b, .paired = false};
    return means_ratio(&groups, level, bootstrap);
}

struct stats_interval stats_paired_means_ratio(const double *a, const double *b, size_t n,
                                               double level,
                                               const struct stats_bootstrap *bootstrap)
{
    const struct groups groups = {.a = a, .b = b, .n_a = n, .n_b = n, .paired = true};
    return means_ratio(&groups, level, bootstrap);
}
