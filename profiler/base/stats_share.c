#include "base/stats_share.h"

#include "base/stats_distribution.h"

#include <math.h>

/* The p at which `tail` of k hits among n is alpha; the tail rises or falls with p. */
static double solve(double (*tail)(int64_t, int64_t, double), int64_t k, int64_t n, double alpha,
                    bool rising)
{
    double low = 0, high = 1;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if ((tail(k, n, middle) < alpha) == rising)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

struct stats_interval stats_share(int64_t k, int64_t n, double level)
{
    if (n <= 0 || k < 0 || k > n)
        return stats_no_interval(NAN, 0, 1, "there are no samples");
    double alpha = (1 - level) / 2;
    return (struct stats_interval){
        .estimate = (double)k / (double)n,
        .low = k == 0 ? 0 : solve(stats_binomial_at_least, k, n, alpha, true),
        .high = k == n ? 1 : solve(stats_binomial_at_most, k, n, alpha, false),
        .level = level,
        .n = (size_t)n,
    };
}

static double gain(double share, double speedup)
{
    return 1 / (1 - share + share / speedup);
}

struct stats_interval stats_whole_gain(struct stats_interval share, struct stats_interval speedup)
{
    if (!(share.estimate >= 0 && share.estimate <= 1) || !(speedup.estimate > 0))
        return stats_no_interval(NAN, 0, 0, "the share or the speed-up is not known");
    double estimate = gain(share.estimate, speedup.estimate);
    /* Without an interval of its own a figure is taken as it is, and only the other one's counts. */
    bool any = !isnan(share.low) || !isnan(speedup.low);
    double p_low = isnan(share.low) ? share.estimate : share.low;
    double p_high = isnan(share.high) ? share.estimate : share.high;
    double s_low = isnan(speedup.low) ? speedup.estimate : speedup.low;
    double s_high = isnan(speedup.high) ? speedup.estimate : speedup.high;
    if (!any)
        return stats_no_interval(estimate, 0, 0, "neither share nor speed-up has an interval");
    double missed =
        (isnan(share.low) ? 0 : 1 - share.level) + (isnan(speedup.low) ? 0 : 1 - speedup.level);
    /* A larger share helps a port that is faster and harms one that is slower. */
    return (struct stats_interval){
        .estimate = estimate,
        .low = fmin(gain(p_low, s_low), gain(p_high, s_low)),
        .high = fmax(gain(p_low, s_high), gain(p_high, s_high)),
        .level = fmax(0, 1 - missed),
        .n = speedup.n,
    };
}
